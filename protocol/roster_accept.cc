// What a roster has to show before a party goes by it. protocol.md section 2.
#include <algorithm>
#include <set>

#include "protocol/limits.h"
#include "protocol/roster.h"

namespace whoelse {
namespace {

constexpr std::string_view kRosterLabel = "whoelse/1/roster";
constexpr std::string_view kIdentityLabel = "whoelse/1/roster-identity";
constexpr std::string_view kBeatLabel = "whoelse/1/beat";

// OK when at least `needed` different keys of `roots` signed the note.
absl::Status CheckRoots(const Note& note, const std::vector<NoteVerifier>& roots, uint32_t needed,
                        std::string_view whose) {
  const absl::StatusOr<std::vector<size_t>> signers = VerifyNote(note, roots);
  if (absl::IsInvalidArgument(signers.status())) return signers.status();
  std::set<VerifyKey> keys;   // of a configuration, one key may stand under two names
  if (signers.ok()) {
    for (const size_t i : *signers) keys.insert(roots[i].key);
  }
  if (!keys.empty() && keys.size() >= needed) return absl::OkStatus();
  return absl::UnauthenticatedError("roster: signed by " + std::to_string(keys.size()) +
                                    " of the roots " + std::string(whose) + ", needed are " +
                                    std::to_string(needed));
}

// How much of `held` the coordinators have to agree to: t corrupt ones can do as they like anyway,
// roots alone must not be able to swap keys under everybody's pseudonyms, logs and admissions.
bool ChangesCoordination(const Roster& held, const Roster& next) {
  if (held.threshold != next.threshold || held.coordinators.size() != next.coordinators.size()) {
    return true;
  }
  for (const RosterCoordinator& now : next.coordinators) {
    const RosterCoordinator* before = held.FindCoordinator(now.id);
    if (before == nullptr || before->x != now.x || before->tls_pin != now.tls_pin ||
        before->log_key != now.log_key || before->admission_key != now.admission_key) {
      return true;
    }
  }
  return std::any_of(next.key_versions.begin(), next.key_versions.end(),
                     [&](const RosterKeyVersion& now) {
                       const RosterKeyVersion* before = held.FindKeyVersion(now.kv);
                       return before == nullptr || before->group_key != now.group_key ||
                              before->share_keys != now.share_keys;
                     });
}

absl::Status CheckCoordinatorsConsent(const SignedRoster& offered, const Roster& held,
                                      const Roster& next) {
  if (!ChangesCoordination(held, next)) return absl::OkStatus();
  std::map<CoordinatorId, Signature> consents;   // the first of each: one cannot count for two
  for (const auto& [id, signature] : offered.consents) consents.emplace(id, signature);
  size_t good = 0;
  for (const auto& [id, signature] : consents) {
    const RosterCoordinator* coordinator = held.FindCoordinator(id);
    if (coordinator != nullptr &&
        coordinator->admission_key.Verify(kRosterLabel, {next.hash}, signature)) {
      ++good;
    }
  }
  if (good >= held.threshold) return absl::OkStatus();
  return absl::PermissionDeniedError(
      "roster: changes keys, threshold or coordinators with the consent of " +
      std::to_string(good) + " coordinators, needed are " + std::to_string(held.threshold));
}

// An identity key signs answers and questions: k roots alone must not become an agency.
absl::Status CheckIdentitiesConsent(const SignedRoster& offered, const Note& note,
                                    const Roster& held, const Roster& next) {
  if (CheckRoots(note, held.roots, static_cast<uint32_t>(held.roots.size()), "held").ok()) {
    return absl::OkStatus();
  }
  std::map<AgencyId, Signature> consents;
  for (const auto& [id, signature] : offered.identity_consents) consents.emplace(id, signature);
  std::map<AgencyId, const RosterAgency*> agencies;   // a look-up in the list would be quadratic
  for (const RosterAgency& agency : held.agencies) agencies.emplace(agency.id, &agency);
  for (const RosterAgency& now : next.agencies) {
    const auto before = agencies.find(now.id);
    if (before == agencies.end() || before->second->identity_key == now.identity_key) continue;
    const auto consent = consents.find(now.id);
    if (consent == consents.end() ||
        !before->second->identity_key.Verify(kIdentityLabel, {next.hash}, consent->second)) {
      return absl::PermissionDeniedError("roster: changes the identity key of agency " +
                                         std::to_string(now.id) +
                                         " without the consent of the old key or of all roots");
    }
  }
  return absl::OkStatus();
}

// True when `next` is `held` without some of its elements, in the same order. `same(h, n)` says
// that an element is still what it was.
template <typename T, typename Same>
bool OnlyRemoves(const std::vector<T>& held, const std::vector<T>& next, Same same) {
  auto h = held.begin();
  for (const T& n : next) {
    while (h != held.end() && !same(*h, n)) ++h;
    if (h == held.end()) return false;
    ++h;
  }
  return true;
}

bool OnlyLosesPurposes(const RosterAgency& held, const RosterAgency& next) {
  if (held.id != next.id) return false;
  RosterAgency without = held;
  without.ask = next.ask;
  return without == next && OnlyRemoves(held.ask, next.ask, std::equal_to<>());
}

// What a revocation may touch, taken out.
Roster WithoutRevocable(Roster roster) {
  roster.version = 0;
  roster.not_before = roster.not_after = 0;
  roster.quorum = 0;
  roster.hash = {};
  roster.agencies.clear();
  roster.auditors.clear();
  roster.witnesses.clear();
  return roster;
}

Bytes SignedPart(const Heartbeat& beat) {
  return Writer()
      .Raw(beat.federation)
      .U64(beat.version)
      .Raw(beat.roster_hash)
      .U32(beat.hour)
      .U16(beat.coordinator)
      .Take();
}

}  // namespace

Signature ConsentToRoster(const SigningKey& admission_key, const RosterHash& hash) {
  return admission_key.Sign(kRosterLabel, {hash});
}

Signature ConsentToIdentity(const SigningKey& old_identity_key, const RosterHash& hash) {
  return old_identity_key.Sign(kIdentityLabel, {hash});
}

absl::StatusOr<Roster> AcceptRoster(const SignedRoster& offered, const Roster* held,
                                    const TrustAnchor& anchor, uint64_t highest_accepted,
                                    TimeS now) {
  const absl::StatusOr<Note> note = Note::Parse(offered.note);
  if (!note.ok()) return note.status();
  // By the roots that rule here; by its own, any note would be good.
  const std::vector<NoteVerifier>& roots = held != nullptr ? held->roots : anchor.roots;
  const uint32_t needed = held != nullptr ? held->roots_needed : anchor.roots_needed;
  if (const absl::Status by = CheckRoots(*note, roots, needed, "held"); !by.ok()) return by;

  absl::StatusOr<Roster> next = Roster::Parse(note->text);
  if (!next.ok()) return next.status();
  // New roots that cannot sign would leave everybody without a way to the next roster.
  if (next->roots != roots || next->roots_needed != needed) {
    const absl::Status by = CheckRoots(*note, next->roots, next->roots_needed, "it brings");
    if (!by.ok()) return by;
  }
  if (next->federation != (held != nullptr ? held->federation : anchor.federation)) {
    return absl::FailedPreconditionError("roster: of another federation");
  }
  // Rollback to a roster with keys and agencies that were taken away since.
  if (next->version <= std::max(highest_accepted, held != nullptr ? held->version : 0)) {
    return absl::FailedPreconditionError("roster: version not above the highest accepted");
  }
  if (now > next->not_after) return absl::FailedPreconditionError("roster: past its not_after");
  if (held == nullptr) return next;
  if (const absl::Status consent = CheckCoordinatorsConsent(offered, *held, *next); !consent.ok()) {
    return consent;
  }
  if (const absl::Status consent = CheckIdentitiesConsent(offered, *note, *held, *next);
      !consent.ok()) {
    return consent;
  }
  return next;
}

bool IsRevocation(const Roster& held, const Roster& next) {
  if (WithoutRevocable(held) != WithoutRevocable(next)) return false;
  const auto count = [](const Roster& roster) {
    size_t purposes = 0;
    for (const RosterAgency& agency : roster.agencies) purposes += agency.ask.size();
    return roster.agencies.size() + purposes + roster.auditors.size() + roster.witnesses.size();
  };
  return OnlyRemoves(held.agencies, next.agencies, OnlyLosesPurposes) &&
         OnlyRemoves(held.auditors, next.auditors, std::equal_to<>()) &&
         OnlyRemoves(held.witnesses, next.witnesses, std::equal_to<>()) &&
         count(next) < count(held);
}

bool RosterRules(const Roster& next, const Roster* held,
                 const std::map<CoordinatorId, TimeMs>& leaf_ms, TimeMs now,
                 std::optional<size_t> logs) {
  if (now / 1000 < next.not_before) return false;
  if (held == nullptr || held->parameters.roster_delay_h == 0 || IsRevocation(*held, next)) {
    return true;
  }
  // In public for so long that whoever watches the logs can stop a rogue roster before it rules.
  const TimeMs delay = TimeMs{held->parameters.roster_delay_h} * 3'600'000;
  const auto old = std::count_if(leaf_ms.begin(), leaf_ms.end(), [&](const auto& leaf) {
    return held->FindCoordinator(leaf.first) != nullptr && leaf.second <= now &&
           now - leaf.second >= delay;
  });
  return static_cast<size_t>(old) >= logs.value_or(held->threshold);
}

Heartbeat Heartbeat::Sign(const Roster& roster, CoordinatorId coordinator, uint32_t hour,
                          const SigningKey& admission_key) {
  Heartbeat beat{roster.federation, roster.version, roster.hash, hour, coordinator, {}};
  beat.signature = admission_key.Sign(kBeatLabel, {SignedPart(beat)});
  return beat;
}

absl::StatusOr<Heartbeat> Heartbeat::Parse(ByteView bytes) {
  Reader in(bytes);
  Heartbeat beat;
  beat.federation = in.Fixed<FederationId>();
  beat.version = in.U64();
  beat.roster_hash = in.Fixed<RosterHash>();
  beat.hour = in.U32();
  beat.coordinator = in.U16();
  beat.signature = in.Fixed<Signature>();
  if (!in.Done()) return absl::InvalidArgumentError("a heartbeat should be 126 bytes");
  return beat;
}

Bytes Heartbeat::Serialize() const {
  return Writer().Raw(SignedPart(*this)).Raw(signature).Take();
}

bool Heartbeat::Fresh(const Roster& roster, TimeS now) const {
  if (federation != roster.federation || version != roster.version || roster_hash != roster.hash) {
    return false;
  }
  const TimeS stated = TimeS{hour} * 3600;
  const TimeS age = now > stated ? now - stated : 0;
  // Beats dated far ahead, once obtained, would hide a freeze for as long as they reach.
  const TimeS ahead = stated > now ? stated - now : 0;
  if (age > kHeartbeatFreshS || ahead > kHeartbeatAheadS) return false;
  const RosterCoordinator* by = roster.FindCoordinator(coordinator);
  return by != nullptr && by->admission_key.Verify(kBeatLabel, {SignedPart(*this)}, signature);
}

}  // namespace whoelse
