#include "cli/federation_log_key.h"

#include <algorithm>
#include <charconv>

#include "cli/federation_draft.h"
#include "coordinator/secrets.h"
#include "vault/master_key.h"

namespace whoelse {
namespace {

constexpr std::string_view kNumbered = "/log-";

// "northbridge/council/log" -> ".../log-2" -> ".../log-3"
std::string NextOrigin(const std::string& origin) {
  const size_t at = origin.rfind(kNumbered);
  if (at == std::string::npos) return origin + "-2";
  unsigned number = 1;
  std::from_chars(origin.data() + at + kNumbered.size(), origin.data() + origin.size(), number);
  return origin.substr(0, at) + std::string(kNumbered) + std::to_string(number + 1);
}

}  // namespace

absl::StatusOr<NoteVerifier> RenewLogKey(const std::string& dir, const std::string& slug,
                                         Random& random) {
  auto draft = FederationDraft::Load(dir);
  if (!draft.ok()) return draft.status();
  const auto party = std::ranges::find(draft->coordinators, slug,
                                       &DraftParty<RosterCoordinator>::slug);
  if (party == draft->coordinators.end()) {
    return absl::NotFoundError("no coordinator of this federation has the folder " + slug +
                               "; `show` lists them");
  }
  const FederationFolder folder{dir};
  const auto master = ReadMasterKey(folder.Master(slug));
  if (!master.ok()) return master.status();
  const std::string path = folder.Coordinator(slug) + "/secrets.sealed";
  auto secrets = ReadSecrets(path, *master);
  if (!secrets.ok()) return secrets.status();

  secrets->log_seed = random.NewSecret<32>();
  const auto key = NoteVerifier::Create(NextOrigin(party->party.log_key.name),
                                        NoteKeyType::kEd25519,
                                        SigningKey::FromSeed(secrets->log_seed.Reveal()).verify_key());
  if (!key.ok()) return key.status();
  party->party.log_key = *key;
  // The secrets first: a draft with a key that nobody has could be signed, the reverse only made anew.
  if (const absl::Status s = WriteSecrets(path, *secrets, *master, random); !s.ok()) return s;
  if (const absl::Status saved = draft->Save(dir); !saved.ok()) return saved;
  return *key;
}

}  // namespace whoelse
