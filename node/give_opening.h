// The opening of a question, for an auditor: a lead officer proposes to hand it over, another one
// approves it in the inbox, and then the first may take it. protocol.md section 8 (c), which wants
// two people; docs/decisions/0021-openings-and-the-rows-of-a-ledger.md. Pure.
//
// Without the second, one person who is bribed or curious reads whom a colleague asked about and
// what every agency said, beyond the 72 hours of an answer.
#ifndef WHOELSE_NODE_GIVE_OPENING_H_
#define WHOELSE_NODE_GIVE_OPENING_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "node/inbox.h"
#include "node/month_end.h"

namespace whoelse {

// How long after the second word it may be taken. Not once only: whoever has the file copies it as
// often as they like, and one that was lost on the way would cost another two people.
inline constexpr TimeMs kOpeningGivenMs = 24ull * 3'600'000;

// Open, without a word yet. Nobody who asked the question says one.
InboxItem OpeningItem(const AskedInMonth& asked, TimeMs now, const WorkingCalendar& calendar,
                      Random& random);

// The number of the question whose opening it is about; empty: of none.
std::string OpeningQuestion(const InboxItem& item);

// Nothing, when one of these items gives this question's opening to this person now. Else the field
// is "with-opening".
std::optional<FieldError> CheckGiven(std::span<const InboxItem> items, std::string_view question,
                                     const Actor& actor, TimeMs now);

}  // namespace whoelse

#endif  // WHOELSE_NODE_GIVE_OPENING_H_
