#include "cli/demo_story.h"

#include <algorithm>

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

const char* NameOf(DemoAnswer answer) {
  switch (answer) {
    case DemoAnswer::kContact: return "contact";
    case DemoAnswer::kDutyLine: return "duty_line";
    case DemoAnswer::kNothing: break;
  }
  return "nothing_disclosed";
}

// Another day of the same month.
Date OtherDay(Date date) {
  const uint32_t day = date.ymd() % 100;
  return *Date::FromYmd(day > 1 ? date.ymd() - 1 : date.ymd() + 1);
}

// Never the 29th of February, which not every year has: OtherDay gives the 28th at most there.
Date OtherDayAndYear(Date date) { return *Date::FromYmd(OtherDay(date).ymd() - 10000); }

DemoQuestion About(const DemoChild& child, const char* title, const char* agency,
                   const char* purpose, const char* case_reference = "") {
  DemoQuestion question;
  question.title = title;
  question.agency = agency;
  question.nhs_number = child.nhs_number;
  question.born = child.born.Iso();
  question.purpose = purpose;
  question.case_reference = case_reference;
  return question;
}

void AddManyAgencies(const DemoArea& area, std::vector<DemoQuestion>& questions) {
  DemoQuestion question =
      About(area.known_to_many,
            "A school asks who else works with one of its children: several agencies give a contact, "
            "and one of them names the lead professional",
            "hilltop-primary", "coordination");
  question.expected = {{"social-care", DemoAnswer::kContact},
                       {"health-visiting", DemoAnswer::kContact},
                       {"hilltop-primary", DemoAnswer::kContact},
                       {"childrens-centre", DemoAnswer::kContact}};
  question.lead = "named";
  questions.push_back(question);
}

void AddMentalHealth(const DemoArea& area, std::vector<DemoQuestion>& questions) {
  const std::map<std::string, DemoAnswer> others = {{"social-care", DemoAnswer::kContact},
                                                    {"health-visiting", DemoAnswer::kContact},
                                                    {"riverside-academy", DemoAnswer::kContact}};
  DemoQuestion silent =
      About(area.in_counselling,
            "Children's social care asks for early help: the mental-health service, which this young "
            "person has not been asked about, stays silent", "social-care", "early-help");
  silent.expected = others;
  questions.push_back(silent);

  DemoQuestion line =
      About(area.in_counselling,
            "The same child under section 47, asked by children's social care: the mental-health "
            "service gives its duty line", "social-care", "section-47", "CP-2041");
  line.expected = others;
  line.expected["mental-health"] = DemoAnswer::kDutyLine;
  questions.push_back(line);

  DemoQuestion school =
      About(area.in_counselling,
            "The same child, asked by its school under concern: the mental-health service is silent "
            "again", "riverside-academy", "concern", "SG-77");
  school.role = "safeguarding lead";
  school.expected = others;
  questions.push_back(school);
}

void AddRefuge(const DemoArea& area, std::vector<DemoQuestion>& questions) {
  DemoQuestion before =
      About(area.in_refuge,
            "A child in a refuge (Larchwood, under its neutral name) is reported missing. The new "
            "school never set a flag and gives itself away", "social-care", "missing-child",
            "MISS-9");
  before.expected = {{"hilltop-primary", DemoAnswer::kContact}};
  questions.push_back(before);

  DemoQuestion notice = About(area.in_refuge,
                              "At night the refuge's node sends one shield notice, which a second "
                              "person there approves in the morning",
                              "larchwood", "");
  notice.shield_notice = true;
  notice.role = "out-of-hours practitioner";
  questions.push_back(notice);

  DemoQuestion after = About(area.in_refuge,
                             "The same question again: now every agency is silent", "social-care",
                             "missing-child", "MISS-9");
  questions.push_back(after);
}

void AddWrongChildren(const DemoArea& area, std::vector<DemoQuestion>& questions) {
  questions.push_back(About(area.known_to_nobody,
                            "A child whom no agency holds: the answers look like any other silence",
                            "social-care", "section-47", "CP-2042"));

  DemoQuestion one_part =
      About(area.known_to_many,
            "A date of birth with one part wrong: answered, and marked so that it is checked",
            "social-care", "section-47", "CP-2043");
  one_part.born = OtherDay(area.known_to_many.born).Iso();
  one_part.expected = questions.front().expected;
  one_part.lead = "named";
  one_part.birth_date_differs = true;
  questions.push_back(one_part);

  DemoQuestion two_parts =
      About(area.known_to_many,
            "A date of birth with two parts wrong: perhaps another child, so every agency is silent "
            "and its lead officer is told", "social-care", "section-47", "CP-2043");
  two_parts.born = OtherDayAndYear(area.known_to_many.born).Iso();
  questions.push_back(two_parts);
}

Json TextOrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

// What one agency's part of the answer amounts to.
std::string OutcomeOf(const Json& agency) {
  const std::string status = agency.value("status", "");
  if (status != "disclosed") return status;
  const Json& entries = agency["involvements"];
  const bool contact = std::ranges::any_of(
      entries, [](const Json& entry) { return entry.value("kind", "") == "contact"; });
  return NameOf(contact ? DemoAnswer::kContact : DemoAnswer::kDutyLine);
}

}  // namespace

std::vector<DemoQuestion> DemoQuestions(const DemoArea& area) {
  std::vector<DemoQuestion> questions;
  AddManyAgencies(area, questions);
  AddMentalHealth(area, questions);
  AddRefuge(area, questions);
  AddWrongChildren(area, questions);
  return questions;
}

Json QuestionJson(const DemoQuestion& question, const DemoArea& area) {
  return {{"title", question.title},
          {"agency", question.agency},
          {"agency_name", area.Agency(question.agency).options.name},
          {"nhs_number", question.nhs_number},
          {"born", question.born},
          {"purpose", TextOrNull(question.purpose)},
          {"case", TextOrNull(question.case_reference)},
          {"role", TextOrNull(question.role)},
          {"shield_notice", question.shield_notice}};
}

std::vector<std::string> Differences(const DemoQuestion& question, const Json& answer,
                                     const DemoArea& area) {
  std::vector<std::string> differences;
  const Json agencies = answer.value("agencies", Json::array());
  if (agencies.size() != area.agencies.size()) {
    differences.push_back("the answer has " + std::to_string(agencies.size()) + " agencies");
  }
  for (const Json& agency : agencies) {
    const std::string name = agency.value("name", "");
    const auto known = std::ranges::find_if(
        area.agencies, [&](const DemoAgency& a) { return a.options.name == name; });
    if (known == area.agencies.end()) {
      differences.push_back(name + " is no agency of the demo");
      continue;
    }
    const auto expected = question.expected.find(known->options.slug);
    const std::string wanted =
        NameOf(expected == question.expected.end() ? DemoAnswer::kNothing : expected->second);
    const std::string got = OutcomeOf(agency);
    if (got != wanted) differences.push_back(name + ": " + got + ", expected " + wanted);
    for (const Json& entry : agency.value("involvements", Json::array())) {
      if (entry.value("birth_date_differs", false) != question.birth_date_differs) {
        differences.push_back(name + ": the mark of a date of birth that differs is wrong");
      }
    }
  }
  const std::string lead = answer.value("lead_professional", Json::object()).value("state", "");
  if (lead != question.lead) {
    differences.push_back("lead professional: " + lead + ", expected " + question.lead);
  }
  return differences;
}

}  // namespace whoelse
