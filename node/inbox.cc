#include "node/inbox.h"

#include <algorithm>
#include <iterator>

#include "node/trail.h"

namespace whoelse {
namespace {

constexpr TimeMs kHourMs = 3'600'000;
constexpr TimeMs kPageWithinMs = 600'000;
constexpr TimeMs kDeputyHasMs = kHourMs;   // of what is counted in hours
constexpr int kPatientWorkingDays = 5;

constexpr Duties kLeads = kLeadOfficers;
constexpr Duties kAndApprovers = kLeads | Duties{LocalRole::kApprover};
constexpr Duties kAndManagers = kLeads | Duties{LocalRole::kManager};
constexpr bool kReason = true, kNoReason = false, kTwoPeople = true, kOnePerson = false;

// domain.md: a person may withhold only for one of these two, and is held to the words of s16LA(3).
constexpr Choice kCallChoices[] = {
    {Verb::kDone, "contacted", kNoReason, kOnePerson, Effect::kNone},
    {Verb::kDone, "withheld", kReason, kOnePerson, Effect::kNone},
    {Verb::kDone, "not-relevant", kReason, kOnePerson, Effect::kNone}};
constexpr Choice kShieldChoices[] = {
    {Verb::kApprove, "confirmed", kNoReason, kOnePerson, Effect::kConfirmShield},
    // Without the second person, one who is bribed or deceived gives the child away.
    {Verb::kRefuse, "lifted", kReason, kTwoPeople, Effect::kLiftShield}};
// All at once, and for the same reason.
constexpr Choice kRestoredChoices[] = {
    {Verb::kRefuse, "lifted", kReason, kTwoPeople, Effect::kLiftRestored}};
constexpr Choice kConflictChoices[] = {
    {Verb::kDone, "settled", kReason, kTwoPeople, Effect::kSettleConflict}};
constexpr Choice kReviewChoices[] = {
    {Verb::kApprove, "justified", kNoReason, kOnePerson, Effect::kNone},
    {Verb::kRefuse, "not-justified", kReason, kOnePerson, Effect::kNone}};
constexpr Choice kApprovalChoices[] = {
    {Verb::kApprove, "approved", kNoReason, kOnePerson, Effect::kNone},
    {Verb::kRefuse, "refused", kReason, kOnePerson, Effect::kNone}};
// Of what has left already: to say no takes nothing back, so that people look into it.
constexpr Choice kAfterwardsChoices[] = {
    {Verb::kApprove, "approved", kNoReason, kOnePerson, Effect::kNone},
    {Verb::kRefuse, "refused", kReason, kOnePerson, Effect::kNotApproved}};
constexpr Choice kMonthChoices[] = {
    {Verb::kApprove, "recognised", kNoReason, kOnePerson, Effect::kNone},
    {Verb::kRefuse, "not-recognised", kReason, kOnePerson, Effect::kNotRecognised}};
// What the other agency answered; and what this one answers.
constexpr Choice kAnswerChoices[] = {
    {Verb::kApprove, "accepted", kReason, kOnePerson, Effect::kNone},
    {Verb::kRefuse, "not-accepted", kReason, kOnePerson, Effect::kNone},
    {Verb::kDone, "no-answer", kReason, kOnePerson, Effect::kNone}};
constexpr Choice kJustifyChoices[] = {
    {Verb::kApprove, "justified", kReason, kOnePerson, Effect::kNone},
    {Verb::kRefuse, "not-justified", kReason, kOnePerson, Effect::kNone}};
constexpr Choice kLookChoices[] = {
    {Verb::kDone, "looked-at", kReason, kOnePerson, Effect::kNone}};
// One mechanism and the same words, whatever the shield came from.
constexpr Choice kLiftChoices[] = {
    {Verb::kApprove, "kept", kNoReason, kOnePerson, Effect::kNone},
    {Verb::kRefuse, "lifted", kReason, kTwoPeople, Effect::kLiftOwnShield}};
constexpr Choice kLowerChoices[] = {
    {Verb::kApprove, "lowered", kReason, kTwoPeople, Effect::kLowerRestriction},
    {Verb::kRefuse, "kept", kReason, kOnePerson, Effect::kNone}};
constexpr Choice kOpeningChoices[] = {
    {Verb::kApprove, "approved", kReason, kTwoPeople, Effect::kNone},
    {Verb::kRefuse, "refused", kReason, kOnePerson, Effect::kNone}};
constexpr Choice kTakeChoices[] = {
    {Verb::kDone, "taken", kNoReason, kOnePerson, Effect::kNone}};
constexpr Choice kReportChoices[] = {
    {Verb::kDone, "prepared", kNoReason, kOnePerson, Effect::kNone},
    // What could harm the child or somebody else is told on a person's word only.
    {Verb::kDone, "put-back", kReason, kOnePerson, Effect::kNone}};

// shown, due, paged, decided by, choices
constexpr std::array<KindRule, kItemKindNames.size()> kRules = {{
    {Shown::kNextSession, Due::kByPurpose, false, kLeads, kCallChoices},
    {Shown::kWithinTenMinutes, Due::kHours, true, kLeads, kCallChoices},
    {Shown::kNextSession, Due::kByPurpose, false, kLeads, kCallChoices},
    {Shown::kWithinTenMinutes, Due::kNextWorkingDay, true, kLeads, kShieldChoices},
    {Shown::kNextSession, Due::kNextWorkingDay, false, kLeads, kReviewChoices},
    {Shown::kAtOnce, Due::kNextWorkingDay, true, kAndApprovers, kApprovalChoices},
    {Shown::kAtOnce, Due::kNoonNextWorkingDay, false, kAndApprovers, kAfterwardsChoices},
    {Shown::kAtOnce, Due::kNextWorkingDay, true, kAndApprovers, kApprovalChoices},
    {Shown::kAtOnce, Due::kNextWorkingDay, true, kLeads, kLookChoices},
    {Shown::kNextSession, Due::kNextWorkingDay, false, kLeads, kLookChoices},
    {Shown::kAtOnce, Due::kNextWorkingDay, true, kLeads, kLookChoices},
    {Shown::kNextSession, Due::kFiveWorkingDays, false, kLeads, kLookChoices},
    {Shown::kNextSession, Due::kFiveWorkingDays, false, kLeads, kLookChoices},
    {Shown::kNextSession, Due::kFiveWorkingDays, false, kLeads, kLookChoices},
    {Shown::kAtOnce, Due::kFiveWorkingDays, true, kLeads, kRestoredChoices},
    {Shown::kAtOnce, Due::kNextWorkingDay, false, kLeads, kConflictChoices},
    {Shown::kAtOnce, Due::kFiveWorkingDays, false, kLeads, kReportChoices},
    {Shown::kAtOnce, Due::kNextWorkingDay, true, kLeads, kLiftChoices},
    {Shown::kAtOnce, Due::kFiveWorkingDays, true, kLeads, kTakeChoices},
    {Shown::kAtOnce, Due::kNextWorkingDay, true, kLeads, kLookChoices},
    {Shown::kAtOnce, Due::kFiveWorkingDays, false, kAndManagers, kMonthChoices},
    {Shown::kAtOnce, Due::kNextWorkingDay, true, kLeads, kLookChoices},
    {Shown::kAtOnce, Due::kTwoWorkingDays, false, kLeads, kAnswerChoices},
    {Shown::kAtOnce, Due::kTwoWorkingDays, true, kAndManagers, kJustifyChoices},
    {Shown::kAtOnce, Due::kNextWorkingDay, true, kLeads, kOpeningChoices},
    {Shown::kAtOnce, Due::kNextWorkingDay, false, kLeads, kLookChoices},
    {Shown::kAtOnce, Due::kNextWorkingDay, true, kLeads, kLookChoices},
    {Shown::kAtOnce, Due::kNextWorkingDay, true, kLeads, kLowerChoices},
}};

// Two lead officers of the one would settle whose the other's record is.
bool SpeakForAll(const InboxItem::Step& a, const InboxItem::Step& b,
                 const std::vector<std::string>& organisations) {
  const auto speaks = [](const InboxItem::Step& step, const std::string& code) {
    return step.organisations.empty() ||
           std::ranges::find(step.organisations, code) != step.organisations.end();
  };
  return std::ranges::all_of(organisations, [&](const std::string& code) {
    return speaks(a, code) || speaks(b, code);
  });
}

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
    case Due::kTwoWorkingDays: return calendar.EndOfWorkingDay(raised, 2);
    case Due::kFiveWorkingDays: return calendar.EndOfWorkingDay(raised, kPatientWorkingDays);
    case Due::kByPurpose:
      return calendar.EndOfWorkingDay(raised, IsPatient(purpose) ? kPatientWorkingDays : 1);
  }
  return raised;
}

