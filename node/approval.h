// A second person's word on one question. Before it leaves: asked for, given in the inbox, used
// once. domain.md, "Who may ask what" and "Shield notice" (which two people send). The approver
// sees the purpose and the case; whom it is about is kept as a fingerprint, sealed with the item and
// shown to nobody, so that the inbox names no child.
//
// Of an out-of-hours role afterwards, by noon of the next working day: the question has left, and
// the item names it by its number. docs/decisions/0027-approval-afterwards.md.
#ifndef WHOELSE_NODE_APPROVAL_H_
#define WHOELSE_NODE_APPROVAL_H_

#include <optional>
#include <string>

#include "crypto/hash.h"
#include "node/inbox.h"

namespace whoelse {

// How long after the approval the question may be put.
inline constexpr TimeMs kApprovalHoldsMs = 24ull * 3'600'000;

struct QuestionToApprove {
  PersonRef practitioner;       // who will put it
  Purpose purpose;
  bool shield_notice = false;
  std::string case_reference;
  Subject subject;
  uint32_t born = 0;            // yyyymmdd, 0 unknown
  std::string organisation = {};   // at a hub, for which it is put: the second person is of it too
};
// The item that a second person decides.
InboxItem ApprovalItem(const QuestionToApprove& question, TimeMs now, const WorkingCalendar& calendar,
                       Random& random);

// Who approved exactly this question; an error of the field "approval" when nobody did, it is too
// long ago, or a question was put with it before.
std::variant<PersonRef, FieldError> ApproverOf(const InboxItem& item,
                                               const QuestionToApprove& question, TimeMs now);
// The question is being put: the approval is of no use any more. Unused: nothing left after all.
InboxItem Used(const InboxItem& item, TimeMs now);
InboxItem Unused(const InboxItem& item);

// --- afterwards ----------------------------------------------------------------------------------

// A second person said no: what a lead officer who did not ask it looks into. `refused`: the item
// kApprovalAfterwards (node/inbox_document.h) with that decision.
InboxItem NotApprovedItem(const InboxItem& refused, TimeMs now, const WorkingCalendar& calendar,
                          Random& random);
// The number of the question that an item of these two kinds is about; empty: of another kind.
std::string PutAloneQuestion(const InboxItem& item);

}  // namespace whoelse

#endif  // WHOELSE_NODE_APPROVAL_H_
