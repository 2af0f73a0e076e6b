#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <map>
#include <set>

#include "cli/federation_certificate.h"
#include "cli/federation_join.h"
#include "cli/federation_log_key.h"
#include "cli/federation_sign.h"
#include "cli/key_file.h"
#include "coordinator/config.h"
#include "crypto/threshold.h"
#include "node/config.h"
#include "node/policy_file.h"
#include "node/secrets.h"
#include "rpc/certificate.h"
#include "tests/cli/folder.h"
#include "tests/support/random.h"
#include "vault/master_key.h"

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr TimeS kNow = 1'800'000'000;

AgencyOptions School(const std::string& name) {
  AgencyOptions options;
  options.name = name;
  options.kind = "school";
  options.area = "Northbridge";
  options.organisation = "999001";
  options.ask = {"concern", "coordination"};
  options.register_size = 900;
  options.duty = {"01632 960001", "Mon-Fri 08:30-17:00", ""};
  options.out_of_hours = {"01632 960002", "at all other times", ""};
  options.lead_user = "jo";
  options.services = {{"Pastoral care", ServiceClass::kUniversal}};
  return options;
}

AgencyOptions WitnessSchool(const std::string& name) {
  AgencyOptions options = School(name);
  options.witness = true;
  return options;
}

// A federation of three coordinators (t = 2) and six schools in a directory, not yet signed.
class FederationTest : public testing::Test {
 protected:
  void SetUp() override {
    InitOptions init;
    init.name = "Northbridge";
    ASSERT_EQ(InitFederation(dir(), init, random_), absl::OkStatus());
    for (int i = 1; i <= 3; ++i) ASSERT_TRUE(AddOneCoordinator(i).ok());
    for (int i = 1; i <= 6; ++i) {
      ASSERT_TRUE(AddAgency(dir(), School("School " + std::to_string(i)), kNow, random_).ok());
    }
  }

  std::string dir() const { return folder_.path(); }
  absl::Status AddOneCoordinator(int number) {
    CoordinatorOptions options;
    options.name = "Coordinator " + std::to_string(number);
    options.endpoint = "127.0.0.1:" + std::to_string(7000 + number);
    return AddCoordinator(dir(), options, kNow, random_).status();
  }
  SignedFederation Sign(const KeyChange& change = {}) {
    auto done = SignFederation(dir(), change, kNow, random_);
    if (!done.ok()) throw std::runtime_error(std::string(done.status().message()));
    return *std::move(done);
  }
  absl::Status SignError(const KeyChange& change = {}) {
    return SignFederation(dir(), change, kNow, random_).status();
  }
  SignedRoster Offered(const std::string& party) {
    const std::string bytes = ContentOf(folder_ / (party + "/roster.signed"));
    return *SignedRoster::Parse(AsBytes(bytes));
  }
  NodeConfig NodeOf(int number) {
    return *NodeConfig::Load(folder_ / ("agencies/school-" + std::to_string(number) + "/node.toml"));
  }
  CoordinatorSecrets SecretsOf(int number) {
    const std::string slug = "coordinator-" + std::to_string(number);
    return *ReadSecrets(folder_ / ("coordinators/" + slug + "/secrets.sealed"),
                        *ReadMasterKey(folder_ / ("master/" + slug + ".key")));
  }
  // The key that this generation's shares have in common, seen by these two coordinators.
  Element GroupKeyBy(int a, int b, KeyVersion kv, uint32_t epoch) {
    const std::vector<uint16_t> xs = {static_cast<uint16_t>(a), static_cast<uint16_t>(b)};
    const auto lagrange = *LagrangeAtZero(xs);
    Scalar key = Scalar::FromU64(0);
    for (size_t i = 0; i < 2; ++i) {
      for (const EvaluatorShare& share : SecretsOf(xs[i]).shares) {
        if (share.kv == kv && share.sharing_epoch == epoch) key = key + lagrange[i] * share.value;
      }
    }
    return Element::BaseMultiply(key);
  }
  std::set<std::pair<KeyVersion, uint32_t>> Generations(int coordinator) {
    std::set<std::pair<KeyVersion, uint32_t>> found;
    for (const EvaluatorShare& share : SecretsOf(coordinator).shares) {
      found.insert({share.kv, share.sharing_epoch});
    }
    return found;
  }

