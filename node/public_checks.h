// What a node checks of a frame before it looks anything up: protocol.md section 6, P1 to P8. They
// use cleartext and public state only, and they fail loudly. Were they silent, a relay could turn
// any disclosure into an authentic "nothing": replay the frame, delay it, strip the admission.
#ifndef WHOELSE_NODE_PUBLIC_CHECKS_H_
#define WHOELSE_NODE_PUBLIC_CHECKS_H_

#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "protocol/admission.h"
#include "protocol/question.h"
#include "protocol/roster.h"

namespace whoelse {

// What this node knows of one relay's log and of the frames that this relay admitted.
struct RelayState {
  struct Last {
    uint64_t index;
    TimeMs time_ms;
  };
  struct Named {
    uint64_t index;
    TimeMs since_ms;     // by the node's clock
  };
  std::optional<Last> last;            // of the admissions that passed REPLAY and CLOCK
  // Leaves that the relay has named to this node and that no checkpoint covers yet, the longest
  // known first: of admissions, and the last one of the size that it stated at an attachment.
  std::vector<Named> uncovered;
  uint64_t covered = 0;                // size of the last checkpoint
  uint64_t attached_size = 0;          // stated at the first attachment of this process
  uint64_t stream_size = 0;            // stated on the stream that is there

  // More than an honest relay admits between two checkpoints, ten times over. What comes beyond could
  // not be watched any more: it is as far behind as one that is late.
  static constexpr size_t kUncoveredMax = 10'000;
  bool Full() const { return uncovered.size() >= kUncoveredMax; }

  // The one that no checkpoint has covered within kLogBehindMs; nullptr: none.
  const Named* Overdue(TimeMs now) const;
};

// The public state that decides about a frame.
struct PublicState {
  std::shared_ptr<const Roster> roster;      // mine
  std::shared_ptr<const Roster> previous;    // that mine replaced; may be null
  TimeMs replaced_ms = 0;
  bool imported = false;                     // ever imported anything
  std::set<KeyVersion> complete;             // key versions complete here
  bool answered = false;                     // this frame has a wire
  bool pending = false;                      // this frame waits for one
  uint32_t slot_count = 0;                   // frames admitted in this slot
  TimeMs unsure_through_ms = 0;              // frames issued until then may have had another answer
};

struct PublicVerdict {
  enum class Kind { kAdmit, kSame, kJoin, kRefuse };
  Kind kind;
  RefusalCode refusal{};                     // of kRefuse
  // P2a passed: the relay vouches for this index, so its checkpoint must cover it.
  bool admission_valid = false;
  // REPLAY and CLOCK passed: the relay's last index and time rise, whatever later checks say.
  bool raises_last = false;
  bool log_behind = false;                   // LOG_BEHIND: also an alarm
};

// P1: a well formed frame of this federation, or nullopt (FORMAT).
// The others take what P1 made. `relay` is the state of the admission's coordinator.
PublicVerdict CheckAdmitted(const Frame& frame, const std::optional<Admission>& admission,
                            const PublicState& state, const RelayState* relay, TimeMs now);

// P2a alone: the signature of a coordinator of the roster that the header names as its relay.
bool AdmissionValid(const Frame& frame, const std::optional<Admission>& admission,
                    const Roster& roster);

// P3 and P4, which an asker also runs on its own question before it leaves. nullopt: passed.
std::optional<RefusalCode> CheckVersions(const Header& header, const PublicState& state,
                                         TimeMs now);

// The roster of the header's version: mine, or the one before while it is held over.
std::shared_ptr<const Roster> RosterOfHeader(const Header& header, const PublicState& state,
                                             TimeMs now);

}  // namespace whoelse

#endif  // WHOELSE_NODE_PUBLIC_CHECKS_H_
