#include "node/justify.h"

#include <algorithm>
#include <utility>

#include "nlohmann/json.hpp"
#include "node/json_text.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kNumberSize = 19;   // four groups of four, joined by "-"

bool IsNumber(std::string_view text) {
  if (text.size() != kNumberSize) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool crockford = std::string_view("0123456789ABCDEFGHJKMNPQRSTVWXYZ").find(text[i]) !=
                           std::string_view::npos;
    if (i % 5 == 4 ? text[i] != '-' : !crockford) return false;
  }
  return true;
}

// Names no child, no service and no place: whoever takes the call knows the question by its number.
std::string WordsFor(const ForeignQuestion& question, const std::string& me) {
  return "This is a lead officer of " + me + ". Please justify question " + question.number +
         ", put by your practitioner " + question.reference +
         ", within two working days, to our lead officer on our published duty line. Your node "
         "says whose it is: whoelse justify show " + question.number + " --reference " +
         question.reference;
}

}  // namespace

std::optional<FieldError> CheckForeign(const ForeignQuestion& question) {
  if (!IsNumber(question.number)) {
    return FieldError{"question", "is no question's number",
                      "give it as `ledger open` shows it, like 6STF-5YE9-R7M2-Y7WH"};
  }
  PersonRef ref;
  if (FromHex(question.reference, {ref.data(), PersonRef::kSize}) && !ref.IsZero()) {
    return std::nullopt;
  }
  return FieldError{"reference", "is no practitioner's reference",
                    "give the 32 hexadecimal digits that `ledger open` shows with the question"};
}

InboxItem JustificationAsked(const ForeignQuestion& question, AgencyId agency,
                             const std::string& me, std::vector<std::string> organisations,
                             TimeMs now, const WorkingCalendar& calendar, Random& random) {
  InboxItem item = NewItem(ItemKind::kJustificationAsked, std::nullopt, now, calendar, random);
  item.organisations = std::move(organisations);
  item.from = agency;
  item.about = JsonText({{"question", question.number},
                         {"practitioner", question.reference},
                         {"say", WordsFor(question, me)}});
  return item;
}

std::optional<FieldError> CheckReference(const ForeignQuestion& question, const AskedInMonth& asked,
                                         const Actor& caller) {
  // Who rings with a number alone would learn from what happens next whose it was.
  if (ToHex(asked.practitioner) != question.reference) {
    return FieldError{"reference", "is not that of the practitioner who put this question",
                      "have the other agency's lead officer read both again"};
  }
  if (asked.practitioner != caller.ref) return std::nullopt;
  return FieldError{"user", "asked this, and nobody looks into their own question",
                    "leave it to another lead officer"};
}

InboxItem JustificationDue(const AskedInMonth& asked, const StaffMember* member, TimeMs now,
                           const WorkingCalendar& calendar, Random& random) {
  InboxItem item = NewItem(ItemKind::kJustificationDue, std::nullopt, now, calendar, random);
  item.asked_by = {asked.practitioner};
  if (member != nullptr) item.manager = member->manager;
  if (!asked.organisation.empty()) item.organisations = {asked.organisation};
  item.about = JsonText({{"question", asked.question},
                         {"practitioner", ToHex(asked.practitioner)},
                         {"user", member != nullptr ? Json(member->user) : Json(nullptr)},
                         {"asked_ms", asked.at_ms},
                         {"purpose", std::string(Name(asked.purpose))},
                         {"case_reference", asked.case_reference}});
  return item;
}

bool IsAbout(const InboxItem& item, ItemKind kind, const ForeignQuestion& question) {
  if (item.kind != kind) return false;
  const Json about = JsonFrom(item.about);
  return about.is_object() && about.value("question", "") == question.number &&
         about.value("practitioner", "") == question.reference;
}

}  // namespace whoelse