  TestFolder folder_;
  SeededRandom random_{11};
};

TEST_F(FederationTest, EveryPartyAcceptsTheFirstRosterByItsOwnConfiguration) {
  const SignedFederation done = Sign();
  EXPECT_TRUE(done.dealt);
  EXPECT_TRUE(done.rules_at_once);
  EXPECT_EQ(done.roots.size(), 2u);
  for (int i = 1; i <= 6; ++i) {
    const auto roster = AcceptRoster(Offered("agencies/school-" + std::to_string(i)), nullptr,
                                     NodeOf(i).trust, 0, kNow);
    ASSERT_TRUE(roster.ok()) << roster.status();
    EXPECT_EQ(*roster, done.roster);
  }
  const auto config =
      CoordinatorConfig::Load(folder_ / "coordinators/coordinator-1/coordinator.toml");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_TRUE(AcceptRoster(Offered("coordinators/coordinator-1"), nullptr, config->trust, 0, kNow)
                  .ok());
  EXPECT_EQ(done.roster.version, 1u);
  EXPECT_EQ(done.roster.not_after - done.roster.not_before, 90u * 86400);
}

TEST_F(FederationTest, ARenewedCertificateKeepsThePin) {
  const Roster roster = Sign().roster;
  const NodeConfig config = NodeOf(1);
  const std::string home = folder_ / "agencies/school-1";
  EXPECT_TRUE(absl::IsInvalidArgument(RenewPartyCertificate(home, 0, kNow)));
  EXPECT_TRUE(absl::IsNotFound(RenewPartyCertificate(folder_ / "agencies", 30, kNow)));
  ASSERT_EQ(RenewPartyCertificate(home, 30, kNow + 1000), absl::OkStatus());
  const auto facts = CheckTlsFiles({config.tls_certificate, config.tls_key});
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->pin, roster.FindAgency(config.agency)->tls_pin);
  EXPECT_EQ(facts->not_after, kNow + 1000 + 30u * 86400);
}

