// The sequencer's mind: turns a pool of submissions into one StateBatch. Pure; sequencer.h runs it
// on a thread and commits what it plans. log-formats.md, "Writing it so that nothing is lost".
#ifndef WHOELSE_COORDINATOR_LOG_WRITER_H_
#define WHOELSE_COORDINATOR_LOG_WRITER_H_

#include <map>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/evaluator.h"
#include "coordinator/state.h"

namespace whoelse {

// A question that passed all checks of section 5 but the two that need the store: whether it is
// there already, and the asker's quota.
struct AskSubmission {
  FrameHash frame_hash;
  AgencyId asker = 0;
  Opening32 r;
  uint64_t roster_version = 0;   // the header's
  uint32_t agencies = 0;         // of that roster
  uint32_t ask_per_day = 0;
};
// A collection was closed.
struct AnsweredSubmission {
  FrameHash frame_hash;
  Digest answers_hash;
};
// Counted before it is evaluated.
struct ChargeSubmission {
  Charge charge;
};
// An hour is over: its table goes into the log. All earlier hours that still have tallies (this
// program was down) go with it, each under a salt of its own derived from this one.
struct EvaluatedSubmission {
  uint32_t hour = 0;
  EvaluatedSalt salt;
};
// What RosterKeeper must not forget; and when it accepted a roster, its leaf in the same batch.
struct RosterSubmission {
  Bytes state;
  std::optional<StoredRoster> accepted;
  RosterHash hash;   // of `accepted`
};

// An entry that a member or an auditor hands in, checked but for what needs the store: whether it is
// there already, and the party's cap of the day.
struct HandedInSubmission {
  LogEntry entry;
  CounterUse use = CounterUse::kLedgerDigest;
  AgencyId party = 0;
  uint32_t per_day = 0;
};
// A step in the life of a key version; logged once, however often it is submitted.
struct KeyEventSubmission {
  KeyEventEntry event;
};

using Submission = std::variant<AskSubmission, AnsweredSubmission, ChargeSubmission,
                                EvaluatedSubmission, RosterSubmission, HandedInSubmission,
                                KeyEventSubmission>;

// The Asked leaf is durable. `earlier`: it was there before this submission.
struct QuestionAdmitted {
  AskedRow row;
  bool earlier = false;
};
// The day's cap would be passed; nothing was counted or logged.
struct OverQuota {};
// Done and durable; when it was a leaf, its place and time.
struct LeafLogged {
  uint64_t index = 0;
  TimeMs time_ms = 0;
};
using LogOutcome = std::variant<QuestionAdmitted, OverQuota, LeafLogged>;

struct PoolPlan {
  StateBatch batch;
  std::vector<LogOutcome> outcomes;   // one for each submission, in their order

  // Nothing to write: outcomes that only repeat or refuse.
  bool Empty() const;
};

// What the pool does to the state. Times are `now`, or the newest entry's when that is later. Errors
// are those of the state's reads, DATA_LOSS for an Answered whose Asked is not in the log.
absl::StatusOr<PoolPlan> PlanPool(const CoordinatorState& state, std::span<const Submission> pool,
                                  TimeMs now);

// An Answered of ORPHAN for each question that was open when this coordinator stopped.
absl::StatusOr<std::vector<Submission>> OrphanSubmissions(const CoordinatorState& state);

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_LOG_WRITER_H_
