// Which roster rules here, which one waits, which one was just replaced. The same for nodes and
// coordinators. protocol.md section 2. Pure: whoever owns it persists `Persistent()` after a change.
#ifndef WHOELSE_PROTOCOL_ROSTER_KEEPER_H_
#define WHOELSE_PROTOCOL_ROSTER_KEEPER_H_

#include <map>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "protocol/limits.h"
#include "protocol/roster.h"

namespace whoelse {

// The times, both inclusive, at which t coordinators' heartbeats are fresh together. At least one of
// the t is honest and signs no hour that is still to come: a clock that stands inside is at most 36 h
// ahead of it, whatever the others sign.
struct ConfirmedSpan {
  TimeMs from_ms = 1, through_ms = 0;   // none
  bool Has(TimeMs now) const { return from_ms <= now && now <= through_ms; }
  bool operator==(const ConfirmedSpan&) const = default;
};

class RosterKeeper {
 public:
  // `logs`: in how many logs a waiting roster's leaf has to be old; nullopt: in t. A coordinator sees
  // its own log only (docs/decisions/0002).
  explicit RosterKeeper(TrustAnchor anchor, std::optional<size_t> logs = std::nullopt)
      : anchor_(std::move(anchor)), logs_(logs) {}

  // What must survive a restart. The version kept against rollback is the highest ever accepted.
  struct State {
    std::optional<SignedRoster> held;
    std::optional<SignedRoster> next;
    uint64_t highest_accepted = 0;
    std::map<CoordinatorId, TimeMs> next_leaf_ms;   // the logs that hold the next one's leaf

    Bytes Serialize() const;
    static absl::StatusOr<State> Parse(ByteView bytes);
  };
  const State& Persistent() const { return state_; }
  // Takes up stored state. Rosters in it were accepted once: they are parsed, not accepted anew.
  // DATA_LOSS when they do not parse.
  absl::Status Restore(State state, TimeMs now);

  // Checks an offered roster and keeps it as the next one, or as the ruling one when it rules at
  // once. ALREADY_EXISTS for one that is held already; otherwise AcceptRoster's error.
  absl::Status Offer(SignedRoster offered, TimeMs now);
  // A Roster leaf (type 0x05) is in this coordinator's log since `at`; the newest of a log counts, also
  // when the roster itself comes later. True when the state to be persisted changed.
  bool OnRosterLeaf(CoordinatorId coordinator, uint64_t version, const RosterHash& hash, TimeMs at);
  // Lets the next roster rule when its time has come. True when the ruling roster changed.
  bool Tick(TimeMs now);

  // The roster that rules, nullptr before the first one.
  std::shared_ptr<const Roster> ruling() const { return ruling_; }
  const SignedRoster* held() const { return state_.held ? &*state_.held : nullptr; }
  const SignedRoster* next() const { return state_.next ? &*state_.next : nullptr; }
  // The roster that the ruling one replaced, with the time of the change; nullptr when there is none.
  std::shared_ptr<const Roster> previous() const { return previous_; }
  TimeMs replaced_ms() const { return replaced_ms_; }
  // The ruling roster, or the one before while it is held over for 180 s; else nullptr.
  std::shared_ptr<const Roster> ForVersion(uint64_t version, TimeMs now) const;

  // Keeps a heartbeat that is fresh under the ruling roster; false for any other.
  bool OnHeartbeat(const Heartbeat& heartbeat, TimeMs now);
  // Fewer than t coordinators said within 36 h that this is the roster ("federation state
  // unconfirmed"): it may be frozen.
  bool Unconfirmed(TimeMs now) const { return !Confirmed(now).Has(now); }
  // Of the t newest heartbeats that are fresh now; none while there are fewer.
  ConfirmedSpan Confirmed(TimeMs now) const;

 private:
  void Rule(SignedRoster signed_roster, std::shared_ptr<const Roster> roster, TimeMs now);

  TrustAnchor anchor_;
  std::optional<size_t> logs_;
  State state_;
  std::shared_ptr<const Roster> ruling_, next_, previous_;
  TimeMs replaced_ms_ = 0;
  std::map<CoordinatorId, Heartbeat> heartbeats_;
  struct EarlyLeaf {
    uint64_t version;
    RosterHash hash;
    TimeMs at;
  };
  std::map<CoordinatorId, EarlyLeaf> early_leaves_;   // of rosters that are not the next one here
};

}  // namespace whoelse

#endif  // WHOELSE_PROTOCOL_ROSTER_KEEPER_H_
