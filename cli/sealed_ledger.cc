#include "cli/sealed_ledger.h"

#include "cli/key_file.h"
#include "cli/lead_key.h"
#include "node/noted_json.h"

namespace whoelse {
namespace {

// One's own key, and what it opens of each file.
absl::StatusOr<std::vector<Secret<32>>> SecretsOf(const LeadOfficerKeys& files) {
  auto own = ReadKeyFile(files.own);
  if (!own.ok()) return own.status();
  std::vector<Secret<32>> secrets;
  for (const std::string& path : files.lead_keys) {
    const auto file = ReadLeadKeyFile(path);
    if (!file.ok()) return file.status();
    auto secret = file->Open(*own);
    if (!secret.ok()) return secret.status();
    secrets.push_back(*std::move(secret));
  }
  secrets.push_back(*std::move(own));   // a lead officer may be the only one
  return secrets;
}

// Takes up what it is given, entry by entry.
class Opener {
 public:
  Opener(std::vector<Secret<32>> secrets, const std::function<bool(const Noted&)>& wanted)
      : secrets_(std::move(secrets)), wanted_(wanted) {}

  absl::Status Take(ByteView sealed) {
    ++entries_;
    auto noted = OpenNoted(sealed, secrets_);
    if (absl::IsUnauthenticated(noted.status())) {
      ++ledger_.other_key;
      return absl::OkStatus();
    }
    if (!noted.ok()) return noted.status();
    if (noted->Opened() && wanted_(*noted)) ledger_.notes.push_back(*std::move(noted));
    return absl::OkStatus();
  }
  void Name(AgencyId agency, const std::string& name) { ledger_.names[agency] = name; }
  absl::StatusOr<SealedLedger> End() && {
    if (entries_ > 0 && ledger_.other_key == entries_) {
      return absl::PermissionDeniedError(
          "own: this key opens nothing here: give with --lead-key the files of the lead officers' "
          "keys that you hold");
    }
    return std::move(ledger_);
  }

 private:
  const std::vector<Secret<32>> secrets_;
  const std::function<bool(const Noted&)>& wanted_;
  SealedLedger ledger_;
  uint64_t entries_ = 0;
};

}  // namespace

absl::StatusOr<SealedLedger> OpenSealedLedger(const Door& door, const LeadOfficerKeys& keys,
                                              TimeMs since,
                                              const std::function<bool(const Noted&)>& wanted) {
  auto secrets = SecretsOf(keys);
  if (!secrets.ok()) return secrets.status();
  Opener opener(*std::move(secrets), wanted);
  v1::ReadSealedCall call;
  call.set_since_ms(since);
  const absl::Status read = door.ReadSealed(call, [&](const v1::SealedPart& part) {
    for (const auto& [agency, name] : part.agencies()) opener.Name(agency, name);
    for (const std::string& sealed : part.sealed()) {
      if (const absl::Status taken = opener.Take(AsBytes(sealed)); !taken.ok()) return taken;
    }
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return std::move(opener).End();
}

void WarnOfOtherKeys(const SealedLedger& ledger, Terminal& terminal) {
  if (ledger.other_key == 0) return;
  terminal.err << "whoelse: " << ledger.other_key << " more entries are sealed to another key: "
               << "give the earlier keys' files with --lead-key too\n";
}

}  // namespace whoelse
