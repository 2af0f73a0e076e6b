#include "node/month_end.h"

#include <algorithm>
#include <map>
#include <utility>

#include "nlohmann/json.hpp"
#include "node/json_text.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kOneCheckedOf = 50;   // 2 in 100

uint32_t MonthAfter(uint32_t yyyymm) {
  return yyyymm % 100 == 12 ? yyyymm + 100 - 11 : yyyymm + 1;
}
uint32_t MonthBefore(uint32_t yyyymm) {
  return yyyymm % 100 == 1 ? yyyymm - 100 + 11 : yyyymm - 1;
}
TimeMs BeginOf(uint32_t yyyymm) { return MsOf({*Date::FromYmd(yyyymm * 100 + 1), 0}); }

std::string MonthText(uint32_t yyyymm) {
  return Date::FromYmd(yyyymm * 100 + 1)->Iso().substr(0, 7);
}

void AddPerson(InboxItem& item, const PersonRef& person) {
  if (std::ranges::find(item.asked_by, person) == item.asked_by.end()) {
    item.asked_by.push_back(person);
  }
}

// Which of n are drawn: each as likely as any other.
std::vector<bool> Drawn(size_t n, Random& random) {
  std::vector<bool> drawn(n);
  for (size_t left = (n + kOneCheckedOf - 1) / kOneCheckedOf; left > 0;) {
    const size_t one = random.Below(n);
    if (drawn[one]) continue;
    drawn[one] = true;
    --left;
  }
  return drawn;
}

// Who confirms a question, and at a hub for whom.
using Confirmer = std::pair<std::optional<PersonRef>, std::string>;

InboxItem ItemOf(const MonthEnd& month, const Confirmer& confirmer,
                 std::span<const AskedInMonth> asked, const std::map<PersonRef, StaffMember>& staff,
                 TimeMs now, const WorkingCalendar& calendar, Random& random) {
  InboxItem item = NewItem(ItemKind::kMonthlyQuestions, std::nullopt, now, calendar, random);
  item.manager = confirmer.first;
  if (!confirmer.second.empty()) item.organisations = {confirmer.second};
  const std::vector<bool> drawn = Drawn(asked.size(), random);
  Json questions = Json::array();
  for (size_t i = 0; i < asked.size(); ++i) {
    const auto known = staff.find(asked[i].practitioner);
    questions.push_back({{"question", asked[i].question},
                         {"asked_ms", asked[i].at_ms},
                         {"purpose", std::string(Name(asked[i].purpose))},
                         {"case_reference", asked[i].case_reference},
                         {"user", known == staff.end() ? Json(nullptr) : Json(known->second.user)},
                         {"practitioner", ToHex(asked[i].practitioner)},
                         {"check_against_case", static_cast<bool>(drawn[i])}});
    AddPerson(item, asked[i].practitioner);
  }
  item.about = JsonText({{"month", MonthText(month.yyyymm)}, {"questions", questions}});
  return item;
}

}  // namespace

MonthEnd MonthOf(uint32_t yyyymm) { return {yyyymm, BeginOf(yyyymm), BeginOf(MonthAfter(yyyymm))}; }

std::vector<MonthEnd> MonthsDue(std::optional<uint32_t> listed, TimeMs now) {
  const uint32_t last = MonthBefore(LondonTimeOf(now).day.ymd() / 100);
  std::vector<MonthEnd> due;
  for (uint32_t month = listed ? MonthAfter(*listed) : last; month <= last;
       month = MonthAfter(month)) {
    due.push_back(MonthOf(month));
  }
  return due;
}

std::vector<InboxItem> MonthItems(const MonthEnd& month, const std::vector<AskedInMonth>& asked,
                                  const std::vector<StaffMember>& staff, TimeMs now,
                                  const WorkingCalendar& calendar, Random& random) {
  std::map<PersonRef, StaffMember> by_ref;
  for (const StaffMember& one : staff) by_ref[one.ref] = one;
  std::map<Confirmer, std::vector<AskedInMonth>> by_confirmer;
  for (const AskedInMonth& one : asked) {
    if (one.at_ms < month.begin || one.at_ms >= month.end || IsNobodys(one.as)) continue;
    const auto known = by_ref.find(one.practitioner);
    const auto manager = known == by_ref.end() ? std::nullopt : known->second.manager;
    by_confirmer[{manager, one.organisation}].push_back(one);
  }
  std::vector<InboxItem> items;
  for (auto& [confirmer, theirs] : by_confirmer) {
    std::ranges::stable_sort(theirs, {}, &AskedInMonth::at_ms);
    for (size_t first = 0; first < theirs.size(); first += kQuestionsInItem) {
      const size_t n = std::min(kQuestionsInItem, theirs.size() - first);
      items.push_back(ItemOf(month, confirmer, std::span(theirs).subspan(first, n), by_ref, now,
                             calendar, random));
    }
  }
  return items;
}

std::variant<InboxItem, FieldError> NotRecognisedItem(const InboxItem& decided, TimeMs now,
                                                      const WorkingCalendar& calendar,
                                                      Random& random) {
  const InboxItem::Step& step = decided.steps.back();
  const Json about = JsonFrom(decided.about);
  InboxItem item = NewItem(ItemKind::kNotRecognised, std::nullopt, now, calendar, random);
  item.organisations = decided.organisations;
  Json named = Json::array();
  for (const Json& one : about.value("questions", Json::array())) {
    if (step.reason.find(one.value("question", "-")) == std::string::npos) continue;
    named.push_back(one);
    PersonRef practitioner;
    if (FromHex(one.value("practitioner", ""), {practitioner.data(), PersonRef::kSize})) {
      AddPerson(item, practitioner);
    }
  }
  if (named.empty()) {
    return FieldError{"reason", "names no question of this list",
                      "write the numbers of those that you do not recognise, and why"};
  }
  item.about = JsonText({{"item", decided.id}, {"said_by", step.user}, {"reason", step.reason},
                         {"questions", named}});
  return item;
}

}  // namespace whoelse
