#include "node/public_checks.h"

#include <algorithm>

#include "protocol/limits.h"

namespace whoelse {
namespace {

constexpr TimeMs kSkewMs = kClockSkewS * 1000;

PublicVerdict Refuse(PublicVerdict verdict, RefusalCode code) {
  verdict.kind = PublicVerdict::Kind::kRefuse;
  verdict.refusal = code;
  return verdict;
}

bool Within(TimeMs a, TimeMs b, TimeMs distance) {
  return a > b ? a - b <= distance : b - a <= distance;
}

// P2b. What this relay's log said before bounds what it may say now.
std::optional<RefusalCode> CheckOrder(const Admission& admission, const RelayState& relay,
                                      TimeMs now) {
  if (relay.last && admission.index <= relay.last->index) return RefusalCode::kReplay;
  // A backdated admission would pass off a late frame as one of before a change.
  if (relay.last && admission.time_ms < relay.last->time_ms) return RefusalCode::kClock;
  if (!Within(admission.time_ms, now, kSkewMs)) return RefusalCode::kClock;
  return std::nullopt;
}

// P5. Written so that no time in a header can overflow.
bool InLifetime(const Header& header, TimeMs now) {
  if (header.issued_s > (now + kSkewMs) / 1000) return false;
  return now <= header.expires_s() * 1000;
}

}  // namespace

const RelayState::Named* RelayState::Overdue(TimeMs now) const {
  const auto oldest =
      std::ranges::find_if(uncovered, [&](const Named& named) { return named.index >= covered; });
  if (oldest == uncovered.end() || now <= oldest->since_ms + kLogBehindMs) return nullptr;
  return &*oldest;
}

bool AdmissionValid(const Frame& frame, const std::optional<Admission>& admission,
                    const Roster& roster) {
  if (!admission) return false;
  const RosterCoordinator* coordinator = roster.FindCoordinator(admission->coordinator);
  if (coordinator == nullptr || admission->log_key_id != coordinator->log_key.key_id) return false;
  const auto& relays = frame.header().relays;
  if (std::find(relays.begin(), relays.end(), coordinator->id) == relays.end()) return false;
  return admission->frame_hash == frame.hash() &&
         admission->SignedBy(coordinator->admission_key, roster.federation);
}

std::shared_ptr<const Roster> RosterOfHeader(const Header& header, const PublicState& state,
                                             TimeMs now) {
  if (header.roster_version == state.roster->version) return state.roster;
  if (state.previous != nullptr && header.roster_version == state.previous->version &&
      now <= state.replaced_ms + kRosterHeldOverS * 1000) {
    return state.previous;
  }
  return nullptr;
}

std::optional<RefusalCode> CheckVersions(const Header& header, const PublicState& state,
                                         TimeMs now) {
  const std::shared_ptr<const Roster> roster = RosterOfHeader(header, state, now);
  if (roster == nullptr) return RefusalCode::kRoster;
  const std::vector<KeyVersion> versions = header.key_versions();
  if (versions != roster->AskedKeyVersions()) return RefusalCode::kKeyVersion;
  const bool any_complete = std::any_of(versions.begin(), versions.end(), [&](KeyVersion kv) {
    return state.complete.contains(kv);
  });
  if (!state.imported || !any_complete) return RefusalCode::kNotReady;
  return std::nullopt;
}

PublicVerdict CheckAdmitted(const Frame& frame, const std::optional<Admission>& admission,
                            const PublicState& state, const RelayState* relay, TimeMs now) {
  PublicVerdict verdict{PublicVerdict::Kind::kAdmit};
  if (relay == nullptr || !AdmissionValid(frame, admission, *state.roster)) {
    return Refuse(verdict, RefusalCode::kAdmission);
  }
  verdict.admission_valid = true;
  if (state.answered || state.pending) {
    verdict.kind =
        state.answered ? PublicVerdict::Kind::kSame : PublicVerdict::Kind::kJoin;
    return verdict;
  }
  if (const auto code = CheckOrder(*admission, *relay, now)) return Refuse(verdict, *code);
  verdict.raises_last = true;
  // A relay that never publishes its log could forward anything: no more answers for it.
  if (relay->Overdue(now) != nullptr || relay->Full()) {
    verdict.log_behind = true;
    return Refuse(verdict, RefusalCode::kLogBehind);
  }
  if (const auto code = CheckVersions(frame.header(), state, now)) return Refuse(verdict, *code);
  if (!InLifetime(frame.header(), now)) return Refuse(verdict, RefusalCode::kExpired);
  // The first bound makes up for what a restart forgot. The second is for every later stream: no
  // checkpoint of this one shows a leaf below it, so there a relay could put frames it never logged.
  if (admission->index < std::max(relay->attached_size, relay->stream_size)) {
    return Refuse(verdict, RefusalCode::kRestarted);
  }
  // Nor could the wire that left before the store was set back be given again.
  if (frame.header().issued_s * 1000 <= state.unsure_through_ms) {
    return Refuse(verdict, RefusalCode::kRestarted);
  }
  // By count alone, and before any lookup: being busy must not depend on what the frame would find.
  if (state.slot_count >= state.roster->parameters.slot_frames) {
    return Refuse(verdict, RefusalCode::kBusy);
  }
  return verdict;
}

}  // namespace whoelse
