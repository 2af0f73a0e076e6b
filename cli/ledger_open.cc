#include "cli/ledger_open.h"

#include <algorithm>
#include <functional>

#include "cli/show_json.h"
#include "node/identifier.h"
#include "node/noted_json.h"
#include "node/who_looked.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

constexpr TimeMs kDayMs = 86'400'000;

absl::StatusOr<TimeMs> SinceOf(const std::string& since) {
  if (since.empty()) return TimeMs{0};
  const auto day = Date::Parse(since);
  if (!day.ok()) return absl::InvalidArgumentError("since: should be a day as in 2026-11-22");
  return static_cast<TimeMs>(day->days()) * kDayMs;
}

// `record`: only those about this one were wanted; 0: all.
Json EntriesOf(SealedLedger& ledger, RecordId record) {
  std::ranges::stable_sort(ledger.notes, std::greater(), &Noted::received_ms);
  Json entries = Json::array();
  for (const Noted& noted : ledger.notes) {
    Json entry{{"received_ms", noted.received_ms}};
    entry.update(NotedJson(noted));
    if (const auto name = ledger.names.find(noted.agency); name != ledger.names.end()) {
      entry["agency"] = name->second;
    }
    if (record != 0 && MayBeAbout(noted, record)) entry["may_concern_record"] = record;
    entries.push_back(entry);
  }
  return entries;
}

absl::StatusOr<SealedLedger> Open(const LedgerOpenOptions& options) {
  const auto since = SinceOf(options.since);
  if (!since.ok()) return since.status();
  const auto door = Door::Open(options.door);
  if (!door.ok()) return door.status();
  return OpenSealedLedger(*door, options.keys, *since, [&](const Noted& noted) {
    return options.record == 0 || IsAbout(noted, {options.record}) ||
           MayBeAbout(noted, options.record);
  });
}

// Left out, a question about this record would be missed; shown as the others, another child's would
// be taken for one.
void TellOfThoseThatMay(const Json& entries, RecordId record, Terminal& terminal) {
  const auto n = std::ranges::count_if(
      entries, [](const Json& entry) { return entry.contains("may_concern_record"); });
  if (n == 0) return;
  terminal.err << "whoelse: " << n << " of these may concern record " << record
               << ": they are of children with more records here than an entry names, and do not name "
                  "it; whether they are of its child says: whoelse looked --record "
               << record << "\n";
}

}  // namespace

ExitCode OpenLedger(const LedgerOpenOptions& options, Terminal& terminal) {
  auto ledger = Open(options);
  if (!ledger.ok()) return PrintError(terminal, ledger.status());
  const Json entries = EntriesOf(*ledger, options.record);
  if (options.json) {
    terminal.out << Json{{"entries", entries},
                         {"complete_until_ms", ledger->complete_until_ms},
                         {"sealed_to_another_key", ledger->other_key}}.dump(2)
                 << "\n";
    return kExitOk;
  }
  terminal.out << (entries.empty() ? "Nobody asked about a child here.\n"
                                   : JsonAsText(entries, terminal.width));
  TellOfThoseThatMay(entries, options.record, terminal);
  TellOfTheRest(*ledger, terminal);
  return kExitOk;
}

}  // namespace whoelse
