// Ledgers, logs and askers' records held against each other in all directions: protocol.md section 8
// (d), log-formats.md "Reconciling: who is at fault". Joined by frame hash. Pure.
#ifndef WHOELSE_AUDIT_RECONCILE_H_
#define WHOELSE_AUDIT_RECONCILE_H_

#include <array>
#include <compare>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/entry.h"
#include "protocol/admission.h"
#include "protocol/received.h"
#include "protocol/roster.h"

namespace whoelse {

// A log, as its indexes are spoken of: a coordinator's under one log key.
struct LogId {
  CoordinatorId coordinator = 0;
  uint32_t log_key_id = 0;
  auto operator<=>(const LogId&) const = default;
};

// What reconciling needs of a mirrored log.
class ReconciledLog {
 public:
  // Its leaf has no time: it was logged between the entries around it that have one. The table of an
  // hour's evaluations, which each log has each hour, comes when that hour is over.
  struct LoggedDigest {
    uint64_t index;
    TimeMs from_ms;    // 0: no entry before it has a time
    TimeMs until_ms;   // of a question or its answers; kNever: none after it
    LedgerEntry entry;
  };
  static constexpr TimeMs kNever = std::numeric_limits<TimeMs>::max();

  // Once for each entry, in order from index 0; what does not parse is passed over (LogRules says so).
  void OnEntry(uint64_t index, ByteView entry);

  uint64_t size() const { return size_; }
  TimeMs last_ms() const { return last_ms_; }
  const std::map<uint64_t, AskedEntry>& asked() const { return asked_; }
  const AskedEntry* Asked(uint64_t index) const;
  const AnsweredEntry* AnswerTo(uint64_t asked_index) const;
  const std::vector<LoggedDigest>& digests() const { return digests_; }

 private:
  void OnTime(TimeMs time_ms);

  uint64_t size_ = 0;
  TimeMs last_ms_ = 0;
  std::map<uint64_t, AskedEntry> asked_;
  std::map<uint64_t, AnsweredEntry> answered_;   // by the index of the question
  std::vector<LoggedDigest> digests_;
};

// What an agency exports about itself.
struct AgencyRecords {
  struct Row {
    LogId log;
    LedgerRow row;
    bool late = false;   // came under an index whose digest was logged already: not part of that
  };
  // Leaves [from, to] of a log that came while the node was attached to its relay.
  struct Attachment {
    LogId log;
    uint64_t from = 0, to = 0;
    bool checkpoint = false;   // the node holds a checkpoint that covers them, from the same stream
  };
  // Of this log's rows those of this index and above are all there; the agency says that those
  // below have gone in their time, and where the digest that ends below it is logged.
  struct Whole {
    LogId log;
    uint64_t from = 0;
    CoordinatorId logged_at = 0;
    uint64_t index = 0;
  };
  AgencyId agency = 0;
  std::vector<Whole> whole;
  std::vector<Row> ledger;
  std::vector<Attachment> attachments;
  std::optional<std::vector<FrameHash>> sent;   // the questions it asked; nullopt: not exported
};

// Who asked a leaf, by the relay's side table.
struct SideTableEntry {
  LogId log;
  uint64_t index = 0;
  AgencyId asker = 0;
};

// A relay's signed word that a question is in its log: from a receipt or an asker's record.
struct HeldAdmission {
  Admission admission;   // its signature is good
  AgencyId asker = 0;    // 0: not known
};

// What an asker received for one collection, in the order of the roster of the question's version.
struct HeldItems {
  LogId log;
  uint64_t asked_index = 0;
  std::vector<std::pair<AgencyId, AgencyItem>> items;
};

// What an opened answer says, and what the holder's own case system says it disclosed.
struct DisclosureSeen {
  AgencyId agency = 0;
  FrameHash frame_hash;
  bool answer_discloses = false;
  bool system_discloses = false;
};

struct ReconcileInput {
  TimeMs now_ms = 0;   // the ledgers were handed over before
  std::map<LogId, ReconciledLog> logs;
  std::vector<AgencyRecords> agencies;
  std::vector<SideTableEntry> side_table;
  std::vector<HeldAdmission> admissions;
  std::vector<HeldItems> items;
  std::vector<DisclosureSeen> disclosures;
};

enum class Mismatch : uint8_t {
  kAskerKeptNoRecord = 1,
  kAdmittedNotLogged,
  kForwardedNotLogged,
  kWithheld,
  kNotInLedger,
  kAnswerDropped,
  kDigestLate,
  kAnsweredOffLedger,
  kDisclosureNotRecorded,
  kDisclosedOutsideTheSystem,
  kTwoDigests,
  kLedgerIsNotItsDigest,
  kDigestNotSigned,
  kDigestInItsOwnLog,
  kRowsGoneTooEarly
};
// A row of the table: where it was found, where it is missing, and what proves who is at fault.
struct MismatchWords {
  std::string_view name, found_in, missing_in, proof;
};
const MismatchWords& WordsOf(Mismatch kind);

// Exactly one of the two is at fault.
struct AtFault {
  AgencyId agency = 0;
  CoordinatorId coordinator = 0;
  bool operator==(const AtFault&) const = default;
};

struct MismatchFound {
  Mismatch kind;
  AtFault at_fault;
  LogId log;               // whose index it is
  uint64_t index = 0;
  FrameHash frame_hash;    // zeros: it is about no single question
  bool operator==(const MismatchFound&) const = default;
};

struct Reconciliation {
  std::vector<MismatchFound> mismatches;
  uint64_t questions = 0;       // Asked leaves in the logs
  uint64_t ledger_rows = 0;
  uint64_t answers_compared = 0;   // items held against a ledger
  // Not to be taken for agreement: without the asker's items nobody can say what an Answered holds.
  uint64_t questions_without_items = 0;
  uint64_t items_unusable = 0;  // collections whose items are not those of the log's Answered
  uint64_t not_covered_yet = 0; // the logs' copies do not say, or not yet, who is at fault
};

// A digest that was logged later than this after the question is late: one is due each hour.
inline constexpr uint64_t kDigestInTimeMs = 2 * 3'600'000;

// Rows stay until their digest is logged, and so much longer (protocol.md section 6).
inline constexpr uint64_t kRowsStayMs = 30ull * 86'400'000;

// `rosters`: those that ruled; an agency's identity key in any of them signs its digests.
Reconciliation Reconcile(const ReconcileInput& input, const std::vector<Roster>& rosters);

}  // namespace whoelse

#endif  // WHOELSE_AUDIT_RECONCILE_H_