const Choice* ChoiceOf(const InboxItem& item, Verb verb, std::string_view outcome) {
  for (const Choice& choice : RuleOf(item.kind).choices) {
    if (choice.verb == verb && (verb != Verb::kDone || choice.outcome == outcome)) {
      return &choice;
    }
  }
  return nullptr;
}

const Choice* ChoiceOf(const InboxItem& item, std::string_view outcome) {
  for (const Choice& choice : RuleOf(item.kind).choices) {
    if (choice.outcome == outcome) return &choice;
  }
  return nullptr;
}

// "approve, or refuse with a reason"
std::string Choices(const InboxItem& item) {
  std::string text;
  for (const Choice& choice : RuleOf(item.kind).choices) {
    text += (text.empty() ? "use " : ", or ") + std::string(Name(choice.verb));
    if (choice.verb == Verb::kDone) text += " --outcome " + std::string(choice.outcome);
    if (choice.reason) text += " with --reason";
  }
  return text;
}

std::optional<FieldError> CheckActor(const InboxItem& item, const Actor& actor) {
  if (!DutyToDecide(actor, item)) {
    return Error("user", "is not a lead officer of this agency, and this is for one",
                 "ask a lead officer; [people] in the node's configuration says who is");
  }
  // Whoever stalks a child would approve, review and recognise their own questions.
  if (std::ranges::find(item.asked_by, actor.ref) != item.asked_by.end()) {
    return Error("user", "asked this, and nobody decides about their own question",
                 "leave it to another lead officer");
  }
  return std::nullopt;
}

