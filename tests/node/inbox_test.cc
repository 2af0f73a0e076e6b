// Every kind of inbox item, every action, every person: a table, and what no sequence may reach.
#include "node/inbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "tests/node/inbox_maker.h"
#include "tests/support/seed.h"

namespace whoelse {
namespace {

using testing::HasSubstr;

struct KindCase {
  ItemKind kind;
  const char* done;        // outcomes of `done`, each with a blank after it
  const char* approve;     // "": there is none
  const char* refuse;
  bool refuse_takes_two;
  bool by_approver;
  Effect approved, refused;
  bool by_manager = false;
  bool approve_takes_two = false;
};
constexpr Effect kNothing = Effect::kNone;
const KindCase kKinds[] = {
    {ItemKind::kBrokered, "contacted withheld not-relevant ", "", "", false, false, kNothing, kNothing},
    {ItemKind::kUrgent, "contacted withheld not-relevant ", "", "", false, false, kNothing, kNothing},
    {ItemKind::kPossibleWrongChild, "contacted withheld not-relevant ", "", "", false, false, kNothing,
     kNothing},
    {ItemKind::kShieldNotice, "", "confirmed", "lifted", true, false, Effect::kConfirmShield,
     Effect::kLiftShield},
    {ItemKind::kEmergencyReview, "", "justified", "not-justified", false, false, kNothing, kNothing},
    {ItemKind::kApproval, "", "approved", "refused", false, true, kNothing, kNothing},
    {ItemKind::kApprovalAfterwards, "", "approved", "refused", false, true, kNothing,
     Effect::kNotApproved},
    {ItemKind::kShieldToSend, "", "approved", "refused", false, true, kNothing, kNothing},
    {ItemKind::kShieldSent, "looked-at ", "", "", false, false, kNothing, kNothing},
    {ItemKind::kPossibleFishing, "looked-at ", "", "", false, false, kNothing, kNothing},
    {ItemKind::kLogAlarm, "looked-at ", "", "", false, false, kNothing, kNothing},
    {ItemKind::kContactWasWrong, "looked-at ", "", "", false, false, kNothing, kNothing},
    {ItemKind::kTwoChildren, "looked-at ", "", "", false, false, kNothing, kNothing},
    {ItemKind::kPurposeNotAllowed, "looked-at ", "", "", false, false, kNothing, kNothing},
    {ItemKind::kRestored, "", "", "lifted", true, false, kNothing, Effect::kLiftRestored},
    {ItemKind::kIdentityConflict, "settled ", "", "", false, false, kNothing, kNothing},
    {ItemKind::kRightsRequest, "prepared put-back ", "", "", false, false, kNothing, kNothing},
    {ItemKind::kShieldToLift, "", "kept", "lifted", true, false, kNothing, Effect::kLiftOwnShield},
    {ItemKind::kLedgerToTake, "taken ", "", "", false, false, kNothing, kNothing},
    {ItemKind::kLedgerLost, "looked-at ", "", "", false, false, kNothing, kNothing},
    {ItemKind::kMonthlyQuestions, "", "recognised", "not-recognised", false, false, kNothing,
     Effect::kNotRecognised, true},
    {ItemKind::kNotRecognised, "looked-at ", "", "", false, false, kNothing, kNothing},
    {ItemKind::kJustificationAsked, "no-answer ", "accepted", "not-accepted", false, false, kNothing,
     kNothing},
    {ItemKind::kJustificationDue, "", "justified", "not-justified", false, false, kNothing, kNothing,
     true},
    {ItemKind::kOpeningToGive, "", "approved", "refused", false, false, kNothing, kNothing, false,
     true},
    {ItemKind::kClockUnconfirmed, "looked-at ", "", "", false, false, kNothing, kNothing},
    {ItemKind::kNotApproved, "looked-at ", "", "", false, false, kNothing, kNothing},
    {ItemKind::kRestrictionToLower, "", "lowered", "kept", false, false, kNothing, kNothing, false,
     true},
};
const char* const kOutcomesOfDone[] = {"contacted", "withheld", "not-relevant", "looked-at",
                                       "settled", "prepared", "put-back", "taken", "no-answer"};

std::variant<Acted, FieldError> Do(const InboxItem& item, Verb verb, const char* outcome,
                                   const Actor& person, const char* reason = "told by the school") {
  return Act(item, {verb, outcome, reason}, person, item.visible_ms);
}
bool Works(const std::variant<Acted, FieldError>& result) { return result.index() == 0; }

// The table above against the production one, cell by cell.
TEST(Inbox, EveryKindTakesItsActionsAndNoOther) {
  ASSERT_EQ(std::size(kKinds), kItemKindNames.size());
  const Actor lead = ActorOf("alice");
  for (const KindCase& c : kKinds) {
    SCOPED_TRACE(Name(c.kind));
    const InboxItem item = ItemOf(c.kind);
    for (const char* outcome : kOutcomesOfDone) {
      const bool listed =
          std::string_view(c.done).find(std::string(outcome) + " ") != std::string_view::npos;
      EXPECT_EQ(Works(Do(item, Verb::kDone, outcome, lead)), listed) << outcome;
    }
    for (const char* outcome : {"", "approved", "confirmed", "lifted", "justified"}) {
      EXPECT_FALSE(Works(Do(item, Verb::kDone, outcome, lead))) << outcome;
    }
    const auto approved = Do(item, Verb::kApprove, "", lead);
    ASSERT_EQ(Works(approved), *c.approve != '\0');
    if (Works(approved)) {
      const Acted& acted = std::get<Acted>(approved);
      EXPECT_EQ(acted.effect, c.approved);
      EXPECT_EQ(acted.item.steps.back().outcome, c.approve);
      EXPECT_EQ(acted.item.state(),
                c.approve_takes_two ? ItemState::kSecondPerson : ItemState::kDone);
    }
    const auto refused = Do(item, Verb::kRefuse, "", lead);
    ASSERT_EQ(Works(refused), *c.refuse != '\0');
    if (Works(refused)) {
      const Acted& acted = std::get<Acted>(refused);
      EXPECT_EQ(acted.effect, c.refuse_takes_two ? Effect::kNone : c.refused);
      EXPECT_EQ(acted.item.steps.back().outcome, c.refuse);
      EXPECT_EQ(acted.item.state(),
                c.refuse_takes_two ? ItemState::kSecondPerson : ItemState::kDone);
    }
  }
}

TEST(Inbox, OnlyWhoHasTheDutyDecides) {
  const std::vector<std::vector<LocalRole>> all = {
      {}, {LocalRole::kApprover}, {LocalRole::kLeadOfficer}, {LocalRole::kDeputy},
      {LocalRole::kNamedOfficer}, {LocalRole::kRecordManager}, {LocalRole::kManager}};
  for (const KindCase& c : kKinds) {
    for (const auto& roles : all) {
      Actor person = ActorOf("alice");
      person.roles = roles;
      const bool lead = !roles.empty() && kLeadOfficers.Has(roles[0]);
      const bool approver = !roles.empty() && roles[0] == LocalRole::kApprover;
      const bool manager = !roles.empty() && roles[0] == LocalRole::kManager;
      // No manager's; this one's people; another's.
      for (const char* of : {"", "alice", "bob"}) {
        InboxItem item = ItemOf(c.kind);
        if (*of != '\0') item.manager = ActorOf(of).ref;
        const bool theirs = item.manager == person.ref;
        const bool may = lead || (approver && c.by_approver) || (manager && c.by_manager && theirs);
        const auto result = TheDecision(item, person);
        EXPECT_EQ(Works(result), may) << Name(c.kind) << " of " << of;
        if (!may) {
          EXPECT_EQ(std::get<FieldError>(result).field, "user");
        }
      }
    }
  }
}

TEST(Inbox, NobodyDecidesAboutWhatTheyAsked) {
  for (const KindCase& c : kKinds) {
    InboxItem item = ItemOf(c.kind);
    item.asked_by = {ActorOf("alice").ref};
    const auto own = TheDecision(item, ActorOf("alice"));
    ASSERT_FALSE(Works(own)) << Name(c.kind);
    EXPECT_THAT(std::get<FieldError>(own).reason, HasSubstr("their own question"));
    EXPECT_TRUE(Works(TheDecision(item, ActorOf("bob")))) << Name(c.kind);
  }
}

TEST(Inbox, AReasonIsRecordedWhereOneIsNeeded) {
  const Actor lead = ActorOf("alice");
  struct { ItemKind kind; Verb verb; const char* outcome; bool needed; } const cases[] = {
      {ItemKind::kBrokered, Verb::kDone, "contacted", false},
      {ItemKind::kBrokered, Verb::kDone, "withheld", true},
      {ItemKind::kUrgent, Verb::kDone, "not-relevant", true},
      {ItemKind::kShieldNotice, Verb::kApprove, "", false},
      {ItemKind::kShieldNotice, Verb::kRefuse, "", true},
      {ItemKind::kApproval, Verb::kApprove, "", false},
      {ItemKind::kApproval, Verb::kRefuse, "", true},
      {ItemKind::kEmergencyReview, Verb::kRefuse, "", true},
      {ItemKind::kLogAlarm, Verb::kDone, "looked-at", true},
  };
  for (const auto& c : cases) {
    for (const char* reason : {"", "   "}) {
      const auto result = Do(ItemOf(c.kind), c.verb, c.outcome, lead, reason);
      EXPECT_EQ(Works(result), !c.needed) << Name(c.kind) << c.outcome;
      if (c.needed) {
        EXPECT_EQ(std::get<FieldError>(result).field, "reason");
      }
    }
    const auto given = Do(ItemOf(c.kind), c.verb, c.outcome, lead, "the duty line said so");
    ASSERT_TRUE(Works(given));
    EXPECT_EQ(std::get<Acted>(given).item.steps.back().reason, "the duty line said so");
  }
  for (const std::string& bad : {std::string(1001, 'a'), std::string("two\nlines")}) {
    EXPECT_FALSE(Works(Do(ItemOf(ItemKind::kLogAlarm), Verb::kDone, "looked-at", lead, bad.c_str())));
  }
}

TEST(Inbox, ADecisionIsFinal) {
  for (const KindCase& c : kKinds) {
    InboxItem done = std::get<Acted>(TheDecision(ItemOf(c.kind), ActorOf("alice"))).item;
    if (done.state() == ItemState::kSecondPerson) {
      done = std::get<Acted>(TheDecision(done, ActorOf("carol"))).item;
    }
    ASSERT_EQ(done.state(), ItemState::kDone);
    const auto again = TheDecision(done, ActorOf("bob"));
    ASSERT_FALSE(Works(again));
    EXPECT_EQ(std::get<FieldError>(again).field, "id");
  }
}

TEST(Inbox, ALiftTakesTwoPeopleAndAConfirmationOne) {
  const InboxItem open = ItemOf(ItemKind::kShieldNotice);
  const Acted first = std::get<Acted>(Do(open, Verb::kRefuse, "", ActorOf("alice")));
  EXPECT_EQ(first.effect, Effect::kNone);
  const auto again = Do(first.item, Verb::kRefuse, "", ActorOf("alice"));
  ASSERT_FALSE(Works(again));
  EXPECT_THAT(std::get<FieldError>(again).reason, HasSubstr("second person"));
  const Acted second = std::get<Acted>(Do(first.item, Verb::kRefuse, "", ActorOf("bob")));
  EXPECT_EQ(second.effect, Effect::kLiftShield);
  EXPECT_EQ(second.item.state(), ItemState::kDone);
  // The stricter word wins, whoever says it.
  for (const char* who : {"alice", "bob"}) {
    const Acted confirmed = std::get<Acted>(Do(first.item, Verb::kApprove, "", ActorOf(who)));
    EXPECT_EQ(confirmed.effect, Effect::kConfirmShield);
    EXPECT_EQ(confirmed.item.state(), ItemState::kDone);
  }
}

// To a lead officer of another organisation of the hub an item is what one that is not there is.
TEST(Inbox, IsThereForItsOrganisationsAlone) {
  Actor theirs = ActorOf("alice"), others = ActorOf("bob"), nobodys = ActorOf("carol");
  theirs.organisations = Organisations::Only({"100001", "100003"});
  others.organisations = Organisations::Only({"100002"});
  nobodys.organisations = Organisations();
  const std::set<ItemKind> everybodys = {ItemKind::kLogAlarm, ItemKind::kLedgerToTake,
                                         ItemKind::kLedgerLost, ItemKind::kClockUnconfirmed};
  for (const KindCase& c : kKinds) {
    SCOPED_TRACE(Name(c.kind));
    InboxItem item = ItemOf(c.kind), hidden = item;
    hidden.visible_ms = item.visible_ms + 1;
    item.organisations = {"100001"};
    const Choice& choice = RuleOf(c.kind).choices[0];
    const Action action{choice.verb,
                        choice.verb == Verb::kDone ? std::string(choice.outcome) : "", "why"};
    EXPECT_TRUE(Works(Act(item, action, theirs, item.visible_ms)));
    EXPECT_TRUE(Works(Act(item, action, ActorOf("root"), item.visible_ms)));
    EXPECT_EQ(DutyToDecide(others, item).has_value(), everybodys.contains(c.kind));
    EXPECT_FALSE(DutyToDecide(nobodys, item));
    const auto refused = Act(item, action, nobodys, item.visible_ms);
    EXPECT_EQ(std::get<FieldError>(refused),
              std::get<FieldError>(Act(hidden, action, nobodys, item.visible_ms)));
    // Of an earlier version, or of what nobody can say whose it is.
    item.organisations.clear();
    EXPECT_EQ(Works(Act(item, action, theirs, item.visible_ms)), everybodys.contains(c.kind));
    EXPECT_TRUE(Works(Act(item, action, ActorOf("root"), item.visible_ms)));
  }
}

// Each of two schools says whose its record is. Who acts for both is either, and one person still.
TEST(Inbox, WhatIsAboutTwoOrganisationsTakesOneOfEach) {
  InboxItem open = ItemOf(ItemKind::kIdentityConflict);
  open.organisations = {"100001", "100002"};
  const auto of = [](const char* name, OrganisationCodes codes) {
    Actor actor = ActorOf(name);
    actor.organisations = Organisations::Only(std::move(codes));
    return actor;
  };
  const Actor alice = of("alice", {"100001"}), amy = of("amy", {"100001", "100003"}),
              bob = of("bob", {"100002"}), both = of("carol", {"100001", "100002"}),
              root = ActorOf("root");
  const auto settled = [](const InboxItem& item, const Actor& person) {
    return Do(item, Verb::kDone, "settled", person);
  };
  const std::vector<const Actor*> people = {&alice, &amy, &bob, &both, &root};
  for (const Actor* first : people) {
    for (const Actor* second : people) {
      SCOPED_TRACE(first->user + ", " + second->user);
      const Acted once = std::get<Acted>(settled(open, *first));
      EXPECT_EQ(once.item.state(), ItemState::kSecondPerson);
      const auto of_the_first = [&](const Actor* one) { return one == &alice || one == &amy; };
      const bool of_each = !(of_the_first(first) && of_the_first(second)) && first != second;
      const auto twice = settled(once.item, *second);
      ASSERT_EQ(Works(twice), of_each);
      if (of_each) {
        EXPECT_EQ(std::get<Acted>(twice).effect, Effect::kSettleConflict);
        continue;
      }
      EXPECT_EQ(std::get<FieldError>(twice).field, "user");
      // What did not count is not in the way of who does.
      EXPECT_EQ(Works(settled(once.item, bob)), first != &bob);
    }
  }
  // One decided by an earlier version stays so.
  InboxItem before = std::get<Acted>(settled(open, alice)).item;
  before.steps.push_back(before.steps[0]);
  before.steps[1].ref = amy.ref;
  for (InboxItem::Step& step : before.steps) step.organisations.clear();
  EXPECT_EQ(before.state(), ItemState::kDone);
}

// Whatever one person types, in whatever order and at whatever times.
TEST(Inbox, NoSequenceByOnePersonTakesARestrictionAway) {
  struct {
    ItemKind kind;
    const char* kept;   // what one person can say
  } const kinds[] = {{ItemKind::kShieldToLift, "kept"},
                     {ItemKind::kShieldNotice, "confirmed"},
                     {ItemKind::kRestrictionToLower, "kept"}};
  const uint64_t seed = SeedOr(20261122);
  SeededRandom random(seed);
  SCOPED_TRACE("WHOELSE_SEED=" + std::to_string(seed));
  for (int run = 0; run < 2'000; ++run) {
    const auto& [kind, kept] = kinds[random.Below(std::size(kinds))];
    InboxItem item = ItemOf(kind);
    Actor person = ActorOf("alice");
    person.roles = {LocalRole::kLeadOfficer, LocalRole::kDeputy, LocalRole::kNamedOfficer,
                    LocalRole::kApprover};
    TimeMs now = item.raised_ms;
    for (int step = 0; step < 12; ++step) {
      now += random.Below(4ull * 86'400'000);
      const Action action{static_cast<Verb>(1 + random.Below(3)),
                          std::array{"", "lifted", "confirmed", "looked-at"}[random.Below(4)],
                          random.Below(2) == 0 ? "" : "a reason"};
      person.user = random.Below(2) == 0 ? "local:alice" : "local:alice-again";   // one person still
      const auto result = Act(item, action, person, now);
      if (!Works(result)) continue;
      ASSERT_NE(std::get<Acted>(result).effect, Effect::kLiftShield);
      ASSERT_NE(std::get<Acted>(result).effect, Effect::kLiftOwnShield);
      ASSERT_NE(std::get<Acted>(result).effect, Effect::kLowerRestriction);
      item = std::get<Acted>(result).item;
    }
    if (item.state() == ItemState::kDone) {
      ASSERT_EQ(item.steps.back().outcome, kept);
    }
  }
}

struct MomentCase {
  ItemKind kind;
  std::optional<Purpose> purpose;
  TimeMs raised, visible, due, named;   // visible 0: within ten minutes
};

TEST(Inbox, ShowsAndExpectsInTime) {
  const TimeMs monday = At(20261123, 10), friday_night = At(20261127, 23);
  const MomentCase cases[] = {
      {ItemKind::kBrokered, Purpose::kSection17, monday, At(20261123, 13, 30), At(20261124, 17),
       At(20261125, 17)},
      {ItemKind::kBrokered, Purpose::kCoordination, monday, At(20261123, 13, 30), At(20261130, 17),
       At(20261201, 17)},
      {ItemKind::kBrokered, Purpose::kEarlyHelp, friday_night, At(20261130, 9), At(20261204, 17),
       At(20261207, 17)},
      {ItemKind::kPossibleWrongChild, Purpose::kSection47, friday_night, At(20261130, 9),
       At(20261130, 17), At(20261201, 17)},
      {ItemKind::kUrgent, Purpose::kSection47, friday_night, 0, friday_night + 4 * 3'600'000,
       friday_night + 5 * 3'600'000},
      {ItemKind::kUrgent, Purpose::kEmergency, friday_night, 0, friday_night + 2 * 3'600'000,
       friday_night + 3 * 3'600'000},
      {ItemKind::kShieldNotice, Purpose::kConcern, friday_night, 0, At(20261130, 17),
       At(20261201, 17)},
      {ItemKind::kEmergencyReview, Purpose::kEmergency, friday_night, At(20261130, 9),
       At(20261130, 17), At(20261201, 17)},
      {ItemKind::kApprovalAfterwards, Purpose::kConcern, friday_night, friday_night,
       At(20261130, 12), At(20261201, 17)},
      {ItemKind::kLogAlarm, std::nullopt, monday, monday, At(20261124, 17), At(20261125, 17)},
      {ItemKind::kContactWasWrong, Purpose::kConcern, monday, At(20261123, 13, 30),
       At(20261130, 17), At(20261201, 17)},
  };
  SeededRandom random(20261122);
  for (const MomentCase& c : cases) {
    SCOPED_TRACE(Name(c.kind));
    const InboxItem item = NewItem(c.kind, c.purpose, c.raised, TestCalendar(), random);
    if (c.visible != 0) {
      EXPECT_EQ(item.visible_ms, c.visible);
    } else {
      EXPECT_GE(item.visible_ms, c.raised);
      EXPECT_LT(item.visible_ms, c.raised + 600'000);
    }
    EXPECT_EQ(item.due_ms, c.due);
    EXPECT_EQ(item.named_officer_ms, c.named);
    EXPECT_EQ(item.desk(c.due), Desk::kLeadOfficer);
    EXPECT_FALSE(item.Overdue(c.due));
    EXPECT_EQ(item.desk(c.due + 1), Desk::kDeputy);
    EXPECT_TRUE(item.Overdue(c.due + 1));
    EXPECT_EQ(item.desk(c.named + 1), Desk::kNamedOfficer);
  }
}

// What a question raised is neither shown, nor decided, nor paged at its own time.
TEST(Inbox, NothingOfAQuestionIsSeenBeforeItsMoment) {
  SeededRandom random(20261122);
  for (int i = 0; i < 3'000; ++i) {
    const TimeMs raised = At(20260601, 0) + random.Below(500ull * 86'400'000);
    const auto purpose = static_cast<Purpose>(1 + random.Below(kPurposeNames.size()));
    for (ItemKind kind : {ItemKind::kBrokered, ItemKind::kPossibleWrongChild}) {
      const InboxItem item = NewItem(kind, purpose, raised, TestCalendar(), random);
      ASSERT_EQ(item.visible_ms, TestCalendar().NextSession(raised));
      const TimeMs before = item.visible_ms - 1 - random.Below(item.visible_ms - raised);
      ASSERT_FALSE(item.Visible(before));
      ASSERT_FALSE(PageDue(item, before));
      const auto early = Act(item, {Verb::kDone, "contacted", ""}, ActorOf("alice"), before);
      ASSERT_FALSE(Works(early));
      ASSERT_EQ(std::get<FieldError>(early).reason, "there is no such item");
    }
  }
}

TEST(Inbox, UrgentPagesComeAtEveryMomentOfTenMinutes) {
  SeededRandom random(20261122);
  constexpr int kRuns = 6'000;
  std::array<int, 10> minutes{};
  for (int i = 0; i < kRuns; ++i) {
    const TimeMs raised = At(20261127, 2);
    const InboxItem item =
        NewItem(ItemKind::kUrgent, Purpose::kSection47, raised, TestCalendar(), random);
    const TimeMs at = raised + item.page_after_ms;
    EXPECT_FALSE(at > raised && PageDue(item, at - 1));
    EXPECT_EQ(PageDue(item, at), Desk::kLeadOfficer);
    ++minutes.at(item.page_after_ms / 60'000);
  }
  for (int count : minutes) EXPECT_NEAR(count, kRuns / 10, 150);   // 6 standard deviations
}

TEST(Inbox, PagesOnceADeskAndOnlyWhileOpen) {
  InboxItem item = ItemOf(ItemKind::kUrgent);
  const TimeMs after = item.page_after_ms;
  EXPECT_EQ(PageDue(item, item.raised_ms + after), Desk::kLeadOfficer);
  item.paged = Desk::kLeadOfficer;
  EXPECT_EQ(PageDue(item, item.due_ms + after), std::nullopt);
  EXPECT_EQ(PageDue(item, item.due_ms + after + 1), Desk::kDeputy);
  item.paged = Desk::kDeputy;
  EXPECT_EQ(PageDue(item, item.named_officer_ms + after), std::nullopt);
  EXPECT_EQ(PageDue(item, item.named_officer_ms + after + 1), Desk::kNamedOfficer);
  item.paged = Desk::kNamedOfficer;
  EXPECT_EQ(PageDue(item, item.named_officer_ms + 1'000 * after), std::nullopt);
  // A node that was down for a day pages whose desk it is now, once.
  item.paged.reset();
  EXPECT_EQ(PageDue(item, item.named_officer_ms + 86'400'000), Desk::kNamedOfficer);
  const InboxItem done = std::get<Acted>(TheDecision(item, ActorOf("alice"))).item;
  EXPECT_EQ(PageDue(done, item.named_officer_ms + 86'400'000), std::nullopt);
  // In working hours people look; they are paged when they did not.
  const InboxItem brokered = ItemOf(ItemKind::kBrokered);
  EXPECT_EQ(PageDue(brokered, brokered.due_ms), std::nullopt);
  EXPECT_EQ(PageDue(brokered, brokered.due_ms + brokered.page_after_ms + 1), Desk::kDeputy);
}

TEST(Inbox, OverdueIsJudgedWhenItIsDecided) {
  const InboxItem item = ItemOf(ItemKind::kUrgent);
  const auto at = [&](TimeMs now) {
    return std::get<Acted>(Act(item, {Verb::kDone, "contacted", ""}, ActorOf("alice"), now)).item;
  };
  EXPECT_FALSE(at(item.due_ms).Overdue(item.due_ms + 1'000'000));
  EXPECT_TRUE(at(item.due_ms + 1).Overdue(item.due_ms + 1));
}

}  // namespace
}  // namespace whoelse
