#include "node/ledger.h"

#include <algorithm>

namespace whoelse {
namespace {

bool Covers(const LoggedDigest& logged, const LedgerItem& item) {
  const LedgerFile::Digest& digest = logged.digest;
  return item.log == LedgerLog{digest.coordinator, digest.log_key_id} &&
         item.row.index >= digest.from && item.row.index <= digest.to;
}

}  // namespace

uint64_t NextIndex(const LedgerLog& log, const std::vector<LoggedDigest>& logged) {
  uint64_t next = 0;
  for (const LoggedDigest& one : logged) {
    if (log == LedgerLog{one.digest.coordinator, one.digest.log_key_id}) {
      next = std::max(next, one.digest.to + 1);
    }
  }
  return next;
}

uint64_t NextIndexSince(TimeMs restored_ms, const LedgerLog& log,
                        const std::vector<LoggedDigest>& logged,
                        const std::vector<LedgerItem>& rows) {
  const uint64_t next = NextIndex(log, logged);
  const bool known = std::ranges::any_of(logged, [&](const LoggedDigest& one) {
    return log == LedgerLog{one.digest.coordinator, one.digest.log_key_id} &&
           one.cutoff_ms > restored_ms;
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

LedgerFile LedgerFileOf(const FederationId& federation, AgencyId agency,
                        const std::vector<LedgerItem>& items,
                        const std::vector<LoggedDigest>& logged) {
  LedgerFile file{federation, agency, {}, {}};
  for (const LoggedDigest& one : logged) file.digests.push_back(one.digest);
  for (const LedgerItem& item : items) {
    // The relay named an index that a digest had spoken about already.
    const bool late = std::ranges::any_of(logged, [&](const LoggedDigest& one) {
      return Covers(one, item) && item.released_ms > one.cutoff_ms;
    });
    file.rows.push_back({item.log.first, item.log.second, item.row, late});
  }
  std::ranges::sort(file.digests);
  std::ranges::sort(file.rows);
  // A frame that a relay sent twice is in the ledger twice, and one row: LedgerRoot's rule.
  const auto same = std::ranges::unique(file.rows);
  file.rows.erase(same.begin(), same.end());
  return file;
}

}  // namespace whoelse
