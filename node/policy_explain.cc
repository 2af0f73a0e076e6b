#include "node/policy_explain.h"

#include <algorithm>

#include "nlohmann/json.hpp"
#include "node/word_list.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

Date DaysAgo(Date today, int64_t days) { return Date::FromDays(today.days() - days); }

Json CellsOf(const PolicyTable& table) {
  Json rows = Json::object();
  for (size_t row = 0; row < kPolicyRows; ++row) {
    Json cells = Json::object();
    for (size_t column = 0; column < kPolicyColumns; ++column) {
      cells[std::string(kPolicyColumnNames[column])] = std::string(Name(table.cells[row][column]));
    }
    rows[std::string(kPolicyRowNames[row])] = std::move(cells);
  }
  return rows;
}

}  // namespace

const std::array<ExplainFlag, 12> kExplainFlags = {{
    {"about-parent", [](Record& r, Asked&, Date) { r.about_parent_or_carer = true; }},
    {"shielded", [](Record& r, Asked&, Date) { r.restrictions.shielded = true; }},
    {"closed", [](Record& r, Asked&, Date) { r.restrictions.closed = true; }},
    {"covert", [](Record& r, Asked&, Date) { r.restrictions.covert = true; }},
    {"call-back-only", [](Record& r, Asked&, Date) { r.restrictions.call_back_only = true; }},
    {"new", [](Record& r, Asked&, Date today) { r.start = DaysAgo(today, 30); }},
    {"ended", [](Record& r, Asked&, Date today) { r.end = DaysAgo(today, 30); }},
    {"ended-long-ago", [](Record& r, Asked&, Date today) { r.end = DaysAgo(today, 800); }},
    {"by-description", [](Record&, Asked& a, Date) { a.by_description = true; }},
    {"outside-s16la", [](Record&, Asked& a, Date) { a.asker_in_s16la = false; }},
    {"other-area", [](Record&, Asked& a, Date) { a.asker_in_same_area = false; }},
    {"section-47-asker", [](Record&, Asked& a, Date) { a.asker_may_ask_section47 = true; }},
}};

std::variant<Json, FieldError> ExplainJson(
    const ExplainInput& input, const PolicyTable& table,
    const std::map<std::string, ServiceClass>& service_classes, Date today) {
  Record record;
  record.start = DaysAgo(today, 3 * 365);
  Asked asked{Purpose::kCoordination, false, true, false, true};

  if (input.service.empty()) {
    return FieldError{"service", "is missing", "give a service of your node's map, or a class"};
  }
  const auto mapped = service_classes.find(input.service);
  const std::optional<ServiceClass> named = ByName<ServiceClass>(input.service, kClassNames);
  // As an import has it: what nobody classified is sensitive.
  record.service_class = mapped != service_classes.end() ? mapped->second
                                                         : named.value_or(ServiceClass::kSensitive);
  const std::optional<Purpose> purpose = PurposeByName(input.purpose);
  if (!purpose) return FieldError{"purpose", "is not a purpose", "give one of: " + ListOf(kPurposeNames)};
  asked.purpose = *purpose;
  const auto consent = std::ranges::find(
      kConsentWords, input.consent.empty() ? std::string_view("not-asked") : input.consent,
      &ConsentWord::word);
  if (consent == kConsentWords.end()) {
    return FieldError{"consent", "is not a word of it", "give one of: " + ListOf(kConsentWords, &ConsentWord::word)};
  }
  record.consent.state = consent->state;
  record.consent.by = consent->by;
  record.consent.competent = consent->by == ConsentBy::kYoungPerson;
  for (const std::string& word : input.flags) {
    const auto flag = std::ranges::find(kExplainFlags, word, &ExplainFlag::word);
    if (flag == kExplainFlags.end()) {
      return FieldError{"flags", "have a word that is none", "give any of: " + ListOf(kExplainFlags, &ExplainFlag::word)};
    }
    flag->apply(record, asked, today);
  }

  const Explanation explained = Explain(table, record, asked, today);
  const Disclosure& decided = explained.disclosure;
  Json rules = Json::array();
  for (const RuleSaid& said : explained.rules) {
    rules.push_back({{"rule", std::string(said.rule)}, {"at_most", std::string(Name(said.outcome))}});
  }
  const std::string row(kPolicyRowNames[decided.row]);
  return Json{{"service", input.service},
              {"class", std::string(NameOf(record.service_class, kClassNames))},
              {"in_map", mapped != service_classes.end()},
              {"purpose", input.purpose},
              {"outcome", std::string(Name(decided.outcome))},
              {"discloses", decided.Discloses()},
              {"decided_by", decided.by == DecidedBy::kRow ? row : std::string(Name(decided.by))},
              {"row", row},
              {"column", std::string(kPolicyColumnNames[ColumnOf(*purpose)])},
              {"rules", rules}};
}

Json PolicyJson(const PolicyInForce& policy, Date today, std::string_view problem) {
  const std::optional<Adoption>& adoption = policy.policy().adoption;
  Json waiting = Json::array();
  for (const PolicyInForce::WaitingCell& cell : policy.Waiting()) {
    waiting.push_back({{"row", std::string(kPolicyRowNames[cell.row])},
                       {"column", std::string(kPolicyColumnNames[cell.column])},
                       {"now", std::string(Name(cell.now))},
                       {"then", std::string(Name(cell.then))}});
  }
  return {{"adoption", adoption ? Json{{"adopted_by", adoption->adopted_by},
                                       {"dpia", adoption->dpia},
                                       {"day", adoption->day.Iso()},
                                       {"review_by", adoption->review_by.Iso()}}
                                : Json(nullptr)},
          {"overdue", policy.policy().IsOverdue(today)},
          {"hash", ToHex(policy.acting().Hash())},
          {"rows", CellsOf(policy.acting())},
          {"looser_on", policy.looser_on() ? Json(policy.looser_on()->Iso()) : Json(nullptr)},
          {"waiting", waiting},
          {"problem", problem.empty() ? Json(nullptr) : Json(std::string(problem))}};
}

}  // namespace whoelse
