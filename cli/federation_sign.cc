#include "cli/federation_sign.h"

#include <algorithm>
#include <map>

#include "cli/key_file.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

constexpr size_t kAgenciesAPair = 5;
constexpr TimeS kBackdatedS = 300;    // clocks of parties differ
constexpr uint32_t kKeyTypes = 2;     // NHS number and UPN

// domain: section 8 (e) of protocol.md, the census.
uint32_t BulkTotal(uint32_t register_size) {
  const uint64_t total = (uint64_t{register_size} * 105 + 99) / 100 * kKeyTypes;
  return static_cast<uint32_t>(std::min<uint64_t>(total, UINT32_MAX));
}

// Windows of key versions that are no more go, one for each new key version comes.
void GiveWindows(RosterAgency& agency, const Roster* held, const Roster& next, TimeS hours) {
  const RosterAgency* const before = held == nullptr ? nullptr : held->FindAgency(agency.id);
  for (const RosterKeyVersion& version : next.key_versions) {
    BulkWindow window{version.kv, next.not_before, next.not_before + hours * 3600,
                      BulkTotal(agency.register_size)};
    for (const BulkWindow& old : before != nullptr ? before->bulk : std::vector<BulkWindow>()) {
      if (old.kv == version.kv) window = old;
    }
    agency.bulk.push_back(window);
  }
}

void GiveRelays(Roster& next, const std::vector<std::array<CoordinatorId, 2>>& pairs) {
  for (size_t i = 0; i < next.agencies.size(); ++i) next.agencies[i].relays = pairs[i];
}

// The pairs as they are, so that taking an agency out stays a revocation, which acts at once.
bool KeepsHeldRelays(const Roster& held, Roster& next) {
  for (RosterAgency& agency : next.agencies) {
    const RosterAgency* const before = held.FindAgency(agency.id);
    if (before == nullptr) return false;
    agency.relays = before->relays;
  }
  return IsRevocation(held, next);
}

std::vector<std::string> RelayWarnings(const Roster& roster) {
  std::map<std::array<CoordinatorId, 2>, size_t> shared;
  for (const RosterAgency& agency : roster.agencies) ++shared[agency.relays];
  std::vector<std::string> warnings;
  for (const auto& [pair, count] : shared) {
    if (count >= kAgenciesAPair || shared.size() == 1) continue;
    warnings.push_back("the relays " + std::to_string(pair[0]) + " and " + std::to_string(pair[1]) +
                       " are shared by " + std::to_string(count) +
                       " agencies only, so a question through them nearly names its asker: the next "
                       "roster that adds or changes anything spreads the agencies anew");
  }
  return warnings;
}

Roster BuildRoster(const FederationDraft& draft, const Roster* held,
                   std::vector<RosterKeyVersion> key_versions, TimeS now) {
  Roster next{};
  next.federation = draft.federation;
  next.name = draft.name;
  next.version = held == nullptr ? 1 : held->version + 1;
  next.not_before = now - kBackdatedS;
  next.not_after = next.not_before + TimeS{draft.valid_days} * 86400;
  next.roots = draft.roots;
  next.roots_needed = draft.roots_needed;
  next.threshold = draft.threshold;
  for (const auto& coordinator : draft.coordinators) next.coordinators.push_back(coordinator.party);
  next.key_versions = std::move(key_versions);
  for (const DraftWitness& witness : draft.witnesses) {
    next.witnesses.push_back({witness.key.name, witness.key});
  }
  // As many as may lie without two quorums that share only liars; without witnesses a quorum of one
  // that nobody gives.
  const auto witnesses = static_cast<uint32_t>(next.witnesses.size());
  next.witness_faults = witnesses == 0 ? 0 : (witnesses - 1) / 3;
  next.quorum = (witnesses + next.witness_faults) / 2 + 1;
  next.parameters = draft.parameters;
  for (const auto& agency : draft.agencies) {
    next.agencies.push_back(agency.party);
    GiveWindows(next.agencies.back(), held, next, draft.bulk_hours);
  }
  for (const auto& auditor : draft.auditors) next.auditors.push_back(auditor.party);
  if (held != nullptr && KeepsHeldRelays(*held, next)) return next;
  std::vector<CoordinatorId> ids;
  for (const RosterCoordinator& coordinator : next.coordinators) ids.push_back(coordinator.id);
  GiveRelays(next, SpreadRelays(ids, next.agencies.size()));
  return next;
}

// k of the root keys that are here.
absl::Status SignByRoots(const FederationDraft& draft, const FederationFolder& folder, Note& note,
                         std::vector<std::string>& names) {
  for (size_t i = 0; i < draft.roots.size() && names.size() < draft.roots_needed; ++i) {
    const auto seed = ReadKeyFile(folder.Root(i + 1));
    if (absl::IsNotFound(seed.status())) continue;   // offline, as it should be: others may do
    if (!seed.ok()) return seed.status();
    const SigningKey key = SigningKey::FromSeed(seed->Reveal());
    note.signatures.push_back(SignNote(note.text, draft.roots[i].name, key));
    names.push_back(draft.roots[i].name);
  }
  if (names.size() == draft.roots_needed) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "only " + std::to_string(names.size()) + " root keys are in " + folder.dir +
      "/roots, needed are " + std::to_string(draft.roots_needed));
}

