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

namespace whoelse::sim {
namespace {

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

const std::filesystem::path kSource = WHOELSE_SOURCE;

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
  EXPECT_GE(played, 80u);
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

// Anything may happen to anybody honest at any time. A discloser is never read as "nothing", nobody
// honest is accused, no wire has two versions, every log closes what it opened.
TEST(Chaos, HonestPartiesKeepTheirPromises) {
  const uint64_t seed = Seed();
  for (uint64_t run = 0; run < 25; ++run) {
    World world(seed + run);
    world.Hold(kSurgery, BasicRecord());
    world.Hold(kSchools, BasicRecord());
    std::vector<size_t> questions;
    Random& random = world.random();
    for (int step = 0; step < 30; ++step) {
      const auto agency = static_cast<AgencyId>(1001 + random.Below(5));
      const auto relay = static_cast<CoordinatorId>(101 + random.Below(3));
      switch (random.Below(8)) {
        case 0: world.CrashNode(agency); break;
        case 1: world.CrashCoordinator(relay); break;
        case 2: world.Detach(agency, relay); world.Attach(agency, relay); break;
        case 3: world.Attach(agency, relay); break;   // a second stream beside the first
        default: questions.push_back(world.Ask(BasicStatement())); break;
      }
      world.RunFor(random.Below(700));
    }
    world.RunFor(60'000);
    for (const std::string& broken : world.BrokenInvariants()) {
      ADD_FAILURE() << "seed " << seed + run << ": " << broken;
    }
    EXPECT_EQ(world.TotalAlarms(), 0u) << "seed " << seed + run;
    for (size_t question : questions) {
      for (AgencyId holder : {kSurgery, kSchools}) {
        EXPECT_FALSE(world.KindOf(question, holder) == Reading::Kind::kAnswered &&
                     !world.Disclosed(question, holder))
            << "seed " << seed + run << ": a discloser reads as nothing";
      }
    }
  }
}

}  // namespace
}  // namespace whoelse::sim
