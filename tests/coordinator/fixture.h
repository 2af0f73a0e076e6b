// The federation of protocol-1.json as a coordinator sees it: its roster, its questions.
#ifndef WHOELSE_TESTS_COORDINATOR_FIXTURE_H_
#define WHOELSE_TESTS_COORDINATOR_FIXTURE_H_

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "protocol/admission.h"
#include "protocol/answer.h"
#include "protocol/question.h"
#include "protocol/roster.h"
#include "tests/protocol/roster_fixture.h"

namespace whoelse {

inline constexpr CoordinatorId kSelf = 101;
inline constexpr TimeMs kNowMs = 1'800'000'002'345;   // the vectors' admissions are of this moment

inline std::shared_ptr<const Roster> RosterOf(const nlohmann::ordered_json& json) {
  return std::make_shared<const Roster>(Roster::Parse(RosterText(json)).value());
}
inline TlsPin PinOf(const Roster& roster, int agency) { return roster.agencies[agency].tls_pin; }

// The share of a coordinator of the vectors.
inline Scalar ShareOf(int coordinator, int key_version) {
  return *Scalar::Decode(Hex(
      ProtocolVectors()["keys"]["key_versions"][key_version]["shares"][coordinator]["share"]));
}

inline SigningKey LogKeyOf(int coordinator) {
  return KeyFromSeed(ProtocolVectors()["keys"]["coordinators"][coordinator]["log_seed"]);
}

// What a made-up question deviates in.
struct QuestionWish {
  int agency = 0;                        // its place in the roster
  TimeS issued_s = 1'800'000'000;
  std::optional<uint64_t> roster_version = {};
  std::optional<FederationId> federation = {};
  std::vector<KeyVersion> key_versions = {};   // empty: those that are asked
  std::optional<std::array<CoordinatorId, 2>> relays = {};
};

// A question of dummies: a relay cannot tell.
inline Question AskAbout(const Roster& roster, const QuestionWish& wish, Random& random) {
  const RosterAgency& agency = roster.agencies[wish.agency];
  Statement statement{};
  statement.agency = agency.id;
  statement.relays = wish.relays.value_or(agency.relays);
  statement.practitioner_ref = random.NewFixed<PersonRef>();
  statement.organisation = agency.organisation;
  statement.role = Role::kPractitioner;
  statement.purpose = agency.ask.front();
  statement.power = Power::kCa2004S11;
  statement.article6 = Article6::kPublicTask;
  statement.article9 = Article9::kSafeguarding;
  QuestionParts parts;
  parts.federation = wish.federation.value_or(roster.federation);
  parts.roster_version = wish.roster_version.value_or(roster.version);
  parts.key_versions = wish.key_versions.empty() ? roster.AskedKeyVersions() : wish.key_versions;
  parts.issued_s = wish.issued_s;
  parts.sub_keys.resize(parts.key_versions.size());
  return Question::Build(parts, statement, IdentityKeyOf(wish.agency), random);
}

// A wire by its length and address; nobody here opens it.
inline Bytes WireOf(AgencyId agency, const FrameHash& hash, uint8_t filling = 0x77) {
  Bytes wire = Writer().U32(agency).Raw(hash).Take();
  wire.resize(kWireSize, filling);
  return wire;
}
inline Bytes RefusalOf(AgencyId agency, const FrameHash& hash) {
  Refusal refusal{agency, hash, RefusalCode::kBusy, 7, 0, kNowMs, {}};
  return refusal.Serialize();
}

class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "whoelse-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = pattern;
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_COORDINATOR_FIXTURE_H_