TEST_F(FederationTest, AnAgencyJoinsWithThePolicyThatItAdopts) {
  EXPECT_EQ(NodeOf(1).policy, "");
  EXPECT_EQ(NodeOf(1).caps, AskCaps());
  AgencyOptions options = School("School 7");
  options.policy_adopted_by = "Board of \"School 7\"";
  EXPECT_TRUE(absl::IsInvalidArgument(AddAgency(dir(), options, kNow, random_).status()));
  options = School("School 8");
  options.policy_adopted_by = "Board of \"School 8\"";
  options.policy_dpia = "DPIA-8";
  options.caps.questions = 5;
  ASSERT_TRUE(AddAgency(dir(), options, kNow, random_).ok());
  const Date today = Date::FromDays(static_cast<int64_t>(kNow / 86'400));
  const auto policy = ReadPolicyFile(NodeOf(8).policy, today);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->table, PolicyTable::Default());
  EXPECT_EQ(policy->adoption->adopted_by, options.policy_adopted_by);
  EXPECT_EQ(policy->adoption->day, today);
  EXPECT_FALSE(policy->IsOverdue(Date::FromDays(today.days() + 364)));
  EXPECT_EQ(NodeOf(8).caps.questions, 5u);
}

TEST_F(FederationTest, WhatAnAgencyWroteOfItsPeopleIsRead) {
  const std::string file = folder_ / "agencies/school-1/node.toml";
  const std::string good = ContentOf(file);
  const auto with = [&](const std::string& more) {
    PutInto(file, good + more);
    return NodeConfig::Load(file);
  };
  const auto config = with("[people.kim]\nroles = ['practitioner']\nsurname = 'Marsh'\n"
                           "address = '12 High Street'\npostcode = 'NB1 1AA'\n"
                           "telephone = '01632 960123'\n[people.robin]\nroles = []\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->people.at("kim").roles, std::vector{Role::kPractitioner});
  EXPECT_EQ(config->people.at("kim").own,
            (OwnDetails{"Marsh", "12 High Street", "NB1 1AA", "01632 960123"}));
  EXPECT_TRUE(config->people.at("robin").roles.empty());
  for (const auto& [more, said] : std::vector<std::pair<std::string, std::string>>{
           {"[people.kim]\nsurname = 'Marsh'\n", "people.kim.roles: should list roles"},
           {"[people.kim]\nroles = []\nsurname = 5\n", "people.kim.surname: should be text"},
           {"[people.kim]\nroles = []\nsurnam = 'M'\n", "people.kim.surnam: is not a key"},
           {"[people]\nkim = 'practitioner'\n", "people.kim: should list roles"}}) {
    EXPECT_THAT(std::string(with(more).status().message()), HasSubstr(said));
  }
  PutInto(file, good);
}

TEST_F(FederationTest, KeysOnDiskAreThoseOfTheRoster) {
  const Roster roster = Sign().roster;
  for (int i = 1; i <= 6; ++i) {
    const NodeConfig config = NodeOf(i);
    const RosterAgency* agency = roster.FindAgency(config.agency);
    ASSERT_NE(agency, nullptr);
    const auto master = ReadMasterKey(config.master_key);
    ASSERT_TRUE(master.ok()) << master.status();
    const auto secrets = ReadNodeSecrets(config.secrets, *master);
    ASSERT_TRUE(secrets.ok()) << secrets.status();
    EXPECT_EQ(SigningKey::FromSeed(secrets->identity_seed.Reveal()).verify_key(),
              agency->identity_key);
    const auto facts = CheckTlsFiles({config.tls_certificate, config.tls_key});
    ASSERT_TRUE(facts.ok()) << facts.status();
    EXPECT_EQ(facts->pin, agency->tls_pin);
    EXPECT_LT(facts->not_before, kNow);
    EXPECT_GT(facts->not_after, kNow + 90u * 86400);
    const auto lead =
        ReadKeyFile(folder_ / ("lead/school-" + std::to_string(i) + ".key"));
    ASSERT_TRUE(lead.ok()) << lead.status();
    EXPECT_EQ(X25519Public(*lead), config.lead_officer);
    EXPECT_EQ(config.people.at("jo").roles.size(), 3u);
    EXPECT_EQ(config.import.service_classes.at("Pastoral care"), ServiceClass::kUniversal);
  }
  for (int i = 1; i <= 3; ++i) {
    const CoordinatorSecrets secrets = SecretsOf(i);
    const RosterCoordinator& coordinator = roster.coordinators[static_cast<size_t>(i) - 1];
    EXPECT_EQ(SigningKey::FromSeed(secrets.log_seed.Reveal()).verify_key(), coordinator.log_key.key);
    EXPECT_EQ(SigningKey::FromSeed(secrets.admission_seed.Reveal()).verify_key(),
              coordinator.admission_key);
    ASSERT_EQ(secrets.shares.size(), 1u);
    EXPECT_EQ(Element::BaseMultiply(secrets.shares[0].value),
              roster.key_versions[0].share_keys.at(coordinator.id));
  }
}

TEST_F(FederationTest, PrivateFilesArePrivate) {
  Sign();
  for (const char* name :
       {"roots/root-1.key", "master/school-1.key", "lead/school-1.key",
        "agencies/school-1/secrets.sealed", "agencies/school-1/tls/key.pem",
        "coordinators/coordinator-1/secrets.sealed", "agencies/school-1/node.toml"}) {
    struct stat facts {};
    ASSERT_EQ(stat((folder_ / name).c_str(), &facts), 0) << name;
    EXPECT_EQ(facts.st_mode & 0777, 0600u) << name;
  }
  EXPECT_THAT(ContentOf(folder_ / "federation.json"),
              testing::Not(HasSubstr(ContentOf(folder_ / "roots/root-1.key").substr(0, 64))));
}

TEST_F(FederationTest, RefreshMakesNewSharesOfTheSameKeyAndKeepsTheOldOnesUntilItRules) {
  const Roster first = Sign().roster;
  const SignedFederation second = Sign({.refresh = true});
  EXPECT_TRUE(second.dealt);
  EXPECT_EQ(second.consents.size(), 2u);
  EXPECT_FALSE(second.rules_at_once);   // roster_delay_h is 48
  const RosterKeyVersion& version = second.roster.key_versions[0];
  EXPECT_EQ(version.sharing_epoch, 2u);
  EXPECT_EQ(version.group_key, first.key_versions[0].group_key);
  EXPECT_NE(version.share_keys, first.key_versions[0].share_keys);
  EXPECT_EQ(GroupKeyBy(1, 3, 1, 1), version.group_key);
  EXPECT_EQ(GroupKeyBy(2, 3, 1, 2), version.group_key);
  EXPECT_TRUE(AcceptRoster(Offered("agencies/school-2"), &first, NodeOf(2).trust, 1, kNow).ok());

  SignedRoster without = Offered("agencies/school-2");
  without.consents.clear();
  EXPECT_TRUE(absl::IsPermissionDenied(
      AcceptRoster(without, &first, NodeOf(2).trust, 1, kNow).status()));

  // One generation later nobody needs the first shares: they are destroyed.
  Sign({.refresh = true});
  using Generation = std::pair<KeyVersion, uint32_t>;
  EXPECT_THAT(Generations(1), ElementsAre(Generation(1, 2), Generation(1, 3)));
}

TEST_F(FederationTest, KeyVersionsOverlapFromEnrollingToAskedToRetired) {
  std::vector<Roster> rosters = {Sign().roster};
  rosters.push_back(Sign({.new_key_version = true}).roster);
  ASSERT_EQ(rosters.back().key_versions.size(), 2u);
  EXPECT_EQ(rosters.back().key_versions[1].state, KeyState::kEnrolling);
  EXPECT_THAT(rosters.back().AskedKeyVersions(), ElementsAre(1));
  EXPECT_EQ(GroupKeyBy(1, 2, 2, 1), rosters.back().key_versions[1].group_key);
  ASSERT_EQ(rosters.back().agencies[0].bulk.size(), 2u);
  EXPECT_EQ(rosters.back().agencies[0].bulk[1].kv, 2u);

  rosters.push_back(Sign({.activate = KeyVersion{2}}).roster);
  EXPECT_THAT(rosters.back().AskedKeyVersions(), ElementsAre(1, 2));
  rosters.push_back(Sign({.retire = KeyVersion{1}}).roster);
  EXPECT_THAT(rosters.back().AskedKeyVersions(), ElementsAre(2));
  EXPECT_EQ(rosters.back().agencies[0].bulk.size(), 1u);
  Sign();
  using Generation = std::pair<KeyVersion, uint32_t>;
  EXPECT_THAT(Generations(3), ElementsAre(Generation(2, 1)));
  for (size_t i = 1; i < rosters.size(); ++i) {
    EXPECT_EQ(rosters[i].version, rosters[i - 1].version + 1);
  }
}

TEST_F(FederationTest, BulkWindowsBeginWithTheirKeyVersionAndStay) {
  const Roster first = Sign().roster;
  const BulkWindow window = first.agencies[0].bulk.at(0);
  EXPECT_EQ(window.until - window.from, 72u * 3600);
  EXPECT_EQ(window.total, 900u * 105 / 100 * 2);
  const auto later = SignFederation(dir(), {}, kNow + 86400, random_);
  ASSERT_TRUE(later.ok());
  EXPECT_EQ(later->roster.agencies[0].bulk.at(0), window);
}

TEST_F(FederationTest, ACoordinatorThatJoinsLaterGetsSharesOfTheSameKey) {
  const Roster first = Sign().roster;
  ASSERT_EQ(AddOneCoordinator(4), absl::OkStatus());
  const SignedFederation second = Sign();
  EXPECT_EQ(second.roster.key_versions[0].group_key, first.key_versions[0].group_key);
  EXPECT_EQ(second.roster.key_versions[0].sharing_epoch, 2u);
  EXPECT_EQ(GroupKeyBy(4, 2, 1, 2), first.key_versions[0].group_key);
  EXPECT_EQ(second.consents.size(), 2u);
}

TEST_F(FederationTest, TakingAnAgencyOutIsARevocationThatActsAtOnce) {
  const Roster first = Sign().roster;
  ASSERT_EQ(RemoveAgency(dir(), "school-2"), absl::OkStatus());
  const SignedFederation second = Sign();
  EXPECT_TRUE(IsRevocation(first, second.roster));
  EXPECT_TRUE(second.rules_at_once);
  EXPECT_THAT(second.consents, IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(RemoveAgency(dir(), "school-2")));
}

TEST_F(FederationTest, ARevocationLeavesEverybodysRelaysAndWarnsWhenAPairGetsRare) {
  for (int i = 7; i <= 10; ++i) {
    ASSERT_TRUE(AddAgency(dir(), School("School " + std::to_string(i)), kNow, random_).ok());
  }
  const SignedFederation first = Sign();   // two pairs, five agencies each
  EXPECT_THAT(first.warnings, IsEmpty());
  ASSERT_EQ(RemoveAgency(dir(), "school-2"), absl::OkStatus());
  const SignedFederation second = Sign();
  EXPECT_TRUE(IsRevocation(first.roster, second.roster));
  ASSERT_EQ(second.warnings.size(), 1u);
  EXPECT_THAT(second.warnings[0], HasSubstr("shared by 4 agencies only"));
  // The next one that changes anything else spreads them anew.
  ASSERT_TRUE(AddAgency(dir(), School("School 11"), kNow, random_).ok());
  const SignedFederation third = Sign();
  EXPECT_THAT(third.warnings, IsEmpty());
}

TEST_F(FederationTest, WitnessesAreInTheRosterWithTheirQuorum) {
  EXPECT_TRUE(Sign().roster.witnesses.empty());
  for (int i = 7; i <= 10; ++i) {
    ASSERT_TRUE(AddAgency(dir(), WitnessSchool("School " + std::to_string(i)), kNow, random_).ok());
  }
  const Roster roster = Sign().roster;
  ASSERT_EQ(roster.witnesses.size(), 4u);
  EXPECT_EQ(roster.witness_faults, 1u);
  EXPECT_EQ(roster.quorum, 3u);
  for (int i = 7; i <= 10; ++i) {
    const NodeConfig config = NodeOf(i);
    const auto witness = WitnessFile::Open(config.witness, *ReadMasterKey(config.master_key));
    ASSERT_TRUE(witness.ok()) << witness.status();
    EXPECT_TRUE(witness->NamedBy(roster));
  }
  EXPECT_TRUE(NodeOf(1).witness.name.empty());
  ASSERT_EQ(RemoveAgency(dir(), "school-7"), absl::OkStatus());
  EXPECT_EQ(Sign().roster.quorum, 2u);
}

TEST_F(FederationTest, ANewLogKeyHasAnOriginOfItsOwnAndTheConsentOfCoordinators) {
  const Roster first = Sign().roster;
  const auto renewed = RenewLogKey(dir(), "coordinator-1", random_);
  ASSERT_TRUE(renewed.ok()) << renewed.status();
  const SignedFederation second = Sign();
  EXPECT_GE(second.consents.size(), size_t{second.roster.threshold});
  const RosterCoordinator& before = first.coordinators[0];
  const RosterCoordinator& now = second.roster.coordinators[0];
  EXPECT_EQ(now.log_key, *renewed);
  EXPECT_EQ(now.log_key.name, before.log_key.name + "-2");
  EXPECT_EQ(now.admission_key, before.admission_key);
  const auto secrets = ReadSecrets(folder_ / "coordinators/coordinator-1/secrets.sealed",
                                   *ReadMasterKey(folder_ / "master/coordinator-1.key"));
  ASSERT_TRUE(secrets.ok()) << secrets.status();
  EXPECT_EQ(SigningKey::FromSeed(secrets->log_seed.Reveal()).verify_key(), now.log_key.key);
  EXPECT_FALSE(secrets->shares.empty());
  EXPECT_TRUE(RenewLogKey(dir(), "coordinator-1", random_)->name.ends_with("/log-3"));
  EXPECT_TRUE(absl::IsNotFound(RenewLogKey(dir(), "school-1", random_).status()));
}

TEST_F(FederationTest, DraftsComeBackFromTheirFileAsTheyWere) {
  const auto draft = FederationDraft::Load(dir());
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(draft->agencies.size(), 6u);
  TestFolder other;
  ASSERT_EQ(draft->Save(other.path()), absl::OkStatus());
  EXPECT_EQ(*FederationDraft::Load(other.path()), *draft);
}

TEST_F(FederationTest, NothingIsWrittenWhenTheRosterCannotBeSigned) {
  Sign();
  const std::string before = ContentOf(folder_ / "roster.signed");
  const std::string secrets = ContentOf(folder_ / "coordinators/coordinator-1/secrets.sealed");
  for (const char* root : {"roots/root-1.key", "roots/root-3.key"}) {
    std::filesystem::remove(folder_ / root);
  }
  const absl::Status few = SignError({.refresh = true});
  EXPECT_TRUE(absl::IsFailedPrecondition(few)) << few;
  EXPECT_THAT(std::string(few.message()), HasSubstr("only 1 root keys"));
  EXPECT_EQ(ContentOf(folder_ / "roster.signed"), before);
  EXPECT_EQ(ContentOf(folder_ / "coordinators/coordinator-1/secrets.sealed"), secrets);
}

TEST_F(FederationTest, RootsThatAreOfflineAreNotNeededWhenOthersAreThere) {
  std::filesystem::remove(folder_ / "roots/root-1.key");
  EXPECT_THAT(Sign().roots, ElementsAre("northbridge/root-2", "northbridge/root-3"));
}

TEST_F(FederationTest, KeyChangesThatDoNotFitAreRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(SignError({.activate = KeyVersion{1}})));
  Sign();
  EXPECT_TRUE(absl::IsInvalidArgument(SignError({.activate = KeyVersion{1}})));   // ASKED already
  EXPECT_TRUE(absl::IsInvalidArgument(SignError({.activate = KeyVersion{7}})));
  EXPECT_TRUE(absl::IsInvalidArgument(SignError({.retire = KeyVersion{1}})));     // the only one
  Sign({.new_key_version = true});
  EXPECT_TRUE(absl::IsInvalidArgument(SignError({.new_key_version = true})));     // a third
  const absl::Status too_soon = SignError({.retire = KeyVersion{1}});   // 2 is not ASKED yet
  EXPECT_TRUE(absl::IsInvalidArgument(too_soon));
  EXPECT_THAT(std::string(too_soon.message()), HasSubstr("activate it first"));
  EXPECT_TRUE(absl::IsInvalidArgument(SignError({.retire = KeyVersion{9}})));
  EXPECT_EQ(Sign({.retire = KeyVersion{2}}).roster.key_versions.size(), 1u);      // given up
}

TEST_F(FederationTest, ASecondFederationInTheSamePlaceIsRefused) {
  InitOptions init;
  init.name = "Other";
  EXPECT_TRUE(absl::IsAlreadyExists(InitFederation(dir(), init, random_)));
  EXPECT_TRUE(absl::IsInvalidArgument(
      AddAgency(dir(), School("SCHOOL 1"), kNow, random_).status()));   // the same folder
}

TEST(FederationInputTest, TooFewCoordinatorsAreNamedBeforeAnythingIsDealt) {
  TestFolder folder;
  SeededRandom random(3);
  InitOptions init;
  init.name = "Small";
  ASSERT_EQ(InitFederation(folder.path(), init, random), absl::OkStatus());
  const absl::Status few = SignFederation(folder.path(), {}, kNow, random).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(few));
  EXPECT_THAT(std::string(few.message()), HasSubstr("there are 0 coordinators"));
  EXPECT_FALSE(std::filesystem::exists(folder / "roster.signed"));
}

