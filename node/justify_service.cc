#include "node/justify_service.h"

#include <algorithm>

#include "nlohmann/json.hpp"
#include "node/door_reply.h"
#include "node/staff.h"
#include "rpc/status.h"

namespace whoelse {

grpc::Status JustifyService::AskToJustify(grpc::ServerContext* context,
                                          const v1::AskToJustifyCall* call, v1::JsonReply* reply) {
  const absl::StatusOr<Actor> actor = parts_.callers.Allow(*context, Deed::kAskToJustify);
  if (!actor.ok()) return ToDoor(actor.status());
  const ForeignQuestion question{call->question(), call->reference()};
  if (const auto error = CheckForeign(question)) return BadField(*error);
  if (const auto error = CheckReason(call->reason())) return BadField(*error);
  const std::shared_ptr<const Roster> roster = parts_.board.Read().roster;
  const RosterAgency* const me = roster->FindAgency(parts_.agency);
  const auto other = std::ranges::find(roster->agencies, call->agency(), &RosterAgency::name);
  if (me == nullptr || other == roster->agencies.end() || other->id == me->id) {
    return BadField({"agency", "is not another agency of the roster",
                     "give its name as `ledger open` shows it"});
  }
  const TimeMs now = parts_.clock.NowMs();
  TrailNote note = NoteOf(*actor, Deed::kAskToJustify, now, call->reason());
  note.Add(Fact::kReceipt, question.number).Add(Fact::kAgency, std::to_string(other->id));
  const auto item = parts_.inbox.Raise(
      JustificationAsked(question, other->id, me->name, OwnersOf(actor->organisations), now,
                         parts_.inbox.calendar(), parts_.random),
      [&](const InboxItem& known) {
        return Concerns(known, actor->organisations) &&
               IsAbout(known, ItemKind::kJustificationAsked, question);
      },
      note);
  if (!item.ok()) return ToDoor(item.status());
  reply->set_json(DumpReply(ItemPage(*item, *roster, now)));
  return grpc::Status::OK;
}

grpc::Status JustifyService::ShowPractitioner(grpc::ServerContext* context,
                                              const v1::ShowPractitionerCall* call,
                                              v1::JsonReply* reply) {
  const absl::StatusOr<Actor> actor = parts_.callers.Allow(*context, Deed::kShowPractitioner);
  if (!actor.ok()) return ToDoor(actor.status());
  const ForeignQuestion question{call->question(), call->reference()};
  if (const auto error = CheckForeign(question)) return BadField(*error);
  const auto row = parts_.receipts.Find(question.number);
  if (!row.ok()) return ToDoor(row.status());
  const AskedInMonth asked = AskedOf(*row);
  if (!actor->organisations.Has(asked.organisation)) return ToDoor(ReceiptKeeper::NoSuch());
  if (const auto error = CheckReference(question, asked, *actor)) return BadField(*error);
  const auto found = std::ranges::find(parts_.staff, asked.practitioner, &StaffMember::ref);
  const StaffMember* const member = found == parts_.staff.end() ? nullptr : &*found;
  const TimeMs now = parts_.clock.NowMs();
  TrailNote note = NoteOf(*actor, Deed::kShowPractitioner, now);
  const auto item = parts_.inbox.Raise(
      JustificationDue(asked, member, now, parts_.inbox.calendar(), parts_.random),
      [&](const InboxItem& known) {
        return IsAbout(known, ItemKind::kJustificationDue, question);
      },
      note.Add(Fact::kReceipt, question.number));
  if (!item.ok()) return ToDoor(item.status());
  reply->set_json(DumpReply(ItemPage(*item, *parts_.board.Read().roster, now)));
  return grpc::Status::OK;
}

}  // namespace whoelse
