// The relay: admits questions, hands each to every attached node, collects what they give, closes.
// A state machine without I/O: events in, actions out, in the order in which they are to be done.
// protocol.md section 5. Start here.
//
//   asker       relay                                              store, nodes
//   Ask    -->  OnAsk: checks ............... SubmitAsk        --> Asked leaf and quota, synced
//               OnAdmitted <--------------------------------------
//          <--  the admission; Deliver ------------------------> every attached node
//               OnReplies <-------------------------------------- wires, refusals
//          <--  one item an agency
//               all there, or OnTick at the deadline: SubmitAnswered --> Answered leaf, synced
//          <--  closed: OnAnswered <------------------------------
#ifndef WHOELSE_COORDINATOR_RELAY_H_
#define WHOELSE_COORDINATOR_RELAY_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "coordinator/log_writer.h"
#include "crypto/sign.h"
#include "protocol/roster.h"
#include "protocol/service_error.h"

namespace whoelse {

using CallId = uint64_t;     // of an open Ask call, never used twice
using StreamId = uint64_t;   // of an open Attach stream, never used twice

// A question as it goes to the nodes: one copy for all of them.
struct FrameDelivery {
  FrameHash frame_hash;
  Bytes frame;
  Bytes admission;
};

// What one agency gave, or the relay's word for its silence.
struct RelayResult {
  enum class Kind : uint8_t { kNone, kWire, kRefusal, kCode };
  AgencyId agency = 0;
  Kind kind = Kind::kNone;
  RelayCode code = RelayCode::kNotAttached;   // of kCode
  std::shared_ptr<const Bytes> bytes;         // of kWire and kRefusal
};

struct RelayClosed {
  uint64_t asked_index = 0;
  uint64_t answered_index = 0;
};

// What to do, as values.
struct SubmitAsk {
  AskSubmission ask;
};
struct SubmitAnswered {
  AnsweredSubmission answered;
};
struct Deliver {
  std::shared_ptr<const FrameDelivery> delivery;
  std::vector<StreamId> streams;
};
struct SendAdmission {
  CallId call = 0;
  Bytes admission;
};
struct SendResult {
  CallId call = 0;
  RelayResult result;
};
struct SendClosed {   // the call's last message
  CallId call = 0;
  RelayClosed closed;
};
struct FailCall {
  CallId call = 0;
  ServiceError error = ServiceError::kInternal;
};
struct CutStream {
  StreamId stream = 0;
  ServiceError error = ServiceError::kReplaced;
};
// Somebody has to look: an agency attached a second time (its key may be in use by somebody else).
struct StreamReplaced {
  AgencyId agency = 0;
};
using RelayAction = std::variant<SubmitAsk, SubmitAnswered, Deliver, SendAdmission, SendResult,
                                 SendClosed, FailCall, CutStream, StreamReplaced>;
using RelayActions = std::vector<RelayAction>;

struct RelayLimits {
  size_t open_total = 4096;          // questions not yet closed
  size_t open_per_agency = 64;
  size_t bytes = size_t{512} << 20;  // of answers held for askers, those still to come included
};

class Relay {
 public:
  // `log_key_id`: the note key id of this coordinator's log key, named in admissions.
  Relay(CoordinatorId self, uint32_t log_key_id, SigningKey admission_key, RelayLimits limits = {});

  // The roster that rules from now on. Cuts off at once the streams and the questions of agencies
  // that it dropped or that have another key in it.
  RelayActions SetRoster(std::shared_ptr<const Roster> roster);

  // A question. Errors (as FailCall), in this order: kNotAMember, kSize (no well-formed frame, or r
  // not of 32 bytes), kFederation, kRosterVersion, kKeyVersion, kNotYourRelay, kClock, kAskerTag,
  // kBusy; later kQuota. A frame that was admitted before gets the same admission and what has come
  // so far, and this call in place of the earlier one, which fails with kReplaced.
  RelayActions OnAsk(CallId call, const TlsPin& peer, ByteView frame, ByteView r, TimeMs now);
  // The call ended. Its question goes on: the answers are kept for a retry, the log gets its leaf.
  void OnCallGone(CallId call);

