// What a node's configuration says of people, working days, guests and pagers.
#include "node/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/folder.h"
#include "tests/support/random.h"

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class NodeConfigTest : public testing::Test {
 protected:
  NodeConfigTest() {
    config_.agency = 1001;
    config_.data = "data";
    config_.door = "run/door";
    config_.tls_certificate = config_.tls_key = config_.secrets = config_.master_key = "x";
    config_.roster = "roster.signed";
    config_.lead_officer.data()[0] = 9;
    const auto key = SigningKey::FromSeed(std::array<uint8_t, 32>{7}).verify_key();
    config_.trust.roots = {*NoteVerifier::Create("root", NoteKeyType::kEd25519, key)};
    config_.trust.roots_needed = 1;
    config_.import.source = "caseworks";
    config_.calendar = CalendarSettings::From(2026);
  }
  absl::StatusOr<NodeConfig> Load(const std::string& text) {
    PutInto(folder_ / "node.toml", text);
    return NodeConfig::Load(folder_ / "node.toml");
  }
  // Without this table, which is written as [name] and lines up to a blank one.
  std::string WithoutTable(const std::string& name) const {
    std::istringstream in(config_.Serialize());
    std::string text, line;
    bool in_table = false;
    while (std::getline(in, line)) {
      const std::string bare = line.substr(std::min(line.find_first_not_of(' '), line.size()));
      if (bare.starts_with("[")) in_table = bare == "[" + name + "]";
      if (!in_table) text += line + "\n";
    }
    return text;
  }
  void Refused(const std::string& text, const char* what) {
    const auto loaded = Load(text);
    ASSERT_TRUE(absl::IsInvalidArgument(loaded.status())) << what << loaded.status();
    EXPECT_THAT(loaded.status().message(), HasSubstr(what));
  }

  TestFolder folder_;
  NodeConfig config_;
};

TEST_F(NodeConfigTest, ComesBackAsItWasWritten) {
  config_.people["alice"] = {{Role::kPractitioner, Role::kSafeguardingLead},
                             {LocalRole::kLeadOfficer},
                             {"Fell", "", "", ""},
                             "carol"};
  config_.people["carol"].duties = {LocalRole::kManager, LocalRole::kRecordManager};
  config_.people["bob"].duties = {LocalRole::kDeputy, LocalRole::kApprover};
  config_.calendar.sessions = "Mon-Fri 08:00-18:00";
  config_.pager = {{"/usr/local/bin/page", "--quiet"}, "https://pager.example/whoelse", "/ca.pem"};
  config_.door_group = "whoelse";
  for (auto& [user, person] : config_.people) person.organisations = Organisations::All();
  const auto loaded = Load(config_.Serialize());
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->people, config_.people);
  EXPECT_EQ(loaded->calendar, config_.calendar);
  EXPECT_EQ(loaded->pager, config_.pager);
  EXPECT_EQ(loaded->door_group, "whoelse");
}

TEST_F(NodeConfigTest, AHubHasAPolicyForEachOfItsOrganisations) {
  EXPECT_THAT(config_.PolicyPaths(), ElementsAre(Pair("", "")));
  config_.organisations = {{"100001", {"Hilltop School", "/hilltop.toml"}},
                           {"100002", {"Meadow Lane School", ""}}};
  const auto loaded = Load(config_.Serialize());
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->organisations, config_.organisations);
  EXPECT_THAT(loaded->PolicyPaths(), ElementsAre(Pair("100001", "/hilltop.toml"), Pair("100002", "")));
  EXPECT_THAT(loaded->import.organisations,
              ElementsAre(Pair("100001", "Hilltop School"), Pair("100002", "Meadow Lane School")));
  config_.policy = "/policy.toml";
  Refused(config_.Serialize(), "policy: should be in each of [organisations]");
  config_.policy = "";
  config_.organisations["100001"].name = "";
  Refused(config_.Serialize(), "organisations.100001.name: should be");
  config_.organisations = {{"1000 1", {"Hilltop School", ""}}};
  Refused(config_.Serialize(), "organisations.1000 1: should be a table named by an ODS code");
}

