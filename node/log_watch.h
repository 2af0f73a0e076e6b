// One coordinator's log, watched: the tree is recomputed from every leaf, and each frame that this
// relay sent must be in it. protocol.md section 6, "The log, watched". What fails is an alarm that
// names the log, with what proves it.
#ifndef WHOELSE_NODE_LOG_WATCH_H_
#define WHOELSE_NODE_LOG_WATCH_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/checkpoint.h"
#include "audit/entry.h"
#include "audit/merkle.h"
#include "node/answered_watch.h"
#include "node/public_checks.h"
#include "protocol/admission.h"

namespace whoelse {

enum class AlarmKind : uint8_t {
  kLogTruncated = 1,     // the log is shorter than it was
  kLogRewritten,         // its checkpoint does not extend the one verified before
  kCheckpointInvalid,    // not a checkpoint of this log, or its leaves do not give its root
  kFrameUnlogged,        // a frame was forwarded that is not the leaf at its index
  kFrameWithheld,        // an Asked leaf, while attached, whose frame never came
  kLogBehind,            // a leaf that it named and that no checkpoint covered within 10 s
  kAnsweredDiffers,      // Answered does not say what this node as asker received
  kStreamReplaced,       // somebody with this agency's TLS key attached beside us
  kEvaluationWrong       // as evaluator it signed an evaluation that its share does not give
};
inline constexpr std::array<std::string_view, 9> kAlarmNames = {
    "LOG_TRUNCATED",  "LOG_REWRITTEN", "CHECKPOINT_INVALID", "FRAME_UNLOGGED",  "FRAME_WITHHELD",
    "LOG_BEHIND",     "ANSWERED_DIFFERS", "STREAM_REPLACED", "EVALUATION_WRONG"};
inline std::string_view Name(AlarmKind kind) { return NameOf(kind, kAlarmNames); }

struct Alarm {
  CoordinatorId coordinator;
  AlarmKind kind;
  uint64_t index;          // of the leaf or size that it is about
  // What proves it, each piece a signed note or lines of hex (admissions, a leaf), the checkpoint
  // that was verified last first. No identifiers.
  std::vector<std::string> evidence;
  // Of kAnsweredDiffers: the question, whose receipt is disputed.
  std::optional<FrameHash> question = std::nullopt;
  uint64_t repeated = 0;   // others of this log and kind that this one stands for
};

// A leaf, with its way to the root of the checkpoint that it is stated with.
struct LoggedLeaf {
  uint64_t index = 0;
  Bytes entry;
  std::vector<TreeHash> proof;
};

// What a relay states when a stream begins.
struct AttachStatement {
  uint64_t tree_size = 0;
  std::string checkpoint;                 // note; empty while the log has none
  std::vector<TreeHash> frontier;         // at the checkpoint's size
  std::vector<TreeHash> consistency;      // from the size that we said we know
  std::optional<LoggedLeaf> roster = std::nullopt;         // the newest Roster leaf
  std::optional<LoggedLeaf> after_roster = std::nullopt;   // a later Asked or Answered
  std::vector<LoggedLeaf> proven = {};    // of Unproven(), those below the checkpoint's size
};

class LogWatch {
 public:
  LogWatch(CoordinatorId coordinator, NoteVerifier log_key)
      : coordinator_(coordinator), log_key_(std::move(log_key)) {}

  // What must survive a restart, and must never go back: the last verified checkpoint.
  struct Memory {
    std::string checkpoint;               // note; empty: none yet
    Frontier frontier;

    // DATA_LOSS for anything that Serialize does not write.
    static absl::StatusOr<Memory> Parse(ByteView bytes);
    Bytes Serialize() const;
    bool operator==(const Memory&) const = default;
  };
  const Memory& memory() const { return memory_; }
  void Restore(Memory memory);
  uint64_t known_size() const { return memory_.frontier.size(); }

