#include "node/ledger.h"

#include <algorithm>
#include <optional>

namespace whoelse {
namespace {

bool Covers(const LoggedDigest& logged, const LedgerItem& item) {
  const LedgerFile::Digest& digest = logged.digest;
  return item.log == LedgerLog{digest.coordinator, digest.log_key_id} &&
         item.row.index >= digest.from && item.row.index <= digest.to;
}

LedgerLog LogOf(const LoggedDigest& one) {
  return {one.digest.coordinator, one.digest.log_key_id};
}

// `digests`: of one log. Each was logged before the next one was made, so that of their times the
// last counts; what is sealed has to be over in each.
std::optional<LedgerLine> LineIn(const std::vector<LoggedDigest>& digests, TimeMs now) {
  LedgerLine at{LogOf(digests.front()), 0, 0};
  std::optional<LedgerLine> line;
  for (const LoggedDigest& one : digests) {
    if (now < one.cutoff_ms + kSealedKeptMs) break;
    at.index = one.digest.to + 1;
    at.cutoff_ms = std::max(at.cutoff_ms, one.cutoff_ms);
    if (one.logged_ms != 0 && now >= one.logged_ms + kRowsKeptMs) line = at;
  }
  return line;
}

const LedgerLine* LineOf(const LedgerLog& log, const std::vector<LedgerLine>& lines) {
  const auto line = std::ranges::find(lines, log, &LedgerLine::log);
  return line == lines.end() ? nullptr : &*line;
}

}  // namespace

std::vector<LedgerLine> LinesOf(const std::vector<LoggedDigest>& logged, TimeMs now) {
  std::map<LedgerLog, std::vector<LoggedDigest>> by_log;
  for (const LoggedDigest& one : logged) by_log[LogOf(one)].push_back(one);
  std::vector<LedgerLine> lines;
  for (auto& [log, digests] : by_log) {
    std::ranges::sort(digests, {}, &LoggedDigest::digest);
    if (const auto line = LineIn(digests, now)) lines.push_back(*line);
  }
  return lines;
}

std::vector<LedgerFile::Digest> GoneBy(const LedgerLine& line,
                                       const std::vector<LoggedDigest>& logged) {
  std::vector<LedgerFile::Digest> gone;
  for (const LoggedDigest& one : logged) {
    if (LogOf(one) == line.log && one.digest.to + 1 < line.index) gone.push_back(one.digest);
  }
  return gone;
}

uint64_t NextIndex(const LedgerLog& log, const std::vector<LoggedDigest>& logged) {
  uint64_t next = 0;
  for (const LoggedDigest& one : logged) {
    if (log == LogOf(one)) next = std::max(next, one.digest.to + 1);
  }
  return next;
}

uint64_t NextIndexSince(TimeMs restored_ms, const LedgerLog& log,
                        const std::vector<LoggedDigest>& logged,
                        const std::vector<LedgerItem>& rows) {
  const uint64_t next = NextIndex(log, logged);
  const bool known = std::ranges::any_of(logged, [&](const LoggedDigest& one) {
    return log == LogOf(one) && one.cutoff_ms > restored_ms;
  });
  if (known || rows.empty()) return next;
  const auto first = std::ranges::min_element(
      rows, {}, [](const LedgerItem& item) { return item.row.index; });
  return std::max(next, first->row.index);
}

PlannedDigest PlanDigest(AgencyId agency, const SigningKey& identity, uint64_t from,
                         const std::vector<LedgerItem>& items) {
  PlannedDigest planned;
  std::vector<LedgerRow> rows;
  for (const LedgerItem& item : items) {
    rows.push_back(item.row);
    planned.entry.to = std::max(planned.entry.to, item.row.index);
    planned.cutoff_ms = std::max(planned.cutoff_ms, item.released_ms);
  }
  planned.entry.agency = agency;
  planned.entry.coordinator = items.front().log.first;
  planned.entry.log_key_id = items.front().log.second;
  planned.entry.from = from;
  planned.entry.root = *LedgerRoot(from, planned.entry.to, std::move(rows));
  planned.entry.Sign(identity);
  return planned;
}

std::vector<const RosterCoordinator*> PlacesOfDigest(const Roster& roster, CoordinatorId about,
                                                     size_t turn) {
  std::vector<const RosterCoordinator*> places;
  for (size_t i = 0; i < roster.coordinators.size(); ++i) {
    const RosterCoordinator& at = roster.coordinators[(turn + i) % roster.coordinators.size()];
    if (at.id != about) places.push_back(&at);
  }
  std::ranges::stable_partition(places, [&](const RosterCoordinator* at) {
    return std::ranges::any_of(roster.agencies, [&](const RosterAgency& agency) {
      return std::ranges::find(agency.relays, at->id) != agency.relays.end();
    });
  });
  return places;
}

LedgerFile LedgerFileOf(const FederationId& federation, AgencyId agency,
                        const std::vector<LedgerItem>& items,
                        const std::vector<LoggedDigest>& logged,
                        const std::vector<LedgerLine>& lines) {
  LedgerFile file{federation, agency, {}, {}, {}};
  for (const LedgerLine& line : lines) {
    file.whole.push_back({line.log.first, line.log.second, line.index});
  }
  for (const LoggedDigest& one : logged) file.digests.push_back(one.digest);
  for (const LedgerItem& item : items) {
    const LedgerLine* const line = LineOf(item.log, lines);
    const bool below = line != nullptr && item.row.index < line->index;
    if (below && item.released_ms <= line->cutoff_ms) continue;   // about to go
    // The relay named an index that a digest had spoken about already.
    const bool late = below || std::ranges::any_of(logged, [&](const LoggedDigest& one) {
      return Covers(one, item) && item.released_ms > one.cutoff_ms;
    });
    file.rows.push_back({item.log.first, item.log.second, item.row, late});
  }
  std::ranges::sort(file.whole);
  std::ranges::sort(file.digests);
  std::ranges::sort(file.rows);
  // A frame that a relay sent twice is in the ledger twice, and one row: LedgerRoot's rule.
  const auto same = std::ranges::unique(file.rows);
  file.rows.erase(same.begin(), same.end());
  return file;
}

}  // namespace whoelse
