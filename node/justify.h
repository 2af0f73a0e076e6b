// Please justify: a holder's lead officer asks the asking agency's why a question was put, by the
// question's number and the practitioner's reference. domain.md, "Against the practitioner who
// stalks". The protocol has no message for it: people carry it by the published lines, and each
// side has an item that says by when. Pure.
#ifndef WHOELSE_NODE_JUSTIFY_H_
#define WHOELSE_NODE_JUSTIFY_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "node/inbox.h"
#include "node/month_end.h"

namespace whoelse {

// A question that another agency put, as a ledger's reader sees it.
struct ForeignQuestion {
  std::string number;        // the receipt's
  std::string reference;     // the practitioner's, 32 hexadecimal digits
};
// FieldError "question" or "reference": it is none.
std::optional<FieldError> CheckForeign(const ForeignQuestion& question);

// At the holder, `me`: waits two working days for what `agency` answers. With the words to be said
// on its published line. `organisations`: at a hub, whose lead officer asks.
InboxItem JustificationAsked(const ForeignQuestion& question, AgencyId agency,
                             const std::string& me, std::vector<std::string> organisations,
                             TimeMs now, const WorkingCalendar& calendar, Random& random);

// At the asking agency: whose question it was, for the one who asks and for nobody who asked it.
// FieldError "reference": the question is not this practitioner's; "user": it is the caller's own.
std::optional<FieldError> CheckReference(const ForeignQuestion& question, const AskedInMonth& asked,
                                         const Actor& caller);
// Waits for the practitioner's manager, or a lead officer, to record the justification. `member`:
// nullptr when this person works here no more.
InboxItem JustificationDue(const AskedInMonth& asked, const StaffMember* member, TimeMs now,
                           const WorkingCalendar& calendar, Random& random);

// Whether an item of this kind is about this question of this practitioner.
bool IsAbout(const InboxItem& item, ItemKind kind, const ForeignQuestion& question);

}  // namespace whoelse

#endif  // WHOELSE_NODE_JUSTIFY_H_