struct BadAgency {
  const char* field;
  void (*spoil)(AgencyOptions&);
};

TEST_F(FederationTest, EveryBadFieldOfAnAgencyIsNamedAndNothingIsMade) {
  const std::string before = ContentOf(folder_ / "federation.json");
  const std::vector<BadAgency> cases = {
      {"name:", [](AgencyOptions& a) { a.name = ""; }},
      {"name:", [](AgencyOptions& a) { a.name = std::string(49, 'a'); }},
      {"name:", [](AgencyOptions& a) { a.name = "a\u202Eb"; }},
      {"name:", [](AgencyOptions& a) { a.name = "!!"; }},
      {"kind:", [](AgencyOptions& a) { a.kind = ""; }},
      {"area:", [](AgencyOptions& a) { a.area = ""; }},
      {"organisation:", [](AgencyOptions& a) { a.organisation = "12345678901234567"; }},
      {"organisation:", [](AgencyOptions& a) { a.organisation = "A 1"; }},
      {"ask:", [](AgencyOptions& a) { a.ask = {"curiosity"}; }},
      {"ask:", [](AgencyOptions& a) { a.ask = {"section-47"}; }},
      {"ask:", [](AgencyOptions& a) { a.ask = {"youth-justice"}; }},
      {"duty:", [](AgencyOptions& a) { a.duty.number = ""; }},
      {"duty-hours:", [](AgencyOptions& a) { a.duty.hours = "weekdays"; }},
      {"out-of-hours:", [](AgencyOptions& a) { a.out_of_hours.number = ""; }},
      {"out-of-hours-hours:", [](AgencyOptions& a) { a.out_of_hours.hours = "always"; }},
      {"certificate-days:", [](AgencyOptions& a) { a.certificate_days = 0; }}};
  for (const BadAgency& bad : cases) {
    AgencyOptions options = School("New school");
    bad.spoil(options);
    const absl::Status refused = AddAgency(dir(), options, kNow, random_).status();
    EXPECT_TRUE(absl::IsInvalidArgument(refused)) << bad.field << " " << refused;
    EXPECT_THAT(std::string(refused.message()), testing::StartsWith(bad.field));
    EXPECT_THAT(std::string(refused.message()), HasSubstr("; "));   // and what to do
  }
  EXPECT_EQ(ContentOf(folder_ / "federation.json"), before);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "agencies/new-school"));
}

