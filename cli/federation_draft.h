// A federation as it is being set up: what the next roster will say, and where everything lies.
//
//   DIR/federation.json          this draft: public keys and settings, no secrets
//   DIR/roster.signed            the roster signed last, in GetRoster's layout
//   DIR/roots/                   the root keys (in earnest: offline, each with another person)
//   DIR/master/, DIR/lead/       master keys and lead officers' keys (in earnest: on other disks)
//   DIR/coordinators/<slug>/     what goes to that coordinator: configuration, TLS, sealed secrets
//   DIR/agencies/<slug>/         what goes to that agency's node
//   DIR/auditors/<slug>/         what goes to that auditor: its certificate and key
#ifndef WHOELSE_CLI_FEDERATION_DRAFT_H_
#define WHOELSE_CLI_FEDERATION_DRAFT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "protocol/roster.h"

namespace whoelse {

// A party of the next roster, with the name of its folder.
template <typename RosterParty>
struct DraftParty {
  std::string slug;
  RosterParty party;   // of an agency: without relays and bulk windows, which `sign` gives
  bool operator==(const DraftParty&) const = default;
};

// An agency of the draft whose node is a witness too.
struct DraftWitness {
  std::string slug;     // the agency's
  NoteVerifier key;     // type 0x04; its name is the witness's
  bool operator==(const DraftWitness&) const = default;
};

struct FederationDraft {
  FederationId federation;
  std::string name;
  std::vector<NoteVerifier> roots;
  uint32_t roots_needed = 0;
  uint16_t threshold = 0;
  uint32_t valid_days = 0;    // of a signed roster
  uint32_t bulk_hours = 0;    // of a window for first enrolment
  RosterParameters parameters{};
  std::vector<DraftParty<RosterCoordinator>> coordinators;
  std::vector<DraftParty<RosterAgency>> agencies;
  std::vector<DraftParty<RosterAuditor>> auditors;
  std::vector<DraftWitness> witnesses;

  // INVALID_ARGUMENT names the member that is wrong. Errors of ReadWholeFile; NOT_FOUND says how to start
  // a federation.
  static absl::StatusOr<FederationDraft> Load(const std::string& dir);
  absl::Status Save(const std::string& dir) const;   // UNAVAILABLE

  TrustAnchor Anchor() const { return {federation, roots, roots_needed}; }
  bool operator==(const FederationDraft&) const = default;
};

struct FederationFolder {
  std::string dir;

  std::string Draft() const { return dir + "/federation.json"; }
  std::string SignedRoster() const { return dir + "/roster.signed"; }
  std::string Root(size_t number) const {   // from 1
    return dir + "/roots/root-" + std::to_string(number) + ".key";
  }
  std::string Coordinator(const std::string& slug) const { return dir + "/coordinators/" + slug; }
  std::string Agency(const std::string& slug) const { return dir + "/agencies/" + slug; }
  std::string Auditor(const std::string& slug) const { return dir + "/auditors/" + slug; }
  std::string Master(const std::string& slug) const { return dir + "/master/" + slug + ".key"; }
  std::string Lead(const std::string& slug) const { return dir + "/lead/" + slug + ".key"; }
};

// The roster signed last; nullopt when none was. INVALID_ARGUMENT when the file is damaged.
struct HeldRoster {
  SignedRoster signed_roster;
  Roster roster;
};
absl::StatusOr<std::optional<HeldRoster>> LoadHeldRoster(const std::string& dir);

// "Hilltop School, Northbridge" -> "hilltop-school-northbridge". Empty when nothing is left.
std::string SlugOf(std::string_view name);

}  // namespace whoelse

#endif  // WHOELSE_CLI_FEDERATION_DRAFT_H_
