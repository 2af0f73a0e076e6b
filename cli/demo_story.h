// The demo's questions, what each shows, and what has to come of it.
#ifndef WHOELSE_CLI_DEMO_STORY_H_
#define WHOELSE_CLI_DEMO_STORY_H_

#include <map>
#include <string>
#include <vector>

#include "cli/demo_area.h"
#include "nlohmann/json.hpp"

namespace whoelse {

enum class DemoAnswer { kContact, kDutyLine, kNothing };

struct DemoQuestion {
  std::string title;         // what it shows
  std::string agency;        // the folder of the one that asks
  std::string nhs_number;
  std::string born;          // YYYY-MM-DD
  std::string purpose;       // empty for a shield notice
  std::string case_reference;
  std::string role;          // empty: practitioner
  bool shield_notice = false;

  // What has to come, by folder; an agency that is not here discloses nothing.
  std::map<std::string, DemoAnswer> expected;
  std::string lead = "none_disclosed";   // the lead professional's state
  bool birth_date_differs = false;       // marked so in every entry
};

std::vector<DemoQuestion> DemoQuestions(const DemoArea& area);

// {"title", "agency", "agency_name", "nhs_number", "born", "purpose", "case", "role",
//  "shield_notice"}; what was not given is null.
nlohmann::ordered_json QuestionJson(const DemoQuestion& question, const DemoArea& area);

// What of an answer is not as expected, a line each; empty when all is.
std::vector<std::string> Differences(const DemoQuestion& question,
                                     const nlohmann::ordered_json& answer, const DemoArea& area);

}  // namespace whoelse

#endif  // WHOELSE_CLI_DEMO_STORY_H_
