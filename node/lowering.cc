#include "node/lowering.h"

#include <algorithm>
#include <utility>

#include "nlohmann/json.hpp"
#include "node/json_text.h"
#include "node/policy_looser.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

struct Rule {
  ItemKind item;
  bool (*stands)(const Lowering& lowering, const Record& record);
  void (*lower)(const Lowering& lowering, Date today, Record& record);
};

// What was closed stays as it is: its restrictions are part of that.
template <bool Restrictions::*kRestriction>
constexpr Rule Taking() {
  return {ItemKind::kRestrictionToLower,
          [](const Lowering&, const Record& record) {
            return !record.restrictions.closed && record.restrictions.*kRestriction;
          },
          [](const Lowering&, Date, Record& record) { record.restrictions.*kRestriction = false; }};
}

// In the order of Lowered.
constexpr std::array<Rule, kLoweredNames.size()> kRules = {{
    // Also of a record without one: what notices left standing on it is lifted with the child's.
    {ItemKind::kShieldToLift,
     [](const Lowering&, const Record& record) { return !record.restrictions.closed; },
     [](const Lowering&, Date, Record& record) {
       record.restrictions.shielded = record.shield_pending = false;
     }},
    Taking<&Restrictions::covert>(),
    Taking<&Restrictions::call_back_only>(),
    Taking<&Restrictions::subject_access_exempt>(),
    {ItemKind::kRestrictionToLower,
     [](const Lowering& lowering, const Record& record) {
       const auto mapped = lowering.classes.find(record.service);
       return !record.restrictions.closed && mapped != lowering.classes.end() &&
              mapped->second < record.service_class;
     },
     [](const Lowering& lowering, Date today, Record& record) {
       const Record before = record;
       record.service_class = lowering.classes.at(record.service);
       HoldBackLooser(before, today, record);
     }},
    {ItemKind::kRestrictionToLower,
     [](const Lowering&, const Record& record) {
       return record.restrictions.closed || record.beside_closed;
     },
     [](const Lowering&, Date, Record& record) {
       record.restrictions.closed = record.beside_closed = false;
     }},
}};

const Rule& RuleOf(Lowered what) { return kRules[static_cast<size_t>(what) - 1]; }

}  // namespace

bool Stands(const Lowering& lowering, const Record& record) {
  return RuleOf(lowering.what).stands(lowering, record);
}

void Lower(const Lowering& lowering, Date today, Record& record) {
  const Rule& rule = RuleOf(lowering.what);
  if (rule.stands(lowering, record)) rule.lower(lowering, today, record);
}

InboxItem LoweringItem(const Lowering& lowering, std::vector<RecordId> records, TimeMs now,
                       const WorkingCalendar& calendar, Random& random) {
  InboxItem item =
      NewItem(RuleOf(lowering.what).item, std::nullopt, now, calendar, random);
  item.records = std::move(records);
  if (item.kind == ItemKind::kShieldToLift) return item;   // its kind says what it is about
  Json about{{"lower", std::string(Name(lowering.what))}, {"records", item.records}};
  for (const auto& [service, service_class] : lowering.classes) {
    about["classes"][service] = std::string(NameOf(service_class, kClassNames));
  }
  about["before_it_is_approved"] =
      "see for yourself that it is right for this child, and that your own system says the same by "
      "now: what its next export still says rises again";
  item.about = JsonText(about);
  return item;
}

std::optional<Lowering> LoweringOf(const InboxItem& item) {
  if (item.kind == ItemKind::kShieldToLift) return Lowering{Lowered::kShield};
  if (item.kind != ItemKind::kRestrictionToLower) return std::nullopt;
  const Json about = JsonFrom(item.about);
  const auto text = [](const Json& json) {
    return json.is_string() ? json.get<std::string>() : std::string();
  };
  if (!about.is_object() || !about.contains("lower")) return std::nullopt;
  const std::optional<Lowered> what = ByName<Lowered>(text(about["lower"]), kLoweredNames);
  if (!what) return std::nullopt;
  Lowering lowering{*what};
  if (!about.contains("classes")) return lowering;
  if (!about["classes"].is_object()) return std::nullopt;
  for (const auto& [service, word] : about["classes"].items()) {
    const std::optional<ServiceClass> named = ByName<ServiceClass>(text(word), kClassNames);
    if (!named) return std::nullopt;
    lowering.classes[service] = *named;
  }
  return lowering;
}

Verb VerbToLower(ItemKind kind) {
  const auto choices = whoelse::RuleOf(kind).choices;
  const auto lowers = std::ranges::find(choices, true, &Choice::two_people);
  return lowers == choices.end() ? Verb::kDone : lowers->verb;
}

}  // namespace whoelse
