#include "cli/federation_deal.h"

#include <algorithm>

#include "crypto/threshold.h"
#include "vault/master_key.h"

namespace whoelse {
namespace {

absl::Status Misfit(const std::string& option, const std::string& reason) {
  return absl::InvalidArgumentError(option + ": " + reason +
                                    "; `show` lists the key versions and their states");
}

bool Names(const std::vector<RosterKeyVersion>& versions, const EvaluatorShare& share) {
  return std::ranges::any_of(versions, [&](const RosterKeyVersion& version) {
    return version.kv == share.kv && version.sharing_epoch == share.sharing_epoch;
  });
}

// Puts a share with each coordinator, and its public half into the roster's entry.
void HandOut(const std::vector<KeyShare>& shares, const FederationDraft& draft,
             RosterKeyVersion& version, CoordinatorVault& vault) {
  version.share_keys.clear();
  for (const auto& coordinator : draft.coordinators) {
    const KeyShare& share = shares[coordinator.party.x - 1u];
    version.share_keys.emplace(coordinator.party.id, Element::BaseMultiply(share.value));
    vault.AddShare(coordinator.party.id, {version.kv, version.sharing_epoch, share.value});
  }
}

RosterKeyVersion DealNew(const FederationDraft& draft, KeyVersion kv, KeyState state,
                         CoordinatorVault& vault, Random& random) {
  const Scalar key = Scalar::Random(random);
  RosterKeyVersion version{kv, state, 1, Element::BaseMultiply(key), {}};
  const auto n = static_cast<uint16_t>(draft.coordinators.size());
  HandOut(SplitKey(key, draft.threshold, n, random), draft, version, vault);
  return version;
}

// All shares of a version that are here, by the abscissae of the roster that names them.
absl::StatusOr<std::vector<KeyShare>> CollectShares(const Roster& held,
                                                    const RosterKeyVersion& version,
                                                    const CoordinatorVault& vault) {
  std::vector<KeyShare> shares;
  for (const RosterCoordinator& coordinator : held.coordinators) {
    const Scalar* const value = vault.FindShare(coordinator.id, version.kv, version.sharing_epoch);
    if (value != nullptr) shares.push_back({coordinator.x, *value});
  }
  if (shares.size() >= held.threshold) return shares;
  return absl::FailedPreconditionError(
      "only " + std::to_string(shares.size()) + " shares of key version " +
      std::to_string(version.kv) + " are in this directory, needed are " +
      std::to_string(held.threshold));
}

// The same key, shared anew among the draft's coordinators; old and new shares do not combine.
absl::Status ShareAnew(const FederationDraft& draft, const Roster& held, RosterKeyVersion& version,
                       CoordinatorVault& vault, Random& random) {
  auto shares = CollectShares(held, version, vault);
  if (!shares.ok()) return shares.status();
  const size_t n = draft.coordinators.size();
  if (shares->size() == n && held.coordinators.size() == n) {
    std::ranges::sort(*shares, {}, &KeyShare::x);
    *shares = RefreshShares(*shares, draft.threshold, random);
  } else {
    shares->erase(shares->begin() + held.threshold, shares->end());
    std::vector<uint16_t> xs;
    for (const KeyShare& share : *shares) xs.push_back(share.x);
    const auto lagrange = LagrangeAtZero(xs);
    if (!lagrange.ok()) return lagrange.status();
    Scalar key = Scalar::FromU64(0);
    for (size_t i = 0; i < xs.size(); ++i) key = key + (*lagrange)[i] * (*shares)[i].value;
    *shares = SplitKey(key, draft.threshold, static_cast<uint16_t>(n), random);
  }
  ++version.sharing_epoch;
  HandOut(*shares, draft, version, vault);
  return absl::OkStatus();
}

absl::Status Retire(KeyVersion kv, std::vector<RosterKeyVersion>& versions) {
  const std::string option = "retire-key-version";
  if (versions.size() != 2) return Misfit(option, "there is no other key version to ask under");
  // What is left is asked under from the moment the roster rules.
  const bool first = versions.front().kv == kv;
  if (!first && versions.back().kv != kv) return Misfit(option, "there is no such key version");
  if (first && versions.back().state != KeyState::kAsked) {
    return Misfit(option, "the other key version is not ASKED yet: activate it first");
  }
  versions.erase(first ? versions.begin() : versions.begin() + 1);
  return absl::OkStatus();
}

absl::Status Activate(KeyVersion kv, std::vector<RosterKeyVersion>& versions) {
  for (RosterKeyVersion& version : versions) {
    if (version.kv != kv) continue;
    if (version.state == KeyState::kAsked) {
      return Misfit("activate-key-version", "it is ASKED already");
    }
    version.state = KeyState::kAsked;
    return absl::OkStatus();
  }
  return Misfit("activate-key-version", "there is no such key version");
}

}  // namespace

absl::StatusOr<CoordinatorVault> CoordinatorVault::Open(const std::string& dir,
                                                        const FederationDraft& draft) {
  const FederationFolder folder{dir};
  CoordinatorVault vault;
  for (const auto& coordinator : draft.coordinators) {
    auto master = ReadMasterKey(folder.Master(coordinator.slug));
    if (!master.ok()) return master.status();
    const std::string path = folder.Coordinator(coordinator.slug) + "/secrets.sealed";
    auto secrets = ReadSecrets(path, *master);
    if (!secrets.ok()) {
      return absl::Status(secrets.status().code(),
                          path + ": " + std::string(secrets.status().message()));
    }
    vault.entries_.emplace(coordinator.party.id,
                           Entry{path, *std::move(master), *std::move(secrets)});
  }
  return vault;
}

absl::Status CoordinatorVault::Save(const std::vector<RosterKeyVersion>& held,
                                    const std::vector<RosterKeyVersion>& next, Random& random) {
  for (auto& [id, entry] : entries_) {
    // The generation that rules now is kept until the next one does.
    std::erase_if(entry.secrets.shares, [&](const EvaluatorShare& share) {
      return !Names(held, share) && !Names(next, share);
    });
    const absl::Status written = WriteSecrets(entry.path, entry.secrets, entry.master, random);
    if (!written.ok()) return written;
  }
  return absl::OkStatus();
}

const Scalar* CoordinatorVault::FindShare(CoordinatorId id, KeyVersion kv,
                                          uint32_t sharing_epoch) const {
  const auto entry = entries_.find(id);
  if (entry == entries_.end()) return nullptr;
  for (const EvaluatorShare& share : entry->second.secrets.shares) {
    if (share.kv == kv && share.sharing_epoch == sharing_epoch) return &share.value;
  }
  return nullptr;
}

void CoordinatorVault::AddShare(CoordinatorId id, EvaluatorShare share) {
  auto& shares = entries_.at(id).secrets.shares;
  // Of a `sign` that was cut short before its roster was written: nobody ever used it.
  std::erase_if(shares, [&](const EvaluatorShare& old) {
    return old.kv == share.kv && old.sharing_epoch == share.sharing_epoch;
  });
  shares.push_back(std::move(share));
}

SigningKey CoordinatorVault::AdmissionKey(CoordinatorId id) const {
  return SigningKey::FromSeed(entries_.at(id).secrets.admission_seed.Reveal());
}

absl::StatusOr<DealtKeys> DealKeys(const FederationDraft& draft, const Roster* held,
                                   const KeyChange& change, CoordinatorVault& vault,
                                   Random& random) {
  const size_t n = draft.coordinators.size();
  if (n < draft.threshold) {
    return absl::FailedPreconditionError(
        "there are " + std::to_string(n) + " coordinators, the threshold is " +
        std::to_string(draft.threshold) + ": add more with whoelse federation add-coordinator");
  }
  DealtKeys keys;
  std::vector<RosterKeyVersion>& versions = keys.key_versions;
  if (held != nullptr) versions = held->key_versions;
  if (change.retire) {
    if (const absl::Status done = Retire(*change.retire, versions); !done.ok()) return done;
  }
  if (change.activate) {
    if (const absl::Status done = Activate(*change.activate, versions); !done.ok()) return done;
  }
  for (RosterKeyVersion& version : versions) {
    if (!change.refresh && version.share_keys.size() == n) continue;
    const absl::Status shared = ShareAnew(draft, *held, version, vault, random);
    if (!shared.ok()) return shared;
    keys.dealt = true;
  }
  if (change.new_key_version && versions.size() > 1) {
    return Misfit("new-key-version", "there are two key versions already: retire one first");
  }
  if (versions.empty()) {
    versions.push_back(DealNew(draft, 1, KeyState::kAsked, vault, random));
    keys.dealt = true;
  }
  if (change.new_key_version) {
    versions.push_back(DealNew(draft, versions.back().kv + 1, KeyState::kEnrolling, vault, random));
    keys.dealt = true;
  }
  return keys;
}

}  // namespace whoelse