  // The store's answer to SubmitAsk.
  RelayActions OnAdmitted(const FrameHash& hash, const QuestionAdmitted& admitted, TimeMs now);
  // The store did not take it: kQuota, or kBusy when its queue is full.
  RelayActions OnNotAdmitted(const FrameHash& hash, ServiceError error);
  // The store's answer to SubmitAnswered.
  RelayActions OnAnswered(const FrameHash& hash, const LeafLogged& leaf, TimeMs now);

  // An agency's stream. kNotAMember cuts it; an earlier stream of the agency is cut with kReplaced.
  RelayActions OnAttach(StreamId stream, const TlsPin& peer);
  void OnDetach(StreamId stream);
  // Wires and refusals, as bytes. Counted is only the first of an agency for an open question, from
  // the agency's own stream, of exact length: were a second one to replace it, a node could answer
  // once it has seen what others did. The rest is dropped without a word.
  RelayActions OnReplies(StreamId stream, const std::vector<ByteView>& wires,
                         const std::vector<ByteView>& refusals);
  // A delivery that the stream's buffer had no room for; the stream is being cut.
  RelayActions OnOverflow(StreamId stream, const FrameHash& hash);

  // Closes what is due and forgets what nobody can ask for any more.
  RelayActions OnTick(TimeMs now);
  // When OnTick has something to do next; nullopt: nothing waits.
  std::optional<TimeMs> NextTick() const;

  size_t open() const { return open_; }
  bool Attached(AgencyId agency) const { return stream_of_.contains(agency); }
  // The agency of an attached stream; nullopt after it was replaced or cut.
  std::optional<AgencyId> AgencyOf(StreamId stream) const;

 private:
  // A roster with the place of each agency in it.
  struct Order {
    std::shared_ptr<const Roster> roster;
    absl::flat_hash_map<AgencyId, uint32_t> place;
  };
  enum class Phase : uint8_t { kAdmitting, kOpen, kClosing, kClosed };
  struct Collection {
    Phase phase = Phase::kAdmitting;
    std::shared_ptr<const Order> order;        // of the header's version
    AgencyId asker = 0;
    std::optional<CallId> call;
    std::shared_ptr<FrameDelivery> delivery;        // until it is delivered
    TimeMs deadline = 0;                       // of kOpen
    TimeMs retry_until = 0;                    // later, the asker's frame fails with kClock
    Bytes admission;
    std::vector<RelayResult> results;         // in roster order
    std::vector<uint32_t> arrivals;            // places, in the order in which they came
    size_t reserved = 0;                       // bytes of the limit
    RelayClosed closed;
  };
  struct Stream {
    AgencyId agency;
    TlsPin pin;
  };

  std::optional<ServiceError> CheckQuestion(const RosterAgency& agency, const Header& header,
                                            ByteView r, TimeMs now) const;
  std::optional<ServiceError> CheckRoom(AgencyId asker, size_t bytes);
  RelayActions Reattach(const FrameHash& hash, Collection& collection, CallId call);
  void SendSoFar(const Collection& collection, RelayActions* out) const;
  void Put(const FrameHash& hash, Collection& collection, RelayResult result, RelayActions* out);
  void PutReply(AgencyId agency, const FrameHash& hash, RelayResult::Kind kind, ByteView bytes,
                RelayActions* out);
  void Close(const FrameHash& hash, Collection& collection, RelayActions* out);
  void Forget(FrameHash hash);   // by value: callers pass what this erases
  void NoLongerOpen(Collection& collection);

  const CoordinatorId self_;
  const uint32_t log_key_id_;
  const SigningKey admission_key_;
  const RelayLimits limits_;

  std::shared_ptr<const Order> order_;   // of the ruling roster; nullptr: none yet
  std::map<FrameHash, Collection> collections_;
  absl::flat_hash_map<CallId, FrameHash> calls_;
  absl::flat_hash_map<AgencyId, size_t> open_of_;
  absl::flat_hash_map<StreamId, Stream> streams_;
  absl::flat_hash_map<AgencyId, StreamId> stream_of_;
  std::set<std::pair<TimeMs, FrameHash>> deadlines_;   // of kOpen
  std::set<std::pair<TimeMs, FrameHash>> kept_;        // of kClosed, by retry_until
  size_t open_ = 0;
  size_t bytes_ = 0;
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_RELAY_H_