TEST_F(FederationTest, ADamagedDraftIsNamedByItsMember) {
  std::string text = ContentOf(folder_ / "federation.json");
  text.replace(text.find("\"concern\""), 9, "\"gossip\"");
  PutInto(folder_ / "federation.json", text);
  const absl::Status refused = SignError();
  EXPECT_TRUE(absl::IsInvalidArgument(refused));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("ask"));
}

TEST(FederationKindTest, PurposesAreTiedToTheKind) {
  EXPECT_FALSE(WhyMayNotAsk("social-care", Purpose::kSection17));
  EXPECT_FALSE(WhyMayNotAsk("police", Purpose::kSection47));
  EXPECT_TRUE(WhyMayNotAsk("police", Purpose::kSection17));
  EXPECT_TRUE(WhyMayNotAsk("school", Purpose::kMissingChild));
  EXPECT_FALSE(WhyMayNotAsk("police", Purpose::kMissingChild));
  EXPECT_FALSE(WhyMayNotAsk("youth-justice", Purpose::kYouthJustice));
  EXPECT_TRUE(WhyMayNotAsk("social-care", Purpose::kYouthJustice));
  for (const Purpose any : {Purpose::kCoordination, Purpose::kEarlyHelp, Purpose::kConcern,
                            Purpose::kEmergency}) {
    EXPECT_FALSE(WhyMayNotAsk("nursery", any));
  }
}

