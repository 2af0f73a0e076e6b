#include "tests/sim/scenario.h"

#include <sstream>

#include "tests/sim/world.h"

namespace whoelse::sim {
namespace {

constexpr TimeMs kLongEnough = 20'000;

struct Line {
  size_t number;
  std::vector<std::string> words;
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

// What an agency's reading is called in a scenario.
std::string Outcome(const World& world, size_t question, AgencyId agency) {
  const Reading::Kind kind = world.KindOf(question, agency);
  if (kind == Reading::Kind::kAnswered) {
    return world.Disclosed(question, agency) ? "disclosed" : "nothing";
  }
  return kind == Reading::Kind::kDisputed ? "disputed" : "no-answer";
}

class Player {
 public:
  explicit Player(uint64_t seed) : world_(seed) {}

  void Play(const Line& line) {
    const auto& w = line.words;
    const auto fail = [&](const std::string& why) {
      result_.failures.push_back("line " + std::to_string(line.number) + ": " + why);
    };
    const auto agency = [&](size_t i) { return AgencyNames().at(w.at(i)); };
    const auto coordinator = [&](size_t i) {
      return static_cast<CoordinatorId>(100 + w.at(i).back() - '0');
    };
    if (w[0] == "hold") {               // hold AGENCY NUMBER CLASS
      Record record = BasicRecord(w.at(2));
      record.service_class = kClasses.at(w.at(3));
      world_.Hold(agency(1), record);
    } else if (w[0] == "ask") {         // ask AGENCY NUMBER PURPOSE [shield]
      Statement statement = BasicStatement(agency(1));
      statement.subject[0].value = w.at(2);
      statement.purpose = *PurposeByName(w.at(3));
      if (w.size() > 4) statement.flags |= kFlagShieldNotice;
      question_ = world_.Ask(statement);
    } else if (w[0] == "run") {         // run [MS]
      world_.RunFor(w.size() > 1 ? std::stoull(w[1]) : kLongEnough);
    } else if (w[0] == "crash") {
      w.at(1).starts_with("coordinator") ? world_.CrashCoordinator(coordinator(1))
                                         : world_.CrashNode(agency(1));
    } else if (w[0] == "stop") {
      world_.Stop(coordinator(1));
    } else if (w[0] == "detach") {      // detach AGENCY COORDINATOR
      world_.Detach(agency(1), coordinator(2));
    } else if (w[0] == "attach") {
      world_.Attach(agency(1), coordinator(2));
    } else if (w[0] == "withhold") {    // withhold COORDINATOR AGENCY
      world_.Withhold(coordinator(1), agency(2));
    } else if (w[0] == "unlogged") {
      world_.ForwardUnlogged(coordinator(1));
    } else if (w[0] == "expect" && w.at(1) == "alarms") {   // expect alarms AGENCY none|some
      const bool some = !world_.AlarmsAt(agency(2)).empty();
      if (some != (w.at(3) == "some")) fail("alarms at " + w[2] + ": " + (some ? "some" : "none"));
    } else if (w[0] == "expect" && w.at(1) == "promises") {
      for (const std::string& broken : world_.BrokenInvariants()) fail(broken);
    } else if (w[0] == "expect") {      // expect AGENCY disclosed|nothing|no-answer
      const std::string outcome = Outcome(world_, question_, agency(1));
      if (outcome != w.at(2)) fail(w[1] + ": " + outcome + ", not " + w[2]);
    } else {
      fail("no such command: " + w[0]);
    }
  }

  ScenarioResult Finish() {
    result_.diagram = world_.Diagram();
    return std::move(result_);
  }

 private:
  World world_;
  size_t question_ = 0;
  ScenarioResult result_;
};

}  // namespace

ScenarioResult RunScenario(std::string_view text, uint64_t seed) {
  Player player(seed);
  for (const Line& line : Lines(text)) player.Play(line);
  return player.Finish();
}

}  // namespace whoelse::sim
