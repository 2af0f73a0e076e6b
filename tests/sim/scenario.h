// Scenarios as text: one command a line, '#' comments. tests/scenarios/README.md has the commands.
#ifndef WHOELSE_TESTS_SIM_SCENARIO_H_
#define WHOELSE_TESTS_SIM_SCENARIO_H_

#include <string>
#include <string_view>
#include <vector>

namespace whoelse::sim {

struct ScenarioResult {
  std::vector<std::string> failures;   // "line 7: expected ..."; empty when it passes
  std::string diagram;                 // Mermaid source
};

ScenarioResult RunScenario(std::string_view text, uint64_t seed);

}  // namespace whoelse::sim

#endif  // WHOELSE_TESTS_SIM_SCENARIO_H_
