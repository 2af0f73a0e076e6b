#include "node/approval.h"

#include "nlohmann/json.hpp"
#include "node/json_text.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

FieldError Error(std::string reason, std::string remedy) {
  return {"approval", std::move(reason), std::move(remedy)};
}

// One question, whatever it is about: an approval of one child's must not open another's.
std::string FingerprintOf(const QuestionToApprove& question) {
  Writer out;
  out.Raw(question.practitioner).U8(static_cast<uint8_t>(question.purpose));
  out.U8(question.shield_notice ? 1 : 0).U32(question.born);
  out.U32(static_cast<uint32_t>(question.case_reference.size()));
  out.Raw(AsBytes(question.case_reference));
  out.U8(static_cast<uint8_t>(question.organisation.size())).Raw(AsBytes(question.organisation));
  for (const SubjectEntry& entry : question.subject) {
    out.U8(static_cast<uint8_t>(entry.type)).U8(static_cast<uint8_t>(entry.value.size()));
    out.Raw(AsBytes(entry.value));
  }
  return ToHex(H("node/approval", out.view()));
}

}  // namespace

InboxItem ApprovalItem(const QuestionToApprove& question, TimeMs now,
                       const WorkingCalendar& calendar, Random& random) {
  InboxItem item =
      NewItem(question.shield_notice ? ItemKind::kShieldToSend : ItemKind::kApproval,
              question.purpose, now, calendar, random);
  item.asked_by = {question.practitioner};
  if (!question.organisation.empty()) item.organisations = {question.organisation};
  item.fingerprint = FingerprintOf(question);
  item.about = JsonText({{"purpose", std::string(Name(question.purpose))},
                         {"case_reference", question.case_reference},
                         {"practitioner", ToHex(question.practitioner)}});
  return item;
}

std::variant<PersonRef, FieldError> ApproverOf(const InboxItem& item,
                                               const QuestionToApprove& question, TimeMs now) {
  const Json about = JsonFrom(item.about);
  if (item.fingerprint != FingerprintOf(question) || !about.is_object()) {
    return Error("is not for this question", "ask as it was approved, or have this one approved");
  }
  if (item.state() != ItemState::kDone || item.steps.back().outcome != "approved") {
    return Error("was not given", "have a second person decide with inbox approve");
  }
  if (about.contains("used_ms")) {
    return Error("was used before", "have the question approved again");
  }
  if (now > item.steps.back().at_ms + kApprovalHoldsMs) {
    return Error("is older than 24 hours", "have the question approved again");
  }
  return item.steps.back().ref;
}

InboxItem Used(const InboxItem& item, TimeMs now) {
  InboxItem used = item;
  Json about = JsonFrom(item.about);
  about["used_ms"] = now;
  used.about = JsonText(about);
  return used;
}

InboxItem Unused(const InboxItem& item) {
  InboxItem unused = item;
  Json about = JsonFrom(item.about);
  about.erase("used_ms");
  unused.about = JsonText(about);
  return unused;
}

InboxItem NotApprovedItem(const InboxItem& refused, TimeMs now, const WorkingCalendar& calendar,
                          Random& random) {
  InboxItem item = NewItem(ItemKind::kNotApproved, std::nullopt, now, calendar, random);
  item.from = refused.from;
  item.asked_by = refused.asked_by;
  item.organisations = refused.organisations;
  const InboxItem::Step& step = refused.steps.back();
  Json about = JsonFrom(refused.about);
  about.update(Json{{"item", refused.id}, {"said_by", step.user}, {"reason", step.reason}});
  item.about = JsonText(about);
  return item;
}

std::string PutAloneQuestion(const InboxItem& item) {
  if (item.kind != ItemKind::kApprovalAfterwards && item.kind != ItemKind::kNotApproved) return "";
  const Json about = JsonFrom(item.about);
  return about.is_object() ? about.value("question", "") : "";
}

}  // namespace whoelse
