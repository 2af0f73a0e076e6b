#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

#include "cli/demo_area.h"
#include "cli/demo_home.h"
#include "cli/demo_processes.h"
#include "cli/demo_story.h"
#include "cli/federation_sign.h"
#include "node/policy.h"
#include "tests/cli/folder.h"
#include "tests/support/read_csv.h"
#include "tests/support/random.h"

namespace whoelse {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::ordered_json;

const Date kToday = *Date::FromYmd(20260302);

const DemoArea& Area() {
  static const DemoArea& area = *new DemoArea(MakeDemoArea(kDemoSeed, kToday));
  return area;
}

ImportResult Imported(const DemoAgency& agency, Date today = kToday) {
  const AgencyOptions& options = agency.options;
  auto result = ReadCsv(agency.csv, {.source = options.source,
                                     .organisation = options.name,
                                     .organisation_code = options.organisation,
                                     .service_classes = options.services}, today);
  if (!result.ok()) throw std::runtime_error(std::string(result.status().message()));
  return *std::move(result);
}

TEST(DemoAreaTest, TheSameSeedAndDayGiveTheSameArea) {
  const DemoArea again = MakeDemoArea(kDemoSeed, kToday);
  ASSERT_EQ(again.agencies.size(), Area().agencies.size());
  for (size_t i = 0; i < again.agencies.size(); ++i) {
    EXPECT_EQ(again.agencies[i].csv, Area().agencies[i].csv);
  }
  EXPECT_NE(MakeDemoArea(kDemoSeed + 1, kToday).agencies[0].csv, Area().agencies[0].csv);
}

TEST(DemoAreaTest, HasTheSizeThatADemoCanEnrolInTime) {
  EXPECT_EQ(Area().coordinators.size(), 3u);
  EXPECT_EQ(Area().agencies.size(), 8u);
  EXPECT_EQ(Area().children.size(), 5'000u);
  size_t enrolments = 0;
  for (const DemoAgency& agency : Area().agencies) enrolments += agency.enrolments;
  EXPECT_GT(enrolments, 6'000u);
  EXPECT_LT(enrolments, 9'000u);
}

TEST(DemoAreaTest, NumbersAreValidDifferentAndOfTheTestRange) {
  std::set<std::string> seen;
  for (size_t place = 0; place < 20'000; ++place) {
    const std::string digits = DemoNhsNumber(place);
    ASSERT_TRUE(NhsNumber::Parse(digits).ok()) << digits;
    ASSERT_TRUE(digits.starts_with("999")) << digits;
    ASSERT_TRUE(seen.insert(digits).second) << digits;
  }
  for (const DemoChild& child : Area().children) {
    ASSERT_TRUE(Upn::Parse(child.upn).ok()) << child.upn;
    ASSERT_LT(child.born.AgeOn(kToday), 18);
  }
  EXPECT_NE(Area().known_to_nobody.nhs_number, "");
  EXPECT_EQ(Area().known_to_nobody.nhs_number, DemoNhsNumber(5'000));
}

// On leap days, at the turn of a year, whenever somebody runs it.
TEST(DemoAreaTest, EveryExportImportsWithoutAComplaintOnAnyDay) {
  for (const uint32_t day : {20260302u, 20280229u, 20270101u, 20261231u, 20290301u}) {
    const Date today = *Date::FromYmd(day);
    const DemoArea area = MakeDemoArea(kDemoSeed, today);
    for (const DemoAgency& agency : area.agencies) {
      const ImportResult result = Imported(agency, today);
      EXPECT_EQ(result.problems.size(), 0u)
          << agency.options.slug << " " << day << ": "
          << (result.problems.empty() ? "" : result.problems[0].reason);
      EXPECT_EQ(result.records.size(), agency.records) << agency.options.slug;
      size_t identifiers = 0;
      for (const Record& record : result.records) {
        EXPECT_TRUE(agency.options.services.contains(record.service)) << agency.options.slug;
        identifiers += record.nhs_number.has_value() + record.upn.has_value();
      }
      EXPECT_EQ(identifiers, agency.enrolments) << agency.options.slug;
    }
  }
}

TEST(DemoAreaTest, TelephoneNumbersAreThoseKeptForDrama) {
  const std::regex phone("(?:^|,)(0[0-9]{4} [0-9]{6})(?=,|\\r)");
  for (const DemoAgency& agency : Area().agencies) {
    for (std::sregex_iterator it(agency.csv.begin(), agency.csv.end(), phone), end; it != end; ++it) {
      EXPECT_TRUE((*it)[1].str().starts_with("01632 960")) << (*it)[1];
    }
    for (const Line* line : {&agency.options.duty, &agency.options.out_of_hours}) {
      EXPECT_TRUE(line->number.starts_with("01632 960") || line->number.starts_with("03069 990"));
    }
  }
}

TEST(DemoAreaTest, NothingOfTheRefugeSaysThatItIsOne) {
  const AgencyOptions& refuge = Area().Agency("larchwood").options;
  for (const std::string& text : {refuge.name, refuge.kind, refuge.slug, refuge.duty.number}) {
    EXPECT_THAT(text, testing::Not(HasSubstr("efuge")));
  }
  EXPECT_TRUE(refuge.duty.number.starts_with("03069"));   // of no place
  EXPECT_EQ(refuge.services.begin()->second, ServiceClass::kProtected);
}

TEST(DemoAreaTest, TheFederationToolTakesItsAgencies) {
  TestFolder folder;
  SeededRandom random(2);
  InitOptions init;
  init.name = Area().name;
  ASSERT_EQ(InitFederation(folder.path(), init, random), absl::OkStatus());
  for (const std::string& name : Area().coordinators) {
    CoordinatorOptions options;
    options.name = name;
    options.endpoint = SlugOf(name) + ".example:7443";
    ASSERT_TRUE(AddCoordinator(folder.path(), options, 1'800'000'000, random).ok());
  }
  for (const DemoAgency& agency : Area().agencies) {
    const auto added = AddAgency(folder.path(), agency.options, 1'800'000'000, random);
    ASSERT_TRUE(added.ok()) << added.status();
    EXPECT_TRUE(added->ends_with("/" + agency.options.slug));
  }
  EXPECT_TRUE(SignFederation(folder.path(), {}, 1'800'000'000, random).ok());
}

// What the questions expect is what the default policy decides on the exported records.
TEST(DemoStoryTest, ExpectationsAreThoseOfThePolicy) {
  std::map<std::string, std::vector<Record>> records;
  for (const DemoAgency& agency : Area().agencies) {
    records[agency.options.slug] = Imported(agency).records;
  }
  std::set<std::string> shielded;
  for (const DemoQuestion& question : DemoQuestions(Area())) {
    if (question.shield_notice) {
      shielded.insert(question.nhs_number);
      continue;
    }
    const auto& ask = Area().Agency(question.agency).options.ask;
    const auto purpose = PurposeByName(question.purpose);
    ASSERT_TRUE(purpose) << question.title;
    EXPECT_THAT(ask, testing::Contains(question.purpose));
    const Asked asked{*purpose, false, true,
                      std::ranges::find(ask, "section-47") != ask.end(), true};
    for (const auto& [slug, held] : records) {
      DemoAnswer answer = DemoAnswer::kNothing;
      for (Record record : held) {
        if (!record.nhs_number || record.nhs_number->digits() != question.nhs_number) continue;
        if (PartsThatDiffer(*record.born, *Date::Parse(question.born)) > 1) continue;
        EXPECT_EQ(PartsThatDiffer(*record.born, *Date::Parse(question.born)) == 1,
                  question.birth_date_differs);
        record.shield_pending = shielded.contains(question.nhs_number);
        const Disclosure disclosure = Decide(PolicyTable::Default(), record, asked, kToday);
        if (disclosure.outcome == Outcome::kContact) answer = DemoAnswer::kContact;
        if (disclosure.outcome == Outcome::kDutyLine) answer = DemoAnswer::kDutyLine;
      }
      const auto expected = question.expected.find(slug);
      EXPECT_EQ(answer, expected == question.expected.end() ? DemoAnswer::kNothing
                                                            : expected->second)
          << question.title << ": " << slug;
    }
  }
}

TEST(DemoStoryTest, DifferencesAreSeen) {
  const DemoQuestion question = DemoQuestions(Area()).front();
  Json agencies = Json::array();
  for (const DemoAgency& agency : Area().agencies) {
    const bool discloses = question.expected.contains(agency.options.slug);
    Json involvements = Json::array();
    if (discloses) involvements.push_back({{"kind", "contact"}, {"birth_date_differs", false}});
    agencies.push_back({{"name", agency.options.name},
                        {"status", discloses ? "disclosed" : "nothing_disclosed"},
                        {"involvements", involvements}});
  }
  Json answer = {{"agencies", agencies}, {"lead_professional", {{"state", "named"}}}};
  EXPECT_THAT(Differences(question, answer, Area()), IsEmpty());

  Json silent = answer;
  silent["agencies"][0]["status"] = "no_answer";
  EXPECT_EQ(Differences(question, silent, Area()).size(), 1u);
  Json marked = answer;
  marked["agencies"][0]["involvements"][0]["birth_date_differs"] = true;
  EXPECT_EQ(Differences(question, marked, Area()).size(), 1u);
  Json no_lead = answer;
  no_lead["lead_professional"]["state"] = "conflict";
  EXPECT_EQ(Differences(question, no_lead, Area()).size(), 1u);
  Json fewer = answer;
  fewer["agencies"].erase(0);
  EXPECT_EQ(Differences(question, fewer, Area()).size(), 1u);
}

TEST(DemoHomeTest, OnlyADemosDirectoryIsEmptied) {
  TestFolder folder;
  const std::string home = folder / "demo";
  ASSERT_TRUE(DemoHome::Prepare(home).ok());
  PutInto(home + "/old", "x");
  ASSERT_TRUE(DemoHome::Prepare(home).ok());
  EXPECT_FALSE(std::filesystem::exists(home + "/old"));

  const std::string other = folder / "other";
  std::filesystem::create_directory(other);
  PutInto(other + "/thesis", "x");
  EXPECT_TRUE(absl::IsInvalidArgument(DemoHome::Prepare(other).status()));
  PutInto(other + "/.whoelse-demo", "something else");
  EXPECT_TRUE(absl::IsInvalidArgument(DemoHome::Prepare(other).status()));
  EXPECT_TRUE(std::filesystem::exists(other + "/thesis"));
}

TEST(DemoHomeTest, ASecondDemoWaitsItsTurn) {
  TestFolder folder;
  const auto first = DemoHome::Prepare(folder.path() + "/demo");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_TRUE(absl::IsFailedPrecondition(DemoHome::Prepare(folder.path() + "/demo").status()));
}

TEST(DemoProcessesTest, AProgramRunsToItsEnd) {
  Interrupts interrupts;
  DemoProcesses processes(interrupts);
  const auto done = processes.Run({"/bin/sh", "-c", "cat; echo oops >&2; exit 3"}, "hello\n");
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->exit_code, 3);
  EXPECT_EQ(done->out, "hello\n");
  EXPECT_EQ(done->err, "oops\n");
  const auto none = processes.Run({"/nowhere/at/all"}, "");
  EXPECT_TRUE(!none.ok() || none->exit_code == 127);
}

TEST(DemoProcessesTest, WhatWasStartedIsStoppedAndCollected) {
  TestFolder folder;
  Interrupts interrupts;
  DemoProcesses processes(interrupts);
  ASSERT_EQ(processes.Start("a", {"/bin/sh", "-c", "echo $$; exec cat /dev/zero >/dev/null"},
                            folder / "a.log"), absl::OkStatus());
  std::string pid;
  while (!pid.ends_with('\n')) pid = ContentOf(folder / "a.log");
  EXPECT_FALSE(processes.Dead());
  EXPECT_TRUE(processes.Stop());
  EXPECT_EQ(kill(std::stoi(pid), 0), -1);
}

TEST(DemoProcessesTest, WhatEndsByItselfIsNoticed) {
  TestFolder folder;
  Interrupts interrupts;
  DemoProcesses processes(interrupts);
  ASSERT_EQ(processes.Start("b", {"/bin/true"}, folder / "b.log"), absl::OkStatus());
  while (!processes.Dead()) {
  }
  EXPECT_EQ(*processes.Dead(), "b");
}

TEST(DemoProcessesTest, PortsAreFreeAndDifferent) {
  const auto ports = FreePorts(3);
  ASSERT_TRUE(ports.ok()) << ports.status();
  EXPECT_EQ(std::set<int>(ports->begin(), ports->end()).size(), 3u);
  for (const int port : *ports) EXPECT_FALSE(Listens(port));
}

}  // namespace
}  // namespace whoelse
