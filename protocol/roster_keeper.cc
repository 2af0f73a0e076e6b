#include "protocol/roster_keeper.h"

#include <algorithm>
#include <functional>
#include <vector>

namespace whoelse {
namespace {

absl::StatusOr<std::shared_ptr<const Roster>> ParseStored(const SignedRoster& stored) {
  absl::StatusOr<Note> note = Note::Parse(stored.note);
  if (!note.ok()) return absl::DataLossError("stored roster: the note does not parse");
  absl::StatusOr<Roster> roster = Roster::Parse(note->text);
  if (!roster.ok()) return absl::DataLossError("stored roster: the text does not parse");
  return std::make_shared<const Roster>(*std::move(roster));
}

void WriteRoster(const std::optional<SignedRoster>& roster, Writer& out) {
  const Bytes bytes = roster ? roster->Serialize() : Bytes{};
  out.U32(static_cast<uint32_t>(bytes.size())).Raw(bytes);
}

absl::Status ReadRoster(Reader& reader, std::optional<SignedRoster>* out) {
  const ByteView bytes = reader.Raw(reader.U32());
  if (bytes.empty()) return absl::OkStatus();
  absl::StatusOr<SignedRoster> roster = SignedRoster::Parse(bytes);
  if (!roster.ok()) return absl::DataLossError("stored roster: damaged");
  *out = *std::move(roster);
  return absl::OkStatus();
}

}  // namespace

Bytes RosterKeeper::State::Serialize() const {
  Writer out;
  WriteRoster(held, out);
  WriteRoster(next, out);
  out.U64(highest_accepted).U16(static_cast<uint16_t>(next_leaf_ms.size()));
  for (const auto& [coordinator, time] : next_leaf_ms) out.U16(coordinator).U64(time);
  return out.Take();
}

absl::StatusOr<RosterKeeper::State> RosterKeeper::State::Parse(ByteView bytes) {
  Reader reader(bytes);
  State state;
  if (absl::Status ok = ReadRoster(reader, &state.held); !ok.ok()) return ok;
  if (absl::Status ok = ReadRoster(reader, &state.next); !ok.ok()) return ok;
  state.highest_accepted = reader.U64();
  for (size_t n = reader.U16(); n > 0; --n) {
    const CoordinatorId coordinator = reader.U16();
    // As Serialize writes them; behind the end, where a reader gives zeros, it ends the loop too.
    if (!state.next_leaf_ms.empty() && coordinator <= state.next_leaf_ms.rbegin()->first) {
      return absl::DataLossError("stored roster state: logs out of order");
    }
    state.next_leaf_ms[coordinator] = reader.U64();
  }
  if (!reader.Done()) return absl::DataLossError("stored roster state: damaged");
  return state;
}

absl::Status RosterKeeper::Restore(State state, TimeMs now) {
  std::shared_ptr<const Roster> held, next;
  if (state.held) {
    auto parsed = ParseStored(*state.held);
    if (!parsed.ok()) return parsed.status();
    held = *std::move(parsed);
  }
  if (state.next) {
    auto parsed = ParseStored(*state.next);
    if (!parsed.ok()) return parsed.status();
    next = *std::move(parsed);
  }
  state_ = std::move(state);
  ruling_ = std::move(held);
  next_ = std::move(next);
  Tick(now);
  return absl::OkStatus();
}

absl::Status RosterKeeper::Offer(SignedRoster offered, TimeMs now) {
  // The same note again is how a coordinator greets: no news, and no rollback.
  if ((state_.held && state_.held->note == offered.note) ||
      (state_.next && state_.next->note == offered.note)) {
    return absl::AlreadyExistsError("roster: already held");
  }
  absl::StatusOr<Roster> accepted =
      AcceptRoster(offered, ruling_.get(), anchor_, state_.highest_accepted, now / 1000);
  if (!accepted.ok()) return accepted.status();
  auto roster = std::make_shared<const Roster>(*std::move(accepted));
  state_.highest_accepted = roster->version;
  if (RosterRules(*roster, ruling_.get(), {}, now)) {
    Rule(std::move(offered), std::move(roster), now);
  } else {
    state_.next = std::move(offered);
    state_.next_leaf_ms.clear();
    next_ = std::move(roster);
    for (const auto& [coordinator, leaf] : early_leaves_) {
      OnRosterLeaf(coordinator, leaf.version, leaf.hash, leaf.at);
    }
  }
  return absl::OkStatus();
}

void RosterKeeper::Rule(SignedRoster signed_roster, std::shared_ptr<const Roster> roster,
                        TimeMs now) {
  previous_ = std::move(ruling_);
  replaced_ms_ = now;
  ruling_ = std::move(roster);
  state_.held = std::move(signed_roster);
  state_.next.reset();
  state_.next_leaf_ms.clear();
  next_.reset();
  heartbeats_.clear();   // they spoke of the one before
}

bool RosterKeeper::OnRosterLeaf(CoordinatorId coordinator, uint64_t version,
                                const RosterHash& hash, TimeMs at) {
  if (next_ == nullptr || next_->version != version || next_->hash != hash) {
    early_leaves_.insert_or_assign(coordinator, EarlyLeaf{version, hash, at});
    return false;
  }
  return state_.next_leaf_ms.try_emplace(coordinator, at).second;
}

bool RosterKeeper::Tick(TimeMs now) {
  if (next_ == nullptr || !RosterRules(*next_, ruling_.get(), state_.next_leaf_ms, now, logs_)) {
    return false;
  }
  Rule(*std::move(state_.next), std::move(next_), now);
  return true;
}

std::shared_ptr<const Roster> RosterKeeper::ForVersion(uint64_t version, TimeMs now) const {
  if (ruling_ != nullptr && ruling_->version == version) return ruling_;
  if (previous_ != nullptr && previous_->version == version &&
      now <= replaced_ms_ + kRosterHeldOverS * 1000) {
    return previous_;
  }
  return nullptr;
}

bool RosterKeeper::OnHeartbeat(const Heartbeat& heartbeat, TimeMs now) {
  if (ruling_ == nullptr || !heartbeat.Fresh(*ruling_, now / 1000)) return false;
  auto [it, added] = heartbeats_.try_emplace(heartbeat.coordinator, heartbeat);
  if (!added && heartbeat.hour > it->second.hour) it->second = heartbeat;
  return true;
}

ConfirmedSpan RosterKeeper::Confirmed(TimeMs now) const {
  if (ruling_ == nullptr) return {};
  constexpr TimeMs kHourMs = 3'600'000;
  std::vector<TimeMs> fresh;   // those that are here were of the ruling roster when they came
  for (const auto& [coordinator, heartbeat] : heartbeats_) {
    const TimeMs stated = heartbeat.hour * kHourMs;
    if (now <= stated + kHeartbeatFreshS * 1000 && stated <= now + kHeartbeatAheadS * 1000) {
      fresh.push_back(stated);
    }
  }
  if (fresh.size() < ruling_->threshold) return {};
  std::ranges::sort(fresh, std::greater());
  return {fresh.front() - kHeartbeatAheadS * 1000,
          fresh[ruling_->threshold - 1] + kHeartbeatFreshS * 1000};
}

}  // namespace whoelse