TEST(SpreadRelaysTest, EveryPairIsSharedByFiveOrByAll) {
  for (size_t coordinators = 2; coordinators <= 6; ++coordinators) {
    std::vector<CoordinatorId> ids;
    for (size_t i = 0; i < coordinators; ++i) ids.push_back(static_cast<CoordinatorId>(101 + i));
    for (size_t agencies = 1; agencies <= 90; ++agencies) {
      std::map<std::array<CoordinatorId, 2>, size_t> shared;
      for (const auto& pair : SpreadRelays(ids, agencies)) {
        EXPECT_LT(pair[0], pair[1]);
        ++shared[pair];
      }
      for (const auto& [pair, count] : shared) {
        EXPECT_TRUE(count >= 5 || shared.size() == 1) << coordinators << " " << agencies;
      }
      const size_t pairs = coordinators * (coordinators - 1) / 2;
      EXPECT_EQ(shared.size(), std::clamp<size_t>(agencies / 5, 1, pairs));
    }
  }
}

TEST(ParseServicesTest, ReadsLinesAndNamesTheBadOne) {
  const auto services = ParseServices("# ours\nFamily help = targeted\r\n\n Refuge=protected \n");
  ASSERT_TRUE(services.ok()) << services.status();
  EXPECT_EQ(services->at("Family help"), ServiceClass::kTargeted);
  EXPECT_EQ(services->at("Refuge"), ServiceClass::kProtected);
  for (const char* bad : {"\nFamily help\n", "\n= targeted", "\nA = secret", "A = justice\nA = justice"}) {
    const auto refused = ParseServices(bad);
    ASSERT_FALSE(refused.ok()) << bad;
    EXPECT_THAT(std::string(refused.status().message()), HasSubstr("line 2"));
  }
}

}  // namespace
}  // namespace whoelse
