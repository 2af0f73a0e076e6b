// The simulated federation: text scenarios, and seeded chaos whose promises must hold.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>

#include "tests/sim/scenario.h"
#include "tests/sim/world.h"
#include "tests/support/source_path.h"

namespace whoelse::sim {
namespace {

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

const std::filesystem::path kSource = SourcePath("");

// $WHOELSE_SEED repeats a run; otherwise every run is a new one.
uint64_t Seed() {
  const char* given = std::getenv("WHOELSE_SEED");
  const uint64_t seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::cout << "WHOELSE_SEED=" << seed << "\n";
  return seed;
}

TEST(Scenario, EachPassesUnderTenSeeds) {
  const uint64_t seed = Seed();
  size_t played = 0;
  for (const auto& file : std::filesystem::directory_iterator(kSource / "tests/scenarios")) {
    if (file.path().extension() != ".txt") continue;
    const std::string text = ReadFile(file.path());
    for (uint64_t i = 0; i < 10; ++i, ++played) {
      for (const std::string& failure : RunScenario(text, seed + i).failures) {
        ADD_FAILURE() << file.path().filename() << ", seed " << seed + i << ": " << failure;
      }
    }
  }
  EXPECT_GE(played, 150u);
}

TEST(Scenario, AWrongExpectationFails) {
  const ScenarioResult result = RunScenario(
      "hold surgery 9990000018 universal\nask social-care 9990000018 section-17\nrun\n"
      "expect surgery nothing\n", 1);
  ASSERT_EQ(result.failures.size(), 1u);
  EXPECT_EQ(result.failures[0], "line 4: surgery: disclosed, not nothing");
}

// The page's diagram is what the first scenario really did.
TEST(Scenario, TheLifeOfAQuestionIsDrawnFromAPassingOne) {
  const ScenarioResult result =
      RunScenario(ReadFile(kSource / "tests/scenarios/01-two-agencies-answer.txt"), 1);
  EXPECT_TRUE(result.failures.empty());
  const std::string page = ReadFile(kSource / "docs/life-of-a-question.md");
  EXPECT_NE(page.find("```mermaid\n" + result.diagram + "```"), std::string::npos)
      << "docs/life-of-a-question.md should hold this diagram:\n" << result.diagram;
}

// Never a discloser read as "nothing": the promise that every fault below has to leave whole.
void ExpectNoFalseNothing(const World& world, const std::vector<size_t>& questions,
                          const std::string& run) {
  for (size_t question : questions) {
    for (AgencyId holder : {kSurgery, kSchools}) {
      EXPECT_FALSE(world.KindOf(question, holder) == Reading::Kind::kAnswered &&
                   !world.Disclosed(question, holder))
          << run << ": a discloser reads as nothing";
    }
  }
}

// A key version's life, refreshes between, and one agency that is revoked: the next step of it.
void ChangeRoster(World& world, int& changes) {
  RosterOffice& office = world.office();
  switch (changes++) {
    case 1: office.AskUnder(2); break;
    case 3: office.Retire(1); break;
    case 4: office.Remove(kPolice); break;
    default: office.Refresh(world.random()); break;
  }
  world.Distribute();
}

// Anything may happen to anybody honest at any time. A discloser is never read as "nothing", nobody
// honest is accused, no wire has two versions, every log closes what it opened.
TEST(Chaos, HonestPartiesKeepTheirPromises) {
  const uint64_t seed = Seed();
  for (uint64_t run = 0; run < 15; ++run) {
    const std::string name = "seed " + std::to_string(seed + run);
    World world(seed + run);
    world.Hold(kSurgery, BasicRecord());
    world.Hold(kSchools, BasicRecord());
    std::vector<size_t> questions;
    int changes = 0;
    Random& random = world.random();
    for (int step = 0; step < 30; ++step) {
      const auto agency = static_cast<AgencyId>(1001 + random.Below(5));
      const auto relay = static_cast<CoordinatorId>(101 + random.Below(3));
      switch (random.Below(9)) {
        case 0: world.CrashNode(agency); break;
        case 1: world.CrashCoordinator(relay); break;
        case 2: world.Detach(agency, relay); world.Attach(agency, relay); break;
        case 3: world.Attach(agency, relay); break;   // a second stream beside the first
        case 4: ChangeRoster(world, changes); break;
        default: questions.push_back(world.Ask(BasicStatement())); break;
      }
      world.RunFor(random.Below(700));
    }
    world.RunFor(60'000);
    for (const std::string& broken : world.BrokenInvariants()) ADD_FAILURE() << name << ": " << broken;
    EXPECT_EQ(world.TotalAlarms(), 0u) << name;
    ExpectNoFalseNothing(world, questions, name);
    // When everything has settled a question is answered as on the first day.
    const size_t last = world.Ask(BasicStatement());
    world.RunFor(20'000);
    for (AgencyId holder : {kSurgery, kSchools}) EXPECT_TRUE(world.Disclosed(last, holder)) << name;
  }
}

// One way to cheat for the relay, and the alarm that has to come of it.
struct Fault {
  AlarmKind alarm;
  void (*begin)(Cheats&);
};
const std::vector<Fault> kFaults = {
    {AlarmKind::kFrameWithheld, [](Cheats& c) { c.withheld.insert(kSurgery); }},
    {AlarmKind::kFrameUnlogged, [](Cheats& c) { c.unlogged = true; }},
    {AlarmKind::kLogBehind, [](Cheats& c) { c.stalled = true; }},
    {AlarmKind::kAnsweredDiffers, [](Cheats& c) { c.dropped.insert(kSurgery); }},
    {AlarmKind::kCheckpointInvalid, [](Cheats& c) { c.rewritten.insert(kSurgery); }},
    {AlarmKind::kLogRewritten, [](Cheats& c) { c.forked.insert(kSurgery); }}};

// One coordinator cheats, in every way in turn, while honest ones come and go under load. It is named
// with the right word, nobody else is, and the other relay makes the answers whole.
TEST(Chaos, OneCheatIsNamedAndNobodyElse) {
  const uint64_t seed = Seed();
  for (uint64_t run = 0; run < 2 * kFaults.size(); ++run) {
    const Fault& fault = kFaults[run % kFaults.size()];
    const std::string name =
        "seed " + std::to_string(seed + run) + ", " + std::string(Name(fault.alarm));
    World world(seed + run);
    world.Hold(kSurgery, BasicRecord());
    world.Hold(kSchools, BasicRecord());
    std::vector<size_t> questions;
    Random& random = world.random();
    int changes = 0;
    for (int step = 0; step < 30; ++step) {
      if (step == 10) fault.begin(world.Cheating(kRelay));
      switch (random.Below(8)) {
        case 0: world.CrashNode(kSurgery); break;   // and attaches anew
        case 1: world.CrashCoordinator(kOtherRelay); break;
        case 2: if (changes < 4) ChangeRoster(world, changes); break;
        default: questions.push_back(world.Ask(BasicStatement())); break;
      }
      world.RunFor(random.Below(2500));
    }
    // Whatever chance did before: the honest relay is up, the cheated node attaches once more, and both
    // relays are asked.
    world.CrashNode(kSurgery);
    world.RunFor(4'000);
    for (int i = 0; i < 12; ++i) {
      questions.push_back(world.Ask(BasicStatement()));
      world.RunFor(4'000);
      for (AgencyId holder : {kSurgery, kSchools}) {
        EXPECT_TRUE(world.Disclosed(questions.back(), holder)) << name << ", question " << i;
      }
    }
    std::set<CoordinatorId> accused;
    bool named = false;
    for (const auto& [slug, agency] : AgencyNames()) {
      for (const Alarm& alarm : world.AlarmsAt(agency)) {
        accused.insert(alarm.coordinator);
        named = named || alarm.kind == fault.alarm;
      }
    }
    EXPECT_EQ(accused, std::set<CoordinatorId>{kRelay}) << name;
    EXPECT_TRUE(named) << name;
    ExpectNoFalseNothing(world, questions, name);
  }
}

// Every kind of lie, by one evaluator of three: worked around, and its maker named if it signed.
TEST(Chaos, OneLyingEvaluatorHidesNobody) {
  const uint64_t seed = Seed();
  std::vector<std::pair<std::string, bool>> lies = {{"old-response", true}, {"not-signed", false},
                                                    {"cut-short", false}, {"silence", false}};
  for (const auto& [lie, how] : SignedLies()) lies.emplace_back(lie, true);
  for (const auto& [lie, is_signed] : lies) {
    World world(seed);
    world.Hold(kSurgery, BasicRecord());
    world.Hold(kSchools, BasicRecord());
    world.Cheating(kNoRelay).lie = lie;
    std::vector<size_t> questions;
    for (int i = 0; i < 12; ++i) {   // each asks the liar with probability 2/3
      questions.push_back(world.Ask(BasicStatement()));
      world.RunFor(5'000);
      EXPECT_TRUE(world.Disclosed(questions.back(), kSurgery)) << lie << ", seed " << seed;
    }
    const std::set<CoordinatorId> named =
        is_signed ? std::set<CoordinatorId>{kNoRelay} : std::set<CoordinatorId>{};
    EXPECT_EQ(world.LiarsAt(kSocialCare), named) << lie << ", seed " << seed;
  }
}

}  // namespace
}  // namespace whoelse::sim
