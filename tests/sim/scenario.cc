#include "tests/sim/scenario.h"

#include <algorithm>
#include <sstream>

#include "tests/sim/world.h"

namespace whoelse::sim {
namespace {

constexpr TimeMs kLongEnough = 20'000;

using Words = std::vector<std::string>;

struct Line {
  size_t number;
  Words words;
};

std::vector<Line> Lines(std::string_view text) {
  std::vector<Line> lines;
  std::istringstream in{std::string(text)};
  size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    std::istringstream words(line.substr(0, line.find('#')));
    Line parsed{number, {}};
    for (std::string word; words >> word;) parsed.words.push_back(word);
    if (!parsed.words.empty()) lines.push_back(std::move(parsed));
  }
  return lines;
}

const std::map<std::string, ServiceClass> kClasses = {{"universal", ServiceClass::kUniversal},
                                                      {"targeted", ServiceClass::kTargeted},
                                                      {"justice", ServiceClass::kJustice},
                                                      {"sensitive", ServiceClass::kSensitive},
                                                      {"protected", ServiceClass::kProtected}};

AgencyId AgencyOf(const std::string& word) { return AgencyNames().at(word); }
CoordinatorId CoordinatorOf(const std::string& word) {
  return static_cast<CoordinatorId>(100 + word.back() - '0');
}
KeyVersion VersionOf(const std::string& word) {
  return static_cast<KeyVersion>(std::stoul(word));
}
std::vector<KeyVersion> VersionsFrom(const Words& w, size_t first) {
  std::vector<KeyVersion> versions;
  for (size_t i = first; i < w.size(); ++i) versions.push_back(VersionOf(w[i]));
  return versions;
}

// What an agency's reading is called in a scenario.
std::string Outcome(const World& world, size_t question, AgencyId agency) {
  const Reading::Kind kind = world.KindOf(question, agency);
  if (kind == Reading::Kind::kAnswered) {
    return world.Disclosed(question, agency) ? "disclosed" : "nothing";
  }
  return kind == Reading::Kind::kDisputed ? "disputed" : "no-answer";
}

// Each command's first word, and what it does. tests/scenarios/README.md has the same list in words.
struct Stage {
  World world;
  size_t question = 0;
};
using Command = void (*)(Stage&, const Words&);

void Hold(Stage& stage, const Words& w) {
  Record record = BasicRecord(w.at(2));
  record.service_class = kClasses.at(w.at(3));
  stage.world.Hold(AgencyOf(w.at(1)), record,
                   w.size() > 4 ? VersionsFrom(w, 4) : std::vector<KeyVersion>{1, 2});
}

void Ask(Stage& stage, const Words& w) {
  Statement statement = BasicStatement(AgencyOf(w.at(1)));
  statement.subject[0].value = w.at(2);
  statement.purpose = *PurposeByName(w.at(3));
  if (w.size() > 4) statement.flags |= kFlagShieldNotice;
  stage.question = stage.world.Ask(statement);
}

void Crash(Stage& stage, const Words& w) {
  w.at(1).starts_with("coordinator") ? stage.world.CrashCoordinator(CoordinatorOf(w[1]))
                                     : stage.world.CrashNode(AgencyOf(w[1]));
}

const std::map<std::string, Command>& Commands() {
  static const std::map<std::string, Command> commands = {
      {"hold", Hold},
      {"ask", Ask},
      {"crash", Crash},
      {"run", [](Stage& s, const Words& w) {
         s.world.RunFor(w.size() > 1 ? std::stoull(w[1]) : kLongEnough);
       }},
      {"complete", [](Stage& s, const Words& w) {
         const std::vector<KeyVersion> versions = VersionsFrom(w, 2);
         s.world.SetComplete(AgencyOf(w.at(1)), {versions.begin(), versions.end()});
       }},
      {"stop", [](Stage& s, const Words& w) { s.world.Stop(CoordinatorOf(w.at(1))); }},
      {"detach", [](Stage& s, const Words& w) {
         s.world.Detach(AgencyOf(w.at(1)), CoordinatorOf(w.at(2)));
       }},
      {"attach", [](Stage& s, const Words& w) {
         s.world.Attach(AgencyOf(w.at(1)), CoordinatorOf(w.at(2)));
       }},
      // --- rosters
      {"refresh", [](Stage& s, const Words&) {
         s.world.office().Refresh(s.world.random());
         s.world.Distribute();
       }},
      {"ask-under", [](Stage& s, const Words& w) {
         s.world.office().AskUnder(VersionOf(w.at(1)));
         s.world.Distribute();
       }},
      {"retire", [](Stage& s, const Words& w) {
         s.world.office().Retire(VersionOf(w.at(1)));
         s.world.Distribute();
       }},
      {"revoke", [](Stage& s, const Words& w) {
         s.world.office().Remove(AgencyOf(w.at(1)));
         s.world.Distribute();
       }},
      {"cap", [](Stage& s, const Words& w) {
         s.world.office().Cap(AgencyOf(w.at(1)), static_cast<uint32_t>(std::stoul(w.at(2))));
         s.world.Distribute();
       }},
      // --- coordinators that cheat
      {"withhold", [](Stage& s, const Words& w) {
         s.world.Cheating(CoordinatorOf(w.at(1))).withheld.insert(AgencyOf(w.at(2)));
       }},
      {"drop", [](Stage& s, const Words& w) {
         s.world.Cheating(CoordinatorOf(w.at(1))).dropped.insert(AgencyOf(w.at(2)));
       }},
      {"unlogged", [](Stage& s, const Words& w) {
         s.world.Cheating(CoordinatorOf(w.at(1))).unlogged = true;
       }},
      {"stall", [](Stage& s, const Words& w) {
         s.world.Cheating(CoordinatorOf(w.at(1))).stalled = true;
       }},
      {"rewrite", [](Stage& s, const Words& w) {
         s.world.Cheating(CoordinatorOf(w.at(1))).rewritten.insert(AgencyOf(w.at(2)));
       }},
      {"fork", [](Stage& s, const Words& w) {
         s.world.Cheating(CoordinatorOf(w.at(1))).forked.insert(AgencyOf(w.at(2)));
       }},
      {"withhold-rosters", [](Stage& s, const Words& w) {
         s.world.Cheating(CoordinatorOf(w.at(1))).no_rosters = true;
       }},
      {"withhold-heartbeats", [](Stage& s, const Words& w) {
         s.world.Cheating(CoordinatorOf(w.at(1))).no_heartbeats = true;
       }},
      {"lie", [](Stage& s, const Words& w) {
         s.world.Cheating(CoordinatorOf(w.at(1))).lie = w.at(2);
       }},
      {"honest", [](Stage& s, const Words& w) {
         s.world.Cheating(CoordinatorOf(w.at(1))) = {};
       }}};
  return commands;
}

// `wanted`: one of these, between bars.
bool IsOneOf(std::string_view is, std::string_view wanted) {
  while (!wanted.empty()) {
    const size_t end = std::min(wanted.find('|'), wanted.size());
    if (wanted.substr(0, end) == is) return true;
    wanted.remove_prefix(std::min(end + 1, wanted.size()));
  }
  return false;
}

// What `expect` found; empty: as expected.
using Expectation = std::string (*)(const Stage&, const Words&);

std::string Differs(const std::string& what, const std::string& is, const std::string& wanted) {
  return IsOneOf(is, wanted) ? "" : what + ": " + is + ", not " + wanted;
}

std::string ExpectAlarms(const Stage& stage, const Words& w) {
  const std::vector<Alarm> alarms = stage.world.AlarmsAt(AgencyOf(w.at(2)));
  std::string kinds;
  for (const Alarm& alarm : alarms) {
    const std::string kind(Name(alarm.kind));
    const bool of_it = w.size() == 4 || NameOfCoordinator(alarm.coordinator) == w[4];
    if (kind == w[3] && of_it) return "";
    kinds += " " + kind + " of " + NameOfCoordinator(alarm.coordinator);
  }
  if (w[3] != "none" && w[3] != "some") {
    return "no " + w[3] + (w.size() > 4 ? " of " + w[4] : "") + " at " + w[2] + ", but:" + kinds;
  }
  return Differs("alarms at " + w[2], alarms.empty() ? "none" : "some", w.at(3));
}

std::string ExpectPromises(const Stage& stage, const Words&) {
  std::string all;
  for (const std::string& broken : stage.world.BrokenInvariants()) all += broken + ". ";
  return all;
}

const std::map<std::string, Expectation>& Expectations() {
  static const std::map<std::string, Expectation> expectations = {
      {"alarms", ExpectAlarms},
      {"promises", ExpectPromises},
      {"unconfirmed", [](const Stage& s, const Words& w) {
         return Differs("unconfirmed at " + w.at(2),
                        s.world.Unconfirmed(AgencyOf(w.at(2))) ? "yes" : "no", w.at(3));
       }},
      {"roster", [](const Stage& s, const Words& w) {
         return Differs("roster at " + w.at(2),
                        std::to_string(s.world.RosterVersionAt(AgencyOf(w.at(2)))), w.at(3));
       }},
      {"liar", [](const Stage& s, const Words& w) {   // expect liar AGENCY coordinator-N|none
         std::string liars;
         for (CoordinatorId id : s.world.LiarsAt(AgencyOf(w.at(2)))) liars += NameOfCoordinator(id);
         return Differs("liars known at " + w.at(2), liars.empty() ? "none" : liars, w.at(3));
       }},
      {"failed", [](const Stage& s, const Words&) {
         return std::string(s.world.Failed(s.question) ? "" : "the question was answered");
       }}};
  return expectations;
}

// Empty: done, and as expected.
std::string Play(Stage& stage, const Words& w) {
  if (w[0] == "expect") {
    if (const auto found = Expectations().find(w.at(1)); found != Expectations().end()) {
      return found->second(stage, w);
    }
    const AgencyId agency = AgencyOf(w.at(1));
    return Differs(w[1], Outcome(stage.world, stage.question, agency), w.at(2));
  }
  const auto found = Commands().find(w[0]);
  if (found == Commands().end()) return "no such command: " + w[0];
  found->second(stage, w);
  return "";
}

}  // namespace

ScenarioResult RunScenario(std::string_view text, uint64_t seed) {
  Stage stage{World(seed)};
  ScenarioResult result;
  for (const Line& line : Lines(text)) {
    const std::string failure = Play(stage, line.words);
    if (!failure.empty()) {
      result.failures.push_back("line " + std::to_string(line.number) + ": " + failure);
    }
  }
  result.diagram = stage.world.Diagram();
  return result;
}

}  // namespace whoelse::sim
