// A second person's word: for one question, once, for a day.
#include "node/approval.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "nlohmann/json.hpp"
#include "node/inbox_document.h"
#include "tests/node/inbox_maker.h"

namespace whoelse {
namespace {

using testing::HasSubstr;
using testing::Not;

const TimeMs kAsked = At(20261123, 10), kApproved = At(20261123, 11);

QuestionToApprove Question() {
  QuestionToApprove question;
  question.practitioner = ActorOf("carol").ref;
  question.purpose = Purpose::kConcern;
  question.case_reference = "C-1";
  question.subject[0] = {KeyType::kNhsNumber, "9990000018"};
  question.born = 20150302;
  return question;
}
InboxItem Asked(const QuestionToApprove& question = Question()) {
  SeededRandom random(7);
  return ApprovalItem(question, kAsked, TestCalendar(), random);
}
InboxItem Decided(const InboxItem& item, Verb verb) {
  Actor approver = ActorOf("dan");
  approver.roles = {LocalRole::kApprover};
  return std::get<Acted>(Act(item, {verb, "", "why"}, approver, kApproved)).item;
}
std::string WhyNot(const InboxItem& item, const QuestionToApprove& question, TimeMs now) {
  const auto result = ApproverOf(item, question, now);
  return result.index() == 0 ? "" : std::get<FieldError>(result).reason;
}

TEST(Approval, OfTheQuestionThatWasAskedFor) {
  const InboxItem approved = Decided(Asked(), Verb::kApprove);
  const auto approver = ApproverOf(approved, Question(), kApproved);
  ASSERT_EQ(approver.index(), 0u);
  EXPECT_EQ(std::get<PersonRef>(approver), ActorOf("dan").ref);
  EXPECT_EQ(WhyNot(approved, Question(), kApproved + kApprovalHoldsMs), "");
  EXPECT_THAT(WhyNot(approved, Question(), kApproved + kApprovalHoldsMs + 1), HasSubstr("24 hours"));
  EXPECT_THAT(WhyNot(Asked(), Question(), kApproved), HasSubstr("was not given"));
  EXPECT_THAT(WhyNot(Decided(Asked(), Verb::kRefuse), Question(), kApproved),
              HasSubstr("was not given"));
  EXPECT_THAT(WhyNot(Used(approved, kApproved), Question(), kApproved), HasSubstr("used before"));
}

TEST(Approval, OfNoOtherQuestion) {
  const std::function<void(QuestionToApprove&)> changes[] = {
      [](auto& q) { q.practitioner = ActorOf("erin").ref; },
      [](auto& q) { q.purpose = Purpose::kEarlyHelp; },
      [](auto& q) { q.shield_notice = true; },
      [](auto& q) { q.case_reference = "C-2"; },
      [](auto& q) { q.subject[0].value = "9990000026"; },
      [](auto& q) { q.subject[1] = {KeyType::kUpn, "A123456789012"}; },
      [](auto& q) { q.born = 20150303; }};
  const InboxItem approved = Decided(Asked(), Verb::kApprove);
  for (const auto& change : changes) {
    QuestionToApprove other = Question();
    change(other);
    EXPECT_THAT(WhyNot(approved, other, kApproved), HasSubstr("not for this question"));
  }
  EXPECT_THAT(WhyNot(ItemOf(ItemKind::kBrokered), Question(), kApproved),
              HasSubstr("not for this question"));
}

TEST(Approval, WhoAskedDoesNotApprove) {
  const auto own = Act(Asked(), {Verb::kApprove, "", ""}, ActorOf("carol"), kApproved);
  ASSERT_TRUE(std::holds_alternative<FieldError>(own));
  EXPECT_EQ(std::get<FieldError>(own).field, "user");
}

TEST(Approval, AShieldNoticeIsAnItemOfItsOwn) {
  QuestionToApprove notice = Question();
  notice.shield_notice = true;
  EXPECT_EQ(Asked(notice).kind, ItemKind::kShieldToSend);
  EXPECT_EQ(WhyNot(Decided(Asked(notice), Verb::kApprove), notice, kApproved), "");
}

// Whoever reads the inbox, or its bytes, learns of no child.
TEST(Approval, TheItemNamesNobody) {
  const InboxItem item = Asked();
  EXPECT_THAT(item.about, Not(HasSubstr("9990000018")));
  EXPECT_THAT(item.about, HasSubstr("C-1"));
  ASSERT_FALSE(item.fingerprint.empty());
  const std::string page = ItemPage(item, kAsked).dump();
  EXPECT_THAT(page, HasSubstr("C-1"));
  EXPECT_THAT(page, Not(HasSubstr(item.fingerprint)));
}

}  // namespace
}  // namespace whoelse
