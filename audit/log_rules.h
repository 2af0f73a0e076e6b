// What anybody can hold against a log by its entries alone (protocol.md section 8 (a)): every
// question was closed, times and roster versions do not go back, key versions live once and in
// order, nothing is there twice. Which roster is whose, the rosters say, not the log.
#ifndef WHOELSE_AUDIT_LOG_RULES_H_
#define WHOELSE_AUDIT_LOG_RULES_H_

#include <array>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "audit/entry.h"

namespace whoelse {

struct LogBreach {
  uint64_t index;     // of the entry
  std::string what;   // what is wrong with it
  bool operator==(const LogBreach&) const = default;
};

class LogRules {
 public:
  static constexpr size_t kBreachesMax = 1'000;   // kept; all are counted

  // Once for each entry, in order from index 0.
  void OnEntry(uint64_t index, ByteView entry);

  struct Summary {
    std::array<uint64_t, std::variant_size_v<LogEntry>> entries{};   // by LogEntryType, from kAsked
    TimeMs first_ms = 0, last_ms = 0;
    uint64_t breaches_total = 0;
    std::vector<LogBreach> breaches;
    std::vector<uint64_t> open;   // questions not closed yet, younger than `patience_ms` at the end
  };
  // `patience_ms`: how long a relay may take to close a question.
  Summary Finish(uint64_t patience_ms);

 private:
  void Breach(uint64_t index, std::string what);
  void OnTime(uint64_t index, TimeMs time_ms);
  void On(uint64_t index, const AskedEntry& entry);
  void On(uint64_t index, const AnsweredEntry& entry);
  void On(uint64_t index, const EvaluatedEntry& entry);
  void On(uint64_t, const LedgerEntry&) {}    // held against the ledgers: audit/reconcile.h
  void On(uint64_t index, const RosterEntry& entry);
  void On(uint64_t index, const KeyEventEntry& entry);
  void On(uint64_t, const OpenedEntry&) {}    // dated by an auditor's clock; opened by its report

  Summary summary_;
  absl::flat_hash_set<FrameHash> asked_;
  std::map<uint64_t, TimeMs> open_;   // Asked index -> its time
  uint32_t last_hour_ = 0;
  uint64_t last_roster_ = 0;
  absl::flat_hash_set<Digest> rosters_;       // their hashes
  std::map<KeyVersion, KeyEvent> lives_;      // how far each has come
};

}  // namespace whoelse

#endif  // WHOELSE_AUDIT_LOG_RULES_H_
