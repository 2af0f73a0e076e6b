#include "node/give_opening.h"

#include <algorithm>

#include "nlohmann/json.hpp"
#include "node/json_text.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

// To whom, and until when; the first word is the proposer's.
bool GivesTo(const InboxItem& item, const Actor& actor, TimeMs now) {
  return item.state() == ItemState::kDone && item.steps.back().outcome == "approved" &&
         item.steps.front().ref == actor.ref && DutyToDecide(actor, item) &&
         now <= item.steps.back().at_ms + kOpeningGivenMs;
}

}  // namespace

InboxItem OpeningItem(const AskedInMonth& asked, TimeMs now, const WorkingCalendar& calendar,
                      Random& random) {
  InboxItem item = NewItem(ItemKind::kOpeningToGive, std::nullopt, now, calendar, random);
  item.asked_by = {asked.practitioner};
  if (!asked.organisation.empty()) item.organisations = {asked.organisation};
  item.about = JsonText(
      {{"question", asked.question},
       {"practitioner", ToHex(asked.practitioner)},
       {"asked_ms", asked.at_ms},
       {"purpose", std::string(Name(asked.purpose))},
       {"case_reference", asked.case_reference},
       {"before_it_is_approved",
        "have the auditor's written authority before you, and see that it names this question: "
        "whoever has the opening reads the child's number and every answer"}});
  return item;
}

std::string OpeningQuestion(const InboxItem& item) {
  if (item.kind != ItemKind::kOpeningToGive) return "";
  const Json about = JsonFrom(item.about);
  return about.is_object() ? about.value("question", "") : "";
}

std::optional<FieldError> CheckGiven(std::span<const InboxItem> items, std::string_view question,
                                     const Actor& actor, TimeMs now) {
  const bool given = std::ranges::any_of(items, [&](const InboxItem& item) {
    return OpeningQuestion(item) == question && GivesTo(item, actor, now);
  });
  if (given) return std::nullopt;
  return FieldError{"with-opening",
                    "is for the lead officer who proposed it, for 24 hours from when another one "
                    "approved it",
                    "propose it with whoelse receipt propose-opening, and have a colleague approve "
                    "it in the inbox"};
}

}  // namespace whoelse
