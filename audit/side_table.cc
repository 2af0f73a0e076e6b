#include "audit/side_table.h"

#include <algorithm>
#include <set>
#include <utility>

#include "protocol/subject.h"

namespace whoelse {
namespace {

constexpr uint64_t kDayMs = 86'400'000;
constexpr uint64_t kDayS = 86'400;
constexpr uint32_t kHoursOfAMonth = 30 * 24;

Digest DrawValue(const DrawSeed& seed, const SideTableEntry& entry) {
  Writer place;
  place.U16(entry.log.coordinator).U32(entry.log.log_key_id).U64(entry.index);
  return H("whoelse/1/draw", {seed, place.view()});
}

CensusRow NewRow(const Roster& roster, AgencyId id, KeyVersion kv) {
  CensusRow row{id, kv, 0, 0, 0, 0};
  if (const RosterAgency* const agency = roster.FindAgency(id)) {
    // A register grows and has duplicates: a twentieth more than it states is no sign of anything.
    row.bulk_allowed = uint64_t{agency->register_size} * 105 / 100 * kSubjectPositions.size();
    row.enrol_allowance =
        30 * (kDayS / roster.parameters.enrol_interval_s) * agency->enrol_elements;
  }
  return row;
}

}  // namespace

Volumes CountVolumes(const LogId& id, const ReconciledLog& log,
                     const std::vector<SideTableEntry>& side_table) {
  Volumes out;
  std::set<uint64_t> opened;
  for (const SideTableEntry& entry : side_table) {
    if (entry.log != id || entry.index >= log.size()) continue;
    const AskedEntry* const asked = log.Asked(entry.index);
    if (asked == nullptr) {
      out.unfounded.push_back(entry.index);
      continue;
    }
    // Each once, however often the relay shows the row.
    if (!opened.insert(entry.index).second) continue;
    ++out.questions[entry.asker][asked->time_ms / kDayMs];
  }
  for (const auto& [index, asked] : log.asked()) {
    if (!opened.contains(index)) out.unopened.push_back(index);
  }
  return out;
}

Digest CommitToDraw(const DrawSeed& seed) { return H("whoelse/1/draw-commitment", seed); }

std::vector<SideTableEntry> Draw(const DrawSeed& seed, const std::vector<SideTableEntry>& from,
                                 size_t count) {
  std::vector<std::pair<Digest, SideTableEntry>> drawn;
  for (const SideTableEntry& entry : from) drawn.emplace_back(DrawValue(seed, entry), entry);
  std::ranges::sort(drawn, {}, [](const auto& pair) { return pair.first; });
  std::vector<SideTableEntry> out;
  for (size_t i = 0; i < std::min(count, drawn.size()); ++i) out.push_back(drawn[i].second);
  return out;
}

Census::Faults Census::Add(const std::map<uint64_t, EvaluatedEntry>& evaluated,
                           const std::vector<OpenedTable>& tables) {
  Faults faults;
  std::set<uint64_t> opened;
  for (const OpenedTable& table : tables) {
    const auto entry = evaluated.find(table.index);
    // Without the logged hash an evaluator could show each auditor other numbers.
    if (entry == evaluated.end() || entry->second.hour != table.hour ||
        entry->second.table_hash != EvaluatedTableHash(table.salt, table.rows)) {
      faults.contradicted.push_back(table.index);
      continue;
    }
    // Shown twice, a good table would accuse an agency of twice what was evaluated for it.
    if (!opened.insert(table.index).second) continue;
    for (const EvaluatedRow& row : table.rows) {
      const bool bulk = row.kind == EvaluationKind::kBulk;
      if (!bulk && row.kind != EvaluationKind::kEnrol) continue;
      Counted& counted = counted_[{row.party, row.kv}];
      (bulk ? counted.bulk : counted.enrolled[table.hour]) += row.elements;
    }
  }
  for (const auto& [index, entry] : evaluated) {
    last_hour_ = std::max(last_hour_, entry.hour);
    if (!opened.contains(index)) faults.not_opened.push_back(index);
  }
  return faults;
}

std::vector<CensusRow> Census::Rows() const {
  std::vector<CensusRow> rows;
  for (const auto& [key, counted] : counted_) {
    CensusRow row = NewRow(roster_, key.first, key.second);
    row.bulk = counted.bulk;
    for (const auto& [hour, elements] : counted.enrolled) {
      if (hour + kHoursOfAMonth > last_hour_) row.enrolled += elements;
    }
    rows.push_back(row);
  }
  return rows;
}

}  // namespace whoelse