std::optional<FieldError> CheckReason(const Choice& choice, const std::string& reason) {
  if (choice.reason && reason.find_first_not_of(' ') == std::string::npos) {
    return Error("reason", "is missing: this decision is recorded with one",
                 "say in a sentence why, or what was done");
  }
  return whoelse::CheckReason(reason);
}

}  // namespace

const KindRule& RuleOf(ItemKind kind) { return kRules[static_cast<size_t>(kind) - 1]; }

ItemState InboxItem::state() const {
  if (steps.empty()) return ItemState::kOpen;
  const Choice* choice = ChoiceOf(*this, steps.back().outcome);
  if (choice == nullptr || !choice->two_people) return ItemState::kDone;
  const bool two = std::ranges::any_of(steps, [&](const Step& step) {
    return step.outcome == steps.back().outcome && step.ref != steps.back().ref &&
           SpeakForAll(step, steps.back(), organisations);
  });
  return two ? ItemState::kDone : ItemState::kSecondPerson;
}

TimeMs InboxItem::DecidedOr(TimeMs now) const {
  return state() == ItemState::kDone ? steps.back().at_ms : now;
}

Desk InboxItem::desk(TimeMs now) const {
  const TimeMs at = DecidedOr(now);
  if (at > named_officer_ms) return Desk::kNamedOfficer;
  if (at > due_ms) return Desk::kDeputy;
  return manager ? Desk::kManager : Desk::kLeadOfficer;
}

bool Concerns(const InboxItem& item, const Organisations& theirs) {
  // About the node itself: for the lead officers of each organisation.
  constexpr ItemKind kEverybodys[] = {ItemKind::kLogAlarm, ItemKind::kLedgerToTake,
                                      ItemKind::kLedgerLost, ItemKind::kClockUnconfirmed};
  if (std::ranges::find(kEverybodys, item.kind) != std::end(kEverybodys)) return !theirs.none();
  return theirs.HasAny(item.organisations);
}

std::optional<LocalRole> DutyToDecide(const Actor& actor, const InboxItem& item) {
  // One school of a hub would learn what is asked about another's pupils.
  if (!Concerns(item, actor.organisations)) return std::nullopt;
  // Of managers, only the one whose people it is about.
  Duties duties = RuleOf(item.kind).decided_by;
  if (item.manager != actor.ref) duties = duties.Without(LocalRole::kManager);
  return duties.FirstOf(actor.roles);
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
                                    const Actor& actor, TimeMs now) {
  if (!item.Visible(now) || !Concerns(item, actor.organisations)) {
    return Error("id", "there is no such item", "look it up with inbox list");
  }
  if (item.state() == ItemState::kDone) {
    return Error("id", "was decided before", "see by whom and why with inbox show");
  }
  if (auto error = CheckActor(item, actor)) return *error;
  const Choice* choice = ChoiceOf(item, action.verb, action.outcome);
  if (choice == nullptr) {
    return Error("outcome", "is not one for this item", Choices(item));
  }
  if (auto error = CheckReason(*choice, action.reason)) return *error;
  const std::string outcome(choice->outcome);
  if (choice->two_people && std::ranges::any_of(item.steps, [&](const InboxItem::Step& step) {
        return step.outcome == outcome && step.ref == actor.ref;
      })) {
    return Error("user", "said so before, and it takes a second person",
                 "have another lead officer look at it");
  }
  InboxItem next = item;
  next.steps.push_back({now, actor.user, actor.ref, outcome, action.reason});
  std::ranges::copy_if(item.organisations, std::back_inserter(next.steps.back().organisations),
                       [&](const std::string& code) { return actor.organisations.Has(code); });
  if (item.state() == ItemState::kSecondPerson && next.state() == ItemState::kSecondPerson) {
    return Error("user", "acts for the organisation that has said so before, and it takes the other",
                 "have a lead officer of the other one look at it, or one who acts for all");
  }
  const Effect effect = EffectOf(next);
  return Acted{std::move(next), effect};
}

Effect EffectOf(const InboxItem& item) {
  if (item.state() != ItemState::kDone) return Effect::kNone;
  const Choice* choice = ChoiceOf(item, item.steps.back().outcome);
  return choice == nullptr ? Effect::kNone : choice->effect;
}

std::optional<Desk> PageDue(const InboxItem& item, TimeMs now) {
  if (item.state() == ItemState::kDone || now < item.raised_ms + item.page_after_ms ||
      !item.Visible(now)) {
    return std::nullopt;
  }
  const Desk desk = item.desk(now - item.page_after_ms);
  if (desk <= Desk::kLeadOfficer && !RuleOf(item.kind).paged) return std::nullopt;
  if (item.paged && *item.paged >= desk) return std::nullopt;
  return desk;
}

}  // namespace whoelse
