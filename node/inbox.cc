#include "node/inbox.h"

#include <algorithm>

#include "protocol/text.h"

namespace whoelse {
namespace {

constexpr TimeMs kHourMs = 3'600'000;
constexpr TimeMs kPageWithinMs = 600'000;
constexpr TimeMs kDeputyHasMs = kHourMs;   // of what is counted in hours
constexpr int kPatientWorkingDays = 5;
constexpr size_t kReasonMax = 1000;

constexpr bool kReason = true, kNoReason = false, kTwoPeople = true, kOnePerson = false;

// domain.md: a person may withhold only for one of these two, and is held to the words of s16LA(3).
constexpr Decision kCallDecisions[] = {
    {Verb::kDone, "contacted", kNoReason, kOnePerson, Effect::kNone},
    {Verb::kDone, "withheld", kReason, kOnePerson, Effect::kNone},
    {Verb::kDone, "not-relevant", kReason, kOnePerson, Effect::kNone}};
constexpr Decision kShieldDecisions[] = {
    {Verb::kApprove, "confirmed", kNoReason, kOnePerson, Effect::kConfirmShield},
    // Without the second person, one who is bribed or deceived gives the child away.
    {Verb::kRefuse, "lifted", kReason, kTwoPeople, Effect::kLiftShield}};
constexpr Decision kReviewDecisions[] = {
    {Verb::kApprove, "justified", kNoReason, kOnePerson, Effect::kNone},
    {Verb::kRefuse, "not-justified", kReason, kOnePerson, Effect::kNone}};
constexpr Decision kApprovalDecisions[] = {
    {Verb::kApprove, "approved", kNoReason, kOnePerson, Effect::kSendQuestion},
    {Verb::kRefuse, "refused", kReason, kOnePerson, Effect::kNone}};
constexpr Decision kAfterwardsDecisions[] = {
    {Verb::kApprove, "approved", kNoReason, kOnePerson, Effect::kNone},
    {Verb::kRefuse, "refused", kReason, kOnePerson, Effect::kNone}};
constexpr Decision kLookDecisions[] = {
    {Verb::kDone, "looked-at", kReason, kOnePerson, Effect::kNone}};

// shown, due, paged, by approver, alarm, decisions
constexpr std::array<KindRule, kItemKindNames.size()> kRules = {{
    {Shown::kNextSession, Due::kByPurpose, false, false, false, kCallDecisions},
    {Shown::kWithinTenMinutes, Due::kHours, true, false, false, kCallDecisions},
    {Shown::kNextSession, Due::kByPurpose, false, false, false, kCallDecisions},
    {Shown::kWithinTenMinutes, Due::kNextWorkingDay, true, false, false, kShieldDecisions},
    {Shown::kNextSession, Due::kNextWorkingDay, false, false, false, kReviewDecisions},
    {Shown::kAtOnce, Due::kNextWorkingDay, true, true, false, kApprovalDecisions},
    {Shown::kAtOnce, Due::kNoonNextWorkingDay, false, true, false, kAfterwardsDecisions},
    {Shown::kAtOnce, Due::kNextWorkingDay, true, true, false, kApprovalDecisions},
    {Shown::kAtOnce, Due::kNextWorkingDay, true, false, true, kLookDecisions},
    {Shown::kNextSession, Due::kNextWorkingDay, false, false, true, kLookDecisions},
    {Shown::kAtOnce, Due::kNextWorkingDay, true, false, true, kLookDecisions},
    {Shown::kNextSession, Due::kFiveWorkingDays, false, false, false, kLookDecisions},
    {Shown::kNextSession, Due::kFiveWorkingDays, false, false, false, kLookDecisions},
    {Shown::kNextSession, Due::kFiveWorkingDays, false, false, false, kLookDecisions},
}};

FieldError Error(const char* field, std::string reason, std::string remedy) {
  return {field, std::move(reason), std::move(remedy)};
}

bool IsPatient(std::optional<Purpose> purpose) {
  return purpose == Purpose::kCoordination || purpose == Purpose::kEarlyHelp;
}

TimeMs DueOf(Due due, std::optional<Purpose> purpose, TimeMs raised,
             const WorkingCalendar& calendar) {
  switch (due) {
    case Due::kHours: return raised + (purpose == Purpose::kEmergency ? 2 : 4) * kHourMs;
    case Due::kNoonNextWorkingDay: return calendar.NoonOfNextWorkingDay(raised);
    case Due::kNextWorkingDay: return calendar.EndOfWorkingDay(raised, 1);
    case Due::kFiveWorkingDays: return calendar.EndOfWorkingDay(raised, kPatientWorkingDays);
    case Due::kByPurpose:
      return calendar.EndOfWorkingDay(raised, IsPatient(purpose) ? kPatientWorkingDays : 1);
  }
  return raised;
}

const Decision* DecisionOf(const InboxItem& item, Verb verb, std::string_view outcome) {
  for (const Decision& decision : RuleOf(item.kind).decisions) {
    if (decision.verb == verb && (verb != Verb::kDone || decision.outcome == outcome)) {
      return &decision;
    }
  }
  return nullptr;
}

const Decision* DecisionOf(const InboxItem& item, std::string_view outcome) {
  for (const Decision& decision : RuleOf(item.kind).decisions) {
    if (decision.outcome == outcome) return &decision;
  }
  return nullptr;
}

// "approve, or refuse with a reason"
std::string Choices(const InboxItem& item) {
  std::string text;
  for (const Decision& decision : RuleOf(item.kind).decisions) {
    text += (text.empty() ? "use " : ", or ") + std::string(Name(decision.verb));
    if (decision.verb == Verb::kDone) text += " --outcome " + std::string(decision.outcome);
    if (decision.reason) text += " with --reason";
  }
  return text;
}

std::optional<FieldError> CheckPerson(const InboxItem& item, const Person& person) {
  const bool may = std::ranges::any_of(person.roles, [&](LocalRole role) {
    return role != LocalRole::kApprover || RuleOf(item.kind).by_approver;
  });
  if (!may) {
    return Error("user", "is not a lead officer of this agency, and this is for one",
                 "ask a lead officer; [people] in the node's configuration says who is");
  }
  if (item.asked_by == person.ref) {
    return Error("user", "asked this, and nobody decides about their own question",
                 "leave it to another lead officer");
  }
  return std::nullopt;
}

std::optional<FieldError> CheckReason(const Decision& decision, const std::string& reason) {
  if (decision.reason && reason.find_first_not_of(' ') == std::string::npos) {
    return Error("reason", "is missing: this decision is recorded with one",
                 "say in a sentence why, or what was done");
  }
  if (reason.size() > kReasonMax || !IsPlainText(reason)) {
    return Error("reason", "is too long or has characters that are not shown",
                 "write at most 1000 bytes of plain text on one line");
  }
  return std::nullopt;
}

}  // namespace

const KindRule& RuleOf(ItemKind kind) { return kRules[static_cast<size_t>(kind) - 1]; }

ItemState InboxItem::state() const {
  if (steps.empty()) return ItemState::kOpen;
  const Decision* decision = DecisionOf(*this, steps.back().outcome);
  if (decision == nullptr || !decision->two_people) return ItemState::kDone;
  const bool two = std::ranges::any_of(steps, [&](const Step& step) {
    return step.outcome == steps.back().outcome && step.ref != steps.back().ref;
  });
  return two ? ItemState::kDone : ItemState::kSecondPerson;
}

TimeMs InboxItem::DecidedOr(TimeMs now) const {
  return state() == ItemState::kDone ? steps.back().at_ms : now;
}

Desk InboxItem::desk(TimeMs now) const {
  const TimeMs at = DecidedOr(now);
  if (at > named_officer_ms) return Desk::kNamedOfficer;
  return at > due_ms ? Desk::kDeputy : Desk::kLeadOfficer;
}

InboxItem NewItem(ItemKind kind, std::optional<Purpose> purpose, TimeMs raised,
                  const WorkingCalendar& calendar, Random& random) {
  const KindRule& rule = RuleOf(kind);
  InboxItem item;
  const std::string id = ToHex(random.NewFixed<FixedBytes<struct ItemIdTag, 6>>());
  item.id = id.substr(0, 4) + "-" + id.substr(4, 4) + "-" + id.substr(8);
  item.kind = kind;
  item.raised_ms = raised;
  item.page_after_ms = random.Below(kPageWithinMs);
  switch (rule.shown) {
    case Shown::kAtOnce: item.visible_ms = raised; break;
    case Shown::kWithinTenMinutes: item.visible_ms = raised + item.page_after_ms; break;
    case Shown::kNextSession: item.visible_ms = calendar.NextSession(raised); break;
  }
  item.due_ms = DueOf(rule.due, purpose, raised, calendar);
  item.named_officer_ms = rule.due == Due::kHours ? item.due_ms + kDeputyHasMs
                                                  : calendar.EndOfWorkingDay(item.due_ms, 1);
  return item;
}

std::variant<Acted, FieldError> Act(const InboxItem& item, const Action& action,
                                    const Person& person, TimeMs now) {
  if (!item.Visible(now)) {
    return Error("id", "there is no such item", "look it up with inbox list");
  }
  if (item.state() == ItemState::kDone) {
    return Error("id", "was decided before", "see by whom and why with inbox show");
  }
  if (auto error = CheckPerson(item, person)) return *error;
  const Decision* decision = DecisionOf(item, action.verb, action.outcome);
  if (decision == nullptr) {
    return Error("outcome", "is not one for this item", Choices(item));
  }
  if (auto error = CheckReason(*decision, action.reason)) return *error;
  const std::string outcome(decision->outcome);
  if (decision->two_people && std::ranges::any_of(item.steps, [&](const InboxItem::Step& step) {
        return step.outcome == outcome && step.ref == person.ref;
      })) {
    return Error("user", "said so before, and it takes a second person",
                 "have another lead officer look at it");
  }
  InboxItem next = item;
  next.steps.push_back({now, person.user, person.ref, outcome, action.reason});
  const bool done = next.state() == ItemState::kDone;
  return Acted{std::move(next), done ? decision->effect : Effect::kNone};
}

std::optional<Desk> PageDue(const InboxItem& item, TimeMs now) {
  if (item.state() == ItemState::kDone || now < item.raised_ms + item.page_after_ms ||
      !item.Visible(now)) {
    return std::nullopt;
  }
  const Desk desk = item.desk(now - item.page_after_ms);
  if (desk == Desk::kLeadOfficer && !RuleOf(item.kind).paged) return std::nullopt;
  if (item.paged && *item.paged >= desk) return std::nullopt;
  return desk;
}

}  // namespace whoelse
