#include "cli/sealed_ledger.h"

#include <fstream>
#include <set>

#include "cli/key_file.h"
#include "cli/lead_key.h"
#include "cli/show_json.h"
#include "node/noted_json.h"
#include "node/taken_file.h"

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
  Opener(std::vector<Secret<32>> secrets, TimeMs since,
         const std::function<bool(const Noted&)>& wanted)
      : secrets_(std::move(secrets)), since_(since), wanted_(wanted) {}

  absl::Status Take(ByteView sealed) {
    // What was taken may be at the node still, and in two files.
    if (!seen_.insert(ToBytes(sealed)).second) return absl::OkStatus();
    ++entries_;
    auto noted = OpenNoted(sealed, secrets_);
    if (absl::IsUnauthenticated(noted.status())) {
      ++ledger_.other_key;
      return absl::OkStatus();
    }
    if (!noted.ok()) return noted.status();
    if (!noted->Opened() || noted->received_ms < since_ || !wanted_(*noted)) return absl::OkStatus();
    // One question may have come by two relays.
    if (known_.insert(noted->frame_hash).second) ledger_.notes.push_back(*std::move(noted));
    return absl::OkStatus();
  }
  void Name(AgencyId agency, const std::string& name) { ledger_.names[agency] = name; }
  void SetCompleteUntil(TimeMs until) { ledger_.complete_until_ms = until; }
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
  const TimeMs since_;
  const std::function<bool(const Noted&)>& wanted_;
  SealedLedger ledger_;
  std::set<Bytes> seen_;        // sealed
  std::set<FrameHash> known_;   // opened
  uint64_t entries_ = 0;
};

absl::Status ReadTaken(const std::string& path, AgencyId agency, Opener& opener) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::InvalidArgumentError("taken: " + path + " cannot be opened");
  const auto head = ReadTakenFile(file, [&](ByteView sealed) { return opener.Take(sealed); });
  if (!head.ok()) return head.status();
  if (head->agency != agency) {
    return absl::InvalidArgumentError("taken: " + path + " is another agency's, whose records are "
                                      "others: give those of this one");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SealedLedger> OpenSealedLedger(const Door& door, const LeadOfficerKeys& keys,
                                              TimeMs since,
                                              const std::function<bool(const Noted&)>& wanted) {
  auto secrets = SecretsOf(keys);
  if (!secrets.ok()) return secrets.status();
  Opener opener(*std::move(secrets), since, wanted);
  v1::ReadSealedCall call;
  call.set_since_ms(since);
  AgencyId agency = 0;
  const absl::Status read = door.ReadSealed(call, [&](const v1::SealedPart& part) {
    if (part.agency() != 0) {   // the first one
      agency = part.agency();
      opener.SetCompleteUntil(part.through_ms());
    }
    for (const auto& [id, name] : part.agencies()) opener.Name(id, name);
    for (const std::string& sealed : part.sealed()) {
      if (const absl::Status taken = opener.Take(AsBytes(sealed)); !taken.ok()) return taken;
    }
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  for (const std::string& path : keys.taken) {
    if (const absl::Status taken = ReadTaken(path, agency, opener); !taken.ok()) return taken;
  }
  return std::move(opener).End();
}

void TellOfTheRest(const SealedLedger& ledger, Terminal& terminal) {
  terminal.err << "whoelse: complete until "
               << CellOf("complete_until_ms", ledger.complete_until_ms)
               << "; what came since is shown when the next working session has begun\n";
  if (ledger.other_key == 0) return;
  terminal.err << "whoelse: " << ledger.other_key << " more entries are sealed to another key: "
               << "give the earlier keys' files with --lead-key too\n";
}

}  // namespace whoelse