// t coordinators of the roster held agree to a change of keys.
absl::Status AddConsents(const Roster& held, const CoordinatorVault& vault, const RosterHash& hash,
                         SignedRoster& offered) {
  for (const RosterCoordinator& coordinator : held.coordinators) {
    if (offered.consents.size() == held.threshold) break;
    if (!vault.Has(coordinator.id)) continue;
    offered.consents.push_back(
        {coordinator.id, ConsentToRoster(vault.AdmissionKey(coordinator.id), hash)});
  }
  if (offered.consents.size() == held.threshold) return absl::OkStatus();
  return absl::FailedPreconditionError("too few coordinators of the roster held are in this "
                                       "directory to consent to the change");
}

absl::Status Distribute(const FederationDraft& draft, const FederationFolder& folder,
                        ByteView bytes) {
  // Ours first: were it last, an attempt that is cut short would sign this version number twice.
  if (const absl::Status s = WriteFileDurably(folder.SignedRoster(), bytes, 0644); !s.ok()) return s;
  for (const auto& party : draft.coordinators) {
    const absl::Status s = WriteFileDurably(folder.Coordinator(party.slug) + "/roster.signed", bytes, 0644);
    if (!s.ok()) return s;
  }
  for (const auto& party : draft.agencies) {
    const absl::Status s = WriteFileDurably(folder.Agency(party.slug) + "/roster.signed", bytes, 0644);
    if (!s.ok()) return s;
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<std::array<CoordinatorId, 2>> SpreadRelays(const std::vector<CoordinatorId>& coordinators,
                                                       size_t agencies) {
  const size_t n = coordinators.size();
  std::vector<std::array<CoordinatorId, 2>> pairs;
  // Neighbours first, so that few pairs already give every coordinator its part.
  for (size_t distance = 1; distance <= n / 2; ++distance) {
    for (size_t i = 0; i < n; ++i) {
      const size_t j = (i + distance) % n;
      if (2 * distance == n && i >= j) continue;   // the same pair seen from its other end
      pairs.push_back({std::min(coordinators[i], coordinators[j]),
                       std::max(coordinators[i], coordinators[j])});
    }
  }
  pairs.resize(std::clamp<size_t>(agencies / kAgenciesAPair, 1, pairs.size()));
  std::vector<std::array<CoordinatorId, 2>> spread;
  for (size_t i = 0; i < agencies; ++i) spread.push_back(pairs[i % pairs.size()]);
  return spread;
}

absl::StatusOr<SignedFederation> SignFederation(const std::string& dir, const KeyChange& change,
                                                TimeS now, Random& random) {
  const FederationFolder folder{dir};
  const auto draft = FederationDraft::Load(dir);
  if (!draft.ok()) return draft.status();
  const auto before = LoadHeldRoster(dir);
  if (!before.ok()) return before.status();
  const Roster* const held = *before ? &(*before)->roster : nullptr;
  auto vault = CoordinatorVault::Open(dir, *draft);
  if (!vault.ok()) return vault.status();
  auto keys = DealKeys(*draft, held, change, *vault, random);
  if (!keys.ok()) return keys.status();

  Note note{BuildRoster(*draft, held, keys->key_versions, now).Serialize(), {}};
  SignedFederation result;
  result.dealt = keys->dealt;
  if (const absl::Status s = SignByRoots(*draft, folder, note, result.roots); !s.ok()) return s;
  SignedRoster offered{note.Serialize(), {}, {}};
  const uint64_t highest = held == nullptr ? 0 : held->version;
  auto accepted = AcceptRoster(offered, held, draft->Anchor(), highest, now);
  if (absl::IsPermissionDenied(accepted.status())) {   // keys or coordinators change
    const auto parsed = Roster::Parse(note.text);
    if (!parsed.ok()) return parsed.status();
    const absl::Status consented = AddConsents(*held, *vault, parsed->hash, offered);
    if (!consented.ok()) return consented;
    accepted = AcceptRoster(offered, held, draft->Anchor(), highest, now);
  }
  if (!accepted.ok()) return accepted.status();

  result.roster = *std::move(accepted);
  for (const auto& consent : offered.consents) result.consents.push_back(consent.coordinator);
  result.warnings = RelayWarnings(result.roster);
  result.rules_at_once = RosterRules(result.roster, held, {}, now * 1000);
  // Shares first: a roster whose shares are nowhere would stop every question.
  const absl::Status saved =
      vault->Save(held == nullptr ? std::vector<RosterKeyVersion>() : held->key_versions,
                  result.roster.key_versions, random);
  if (!saved.ok()) return saved;
  if (const absl::Status s = Distribute(*draft, folder, offered.Serialize()); !s.ok()) return s;
  return result;
}

}  // namespace whoelse