  // Whether a push with (or without) a statement may come now: the statement comes first on a stream,
  // and once. Later it could move the point from which the log is watched. False too once nothing that
  // comes on this stream could be verified any more. Then the stream is to be ended.
  bool Expects(bool statement) const {
    return stream_ == (statement ? Stream::kNone : Stream::kAttached);
  }
  // Leaves whose proof the next statement has to bring, ascending: of frames that came on a stream that
  // ended before a checkpoint covered them. At most kUnprovenMax; the others are next in turn.
  std::vector<uint64_t> Unproven() const;
  // A new stream. Leaves between two streams are a gap that is counted, not an alarm; but a frame that
  // came has to be the leaf that it was admitted as, and the statement has to prove it.
  std::vector<Alarm> OnAttached(const AttachStatement& statement, TimeMs now);
  // The stream ended. What a relay cannot push is not held against it.
  void OnDetached(TimeMs now);
  // The Roster leaf that the statement just taken up proves to be in the log, perhaps in a gap.
  // nullopt: none, or no proof.
  struct RosterLeaf {
    RosterEntry roster;
    std::optional<TimeMs> by_ms;   // the log had it by then, by its own clock: the time of a later leaf
  };
  std::optional<RosterLeaf> RosterIn(const AttachStatement& statement) const;
  // Now and then: LOG_BEHIND when the relay has left a leaf that it named uncovered for too long, with
  // the stream open, once for each. Were it noticed with the next frame only, a relay could wait for
  // the night.
  std::vector<Alarm> OnTick(TimeMs now);
  // The same when a frame is refused for it.
  std::vector<Alarm> OnBehind(TimeMs now);

  // A frame came on this stream under a valid admission. Not remembered when state().Full(): such a
  // frame is not answered.
  std::vector<Alarm> OnAdmission(const Admission& admission, TimeMs now);
  // This relay closed the collection of a question that this node asks.
  std::vector<Alarm> OnClosed(const ExpectedAnswered& expected, TimeMs now);
  // REPLAY and CLOCK passed.
  void RaiseLast(const Admission& admission) {
    state_.last = {admission.index, admission.time_ms};
  }

  struct Leaf {
    uint64_t index;
    LogEntry entry;
  };
  struct Covered {
    std::vector<Alarm> alarms;
    std::vector<Leaf> leaves;   // new ones; empty after an alarm about the checkpoint itself
  };
  // A checkpoint with every entry since the last one on this stream.
  Covered OnCheckpoint(std::string_view note, const std::vector<Bytes>& entries);

  const RelayState& state() const { return state_; }
  uint64_t gap() const { return gap_; }
  const NoteVerifier& log_key() const { return log_key_; }

 private:
  // kBroken: what came about the tree was not believed, so nothing that follows can be verified
  // before a new stream proves itself against the last checkpoint that was.
  enum class Stream : uint8_t { kNone, kAttached, kBroken };
  struct Expected {
    TimeMs time_ms;
    FrameHash frame_hash;
    Bytes admission;
  };
  Alarm Raise(AlarmKind kind, uint64_t index, std::string_view against) const;
  Alarm Dispute(const AnsweredWatch::Differs& differs) const;
  void Name(uint64_t index, TimeMs now);
  Alarm Break(AlarmKind kind, uint64_t index, std::string_view against);
  std::optional<LogEntry> Proven(const LoggedLeaf& leaf) const;
  static bool IsLeafOf(const Expected& expected, const LogEntry& leaf);
  Alarm Unlogged(uint64_t index, const Expected& expected,
                 const std::optional<LogEntry>& leaf) const;
  std::vector<Alarm> CompareUnproven(const std::vector<LoggedLeaf>& proven);
  absl::Status Adopt(std::string_view note, Frontier frontier);
  std::vector<Alarm> Compare(const std::vector<Leaf>& leaves);
  void Cover();

  const CoordinatorId coordinator_;
  const NoteVerifier log_key_;
  Memory memory_;
  RelayState state_;
  bool attached_before_ = false;
  Stream stream_ = Stream::kNone;
  std::optional<TimeMs> detached_ms_;           // since when there is no stream
  std::optional<uint64_t> behind_;              // the last index that LOG_BEHIND was raised for
  uint64_t gap_ = 0;
  std::map<uint64_t, Expected> expected_;       // frames not found in the log yet, by index
  AnsweredWatch answered_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_LOG_WATCH_H_