// A default would open every school's children to whoever was forgotten.
TEST_F(NodeConfigTest, AtAHubAPersonActsForThoseThatTheirEntryNames) {
  config_.organisations = {{"100001", {"Hilltop School", ""}}, {"100002", {"Meadow Lane", ""}}};
  config_.people["alice"] = {{}, {LocalRole::kLeadOfficer}, {}, "", Organisations::Only({"100002"})};
  config_.people["root"] = {{}, {LocalRole::kLeadOfficer}, {}, "", config_.AllOrganisations()};
  const auto loaded = Load(config_.Serialize());
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->people, config_.people);
  EXPECT_EQ(loaded->OneOrganisation("100001"), Organisations::Only({"100001"}));

  const auto with = [&](const std::string& entry) {
    return WithoutTable("people.alice") + "\n[people.bob]\nroles = ['lead officer']\n" + entry;
  };
  const char* const wrong = "people.bob.organisations: should list the codes";
  for (const char* entry : {"", "organisations = []", "organisations = ['100009']",
                            "organisations = '100001'", "organisations = 'ALL'",
                            "organisations = ['all']", "organisations = true",
                            "organisations = [100001]", "organisations = ['100001', '']"}) {
    Refused(with(entry), wrong);
  }
  Refused(with("organisations = 'all'\n[people]\ncarol = ['approver']"),
          "people.carol.organisations: should list the codes");
  const char* const managed =
      "organisations = ['100001']\n[people.dan]\nroles = ['practitioner']\nmanager = 'erin'\n"
      "organisations = 'all'\n[people.erin]\nroles = ['manager']\norganisations = ['100001']\n";
  Refused(with(managed), "people.dan.manager: should be somebody who acts for every organisation");
}

TEST_F(NodeConfigTest, WhereThereIsNoHubNobodyActsForAPart) {
  config_.people["alice"].duties = {LocalRole::kLeadOfficer};
  EXPECT_EQ(Load(config_.Serialize())->FindPerson("local:alice")->organisations,
            Organisations::All());
  EXPECT_EQ(config_.OneOrganisation("100001"), Organisations::All());
  Refused(config_.Serialize() + "\n[people.bob]\nroles = ['approver']\norganisations = 'all'\n",
          "people.bob.organisations: is for a hub");
}

TEST_F(NodeConfigTest, AnOrganisationHasCapsOfItsOwn) {
  config_.caps.questions = 30;
  AskCaps caps = config_.caps;
  caps.emergencies = 1;
  config_.organisations = {{"100001", {"Hilltop School", "", caps}},
                           {"100002", {"Meadow Lane", "", config_.caps}}};
  const auto loaded = Load(config_.Serialize());
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->organisations, config_.organisations);
  // What is left out is as for the whole node.
  const auto less = Load(WithoutTable("organisations.100002.caps"));
  ASSERT_TRUE(less.ok()) << less.status();
  EXPECT_EQ(less->organisations, config_.organisations);
  Refused(WithoutTable("organisations.100002.caps") +
              "\n[organisations.100002.caps]\nemergencies = -1\n",
          "organisations.100002.caps.emergencies: should be how many");
  Refused(WithoutTable("organisations.100002.caps") +
              "\n[organisations.100002.caps]\nurgent = 1\n",
          "organisations.100002.caps.urgent: is not a key");
}

TEST_F(NodeConfigTest, SaysWhatToPutRight) {
  Refused("people = { alice = ['boss'] }\n" + WithoutTable("people"), "people.alice: should list roles");
  const auto managed = [&](const char* by) {
    return WithoutTable("people") + "\n[people.dan]\nroles = ['practitioner', 'manager']\nmanager = " +
           by + "\n[people.erin]\nroles = ['lead officer']\n";
  };
  Refused(managed("'dan'"), "people.dan.manager: should be somebody else");
  for (const char* by : {"'erin'", "'nobody'"}) {
    Refused(managed(by), "people.dan.manager: should be one of [people] who has the role manager");
  }
  Refused(managed("''"), "people.dan.manager: should be the name");
  config_.calendar.sessions = "Mon-Thu 09:00-17:00";
  Refused(config_.Serialize(), "calendar.sessions: leave out a working day");
  config_.calendar = CalendarSettings::From(2026);
  config_.calendar.bank_holidays.pop_back();
  Refused(config_.Serialize(), "calendar.bank_holidays: 2028 has 7");
  config_.calendar = CalendarSettings::From(2026);
  config_.pager.command = {"page"};
  Refused(config_.Serialize(), "pager.command: should list a program by its whole path");
  for (const char* webhook : {"http://pager.example/whoelse", "https://pager.example"}) {
    config_.pager = {{}, webhook, ""};
    Refused(config_.Serialize(), "pager.webhook: should be a URL like https://");
  }
  config_.pager = {};
  Refused("calendar = { years = [2026], bank_holidays = ['2026-12-25'] }\n" +
              WithoutTable("calendar"), "calendar.bank_holidays: should list days as in 2026-12-25");
  Refused(WithoutTable("calendar"), "calendar: is missing");
}

}  // namespace
}  // namespace whoelse
