// What may be asked: every rule of domain.md's table, and that an error names the field and never
// what was typed.
#include "node/asking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/node/federation.h"

namespace whoelse {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class AskingTest : public ::testing::Test {
 protected:
  AskingTest() {
    input_.nhs_number = kChild;
    input_.born = "2015-03-14";
    input_.purpose = "section-17";
    input_.case_reference = "CASE 4711";
    input_.does_not_know_them = true;
    asker_.practitioner_ref.data()[0] = 1;
    asker_.roles = {Role::kPractitioner, Role::kSafeguardingLead, Role::kOutOfHours};
  }
  whoelse::Planned Plan() {
    std::vector<Record> held(holds_ ? std::max<size_t>(1, upns_.size()) : 0);
    for (size_t i = 0; i < held.size(); ++i) {
      held[i].nhs_number = *NhsNumber::Parse(kChild);
      if (i < upns_.size()) held[i].upn = *Upn::Parse(upns_[i]);
    }
    return PlanQuestion(input_, asker_, *RosterOf(7), agency_, held, *Date::FromYmd(20270115));
  }
  AskPlan Planned() {
    const auto plan = Plan();
    if (const auto* planned = std::get_if<AskPlan>(&plan)) return *planned;
    ADD_FAILURE() << "not planned: " << Wrong();
    return {};
  }
  // The field to put right; empty when there is none.
  std::string Wrong() {
    const auto plan = Plan();
    const auto* error = std::get_if<FieldError>(&plan);
    if (const auto* needs = std::get_if<NeedsApproval>(&plan)) error = &needs->error;
    if (error == nullptr) return "";
    EXPECT_FALSE(error->reason.empty());
    EXPECT_FALSE(error->remedy.empty());
    return error->field;
  }

  AskInput input_;
  Asker asker_;
  AgencyId agency_ = kSocialCare;
  bool holds_ = false;
  std::vector<const char*> upns_;   // of what is held, one record each
};

// A school that has no number for the child knows it by the UPN.
TEST_F(AskingTest, AsksByTheUpnTooWhereThisAgencyKnowsIt) {
  holds_ = true;
  EXPECT_EQ(Planned().statement.subject[1], SubjectEntry{});
  const SubjectEntry known{KeyType::kUpn, kUpn};
  upns_ = {kUpn};
  EXPECT_EQ(Planned().statement.subject[1], known);
  upns_ = {kUpn, kOtherUpn};   // its own records do not agree
  EXPECT_EQ(Planned().statement.subject[1], SubjectEntry{});
  input_.upn = kOtherUpn;      // what was typed stays
  EXPECT_EQ(Planned().statement.subject[1], (SubjectEntry{KeyType::kUpn, kOtherUpn}));
  input_.upn = "B123456789012";
  EXPECT_EQ(Wrong(), "upn");
}

TEST_F(AskingTest, BecomesAStatementThatParses) {
  Statement statement = Planned().statement;
  EXPECT_EQ(statement.agency, kSocialCare);
  EXPECT_EQ(statement.relays, (std::array<CoordinatorId, 2>{kRelay, kOtherRelay}));
  EXPECT_EQ(statement.organisation, "E10000099");
  EXPECT_EQ(statement.practitioner_ref, asker_.practitioner_ref);
  EXPECT_TRUE(statement.approver_ref.IsZero());
  EXPECT_EQ(statement.role, Role::kPractitioner);
  EXPECT_EQ(statement.purpose, Purpose::kSection17);
  EXPECT_EQ(statement.power, Power::kCa1989S17);
  EXPECT_EQ(statement.article6, Article6::kPublicTask);
  EXPECT_EQ(statement.article9, Article9::kSafeguarding);
  EXPECT_EQ(statement.flags, 0);
  EXPECT_EQ(statement.born, kBorn);
  EXPECT_EQ(statement.subject[0], (SubjectEntry{KeyType::kNhsNumber, kChild}));
  EXPECT_EQ(statement.subject[1], SubjectEntry{});
  EXPECT_TRUE(Statement::Parse(statement.Serialize()).ok());
  EXPECT_EQ(Planned().case_reference, "CASE 4711");
}

TEST_F(AskingTest, AtAHubItIsAskedForTheAskersOrganisation) {
  asker_.organisation = "100001";
  EXPECT_EQ(Planned().statement.organisation, "100001");
  asker_.caps_for_it.questions = 1;
  EXPECT_EQ(Planned().counts_for_it.questions, 1u);
  asker_.today_for_it.questions = 1;
  EXPECT_TRUE(std::holds_alternative<UsedUp>(Plan()));
  // Of another organisation nothing is used up by that.
  asker_.today_for_it = {};
  asker_.today.questions = 1;
  EXPECT_EQ(Planned().counts.questions, 2u);
  EXPECT_EQ(Planned().counts_for_it.questions, 1u);
}

TEST_F(AskingTest, TheChildByNumberUpnOrBoth) {
  input_.nhs_number = "999 000 0018";
  input_.upn = "a123456789012";
  EXPECT_EQ(Planned().statement.subject[0].value, kChild);
  EXPECT_EQ(Planned().statement.subject[1], (SubjectEntry{KeyType::kUpn, kUpn}));
  input_.nhs_number.clear();
  EXPECT_EQ(Planned().statement.subject[0], SubjectEntry{});
  input_.upn.clear();
  EXPECT_EQ(Wrong(), "nhs-number");
  input_.nhs_number = "9990000017";
  EXPECT_EQ(Wrong(), "nhs-number");
  input_.nhs_number = kChild;
  input_.upn = "A12345678901";
  EXPECT_EQ(Wrong(), "upn");
}

TEST_F(AskingTest, OnlyPurposesOfTheAgency) {
  for (const std::string_view name : kPurposeNames) {
    input_.purpose = std::string(name);
    for (AgencyId agency : {kSurgery, kSocialCare, kPolice}) {
      agency_ = agency;
      holds_ = true;
      asker_.roles = {Role::kSafeguardingLead};
      input_.role = "safeguarding lead";
      input_.reason = "injured-or-ill";
      const bool may = RosterOf(7)->FindAgency(agency)->MayAsk(*PurposeByName(name));
      EXPECT_EQ(Wrong(), may ? "" : "purpose") << name << " by " << agency;
    }
  }
  for (const char* purpose : {"", "immigration", "vetting", "Section-17"}) {
    input_.purpose = purpose;
    EXPECT_EQ(Wrong(), "purpose");
  }
}

TEST_F(AskingTest, WhoMustHoldTheChildOrHaveItApproved) {
  input_.purpose = "coordination";
  EXPECT_EQ(Wrong(), "purpose");
  input_.role = "out-of-hours practitioner";
  EXPECT_EQ(Wrong(), "purpose");   // no approval helps
  holds_ = true;
  EXPECT_EQ(Wrong(), "");
  for (const char* purpose : {"early-help", "concern"}) {
    input_.purpose = purpose;
    input_.role = "safeguarding lead";
    holds_ = true;
    EXPECT_EQ(Wrong(), "") << purpose;
    EXPECT_EQ(Planned().statement.flags, 0);
    holds_ = false;
    EXPECT_EQ(Wrong(), "approval") << purpose;
    input_.role = "out-of-hours practitioner";
    EXPECT_EQ(Planned().statement.flags, kFlagOutOfHours | kFlagApprovalToFollow) << purpose;
  }
  for (const char* purpose : {"section-17", "section-47", "missing-child"}) {
    input_.purpose = purpose;
    EXPECT_EQ(Planned().statement.flags, kFlagOutOfHours) << purpose;
  }
}

TEST_F(AskingTest, CaseReferences) {
  input_.case_reference.clear();
  input_.role = "safeguarding lead";
  input_.reason = "self-harm";
  holds_ = true;
  const std::map<std::string, std::string> wrong = {
      {"coordination", ""},   {"early-help", ""},        {"concern", "case"},
      {"section-17", "case"}, {"section-47", "case"},    {"missing-child", "case"},
      {"emergency", ""}};
  for (const auto& [purpose, field] : wrong) {
    input_.purpose = purpose;
    EXPECT_EQ(Wrong(), field) << purpose;
  }
  agency_ = kPolice;
  input_.purpose = "youth-justice";
  EXPECT_EQ(Wrong(), "case");
}

TEST_F(AskingTest, RolesAreThePersonsOwn) {
  asker_.roles = {Role::kPractitioner};
  EXPECT_EQ(Wrong(), "");
  input_.role = "practitioner";
  EXPECT_EQ(Wrong(), "");
  for (const char* role : {"safeguarding lead", "out-of-hours practitioner", "the node itself",
                           "administrator"}) {
    input_.role = role;
    EXPECT_EQ(Wrong(), "role") << role;
  }
  input_.role.clear();
  asker_.roles.clear();
  EXPECT_EQ(Wrong(), "role");
  // Nobody asks as the node, even where the list of roles says so.
  asker_.roles = {Role::kNodeItself};
  input_.role = "the node itself";
  EXPECT_EQ(Wrong(), "role");
}

TEST_F(AskingTest, AConcernIsForASafeguardingRole) {
  input_.purpose = "concern";
  holds_ = true;
  EXPECT_EQ(Wrong(), "role");
  input_.role = "safeguarding lead";
  EXPECT_EQ(Wrong(), "");
}

TEST_F(AskingTest, AnEmergencyHasAReasonAndMayLackTheBirthDate) {
  input_.purpose = "emergency";
  input_.born.clear();
  EXPECT_EQ(Wrong(), "reason");
  input_.reason = "curious";
  EXPECT_EQ(Wrong(), "reason");
  for (const std::string_view reason : kEmergencyReasons) {
    input_.reason = std::string(reason);
    EXPECT_EQ(Planned().reason, reason);
    EXPECT_EQ(Planned().statement.born, 0u);
  }
}

TEST_F(AskingTest, BirthDates) {
  for (const char* born : {"", "2015-02-30", "yesterday", "2027-01-16"}) {
    input_.born = born;
    EXPECT_EQ(Wrong(), "born") << born;
  }
  input_.born = "2027-01-15";   // today
  EXPECT_EQ(Planned().statement.born, 20270115u);
}

TEST_F(AskingTest, TheBasisFollowsPurposeAndStanding) {
  struct Case {
    AgencyId agency;
    const char* purpose;
    Power power;
    Article6 article6;
  };
  holds_ = true;
  input_.role = "safeguarding lead";
  for (const Case& c : std::vector<Case>{
           {kSocialCare, "coordination", Power::kCa2004S16La, Article6::kLegalObligation},
           {kSocialCare, "section-47", Power::kCa1989S47, Article6::kPublicTask},
           {kPolice, "youth-justice", Power::kCda1998S115, Article6::kPublicTask},
           {kSharedNode, "coordination", Power::kCa2004S10, Article6::kPublicTask}}) {
    agency_ = c.agency;
    input_.purpose = c.purpose;
    EXPECT_EQ(Planned().statement.power, c.power) << c.purpose;
    EXPECT_EQ(Planned().statement.article6, c.article6) << c.purpose;
  }
}

TEST_F(AskingTest, AnotherBasisMayBeGiven) {
  input_.power = "ca2004-s11";
  EXPECT_EQ(Planned().statement.power, Power::kCa2004S11);
  EXPECT_EQ(Planned().statement.article6, Article6::kPublicTask);
  input_.article6 = "6(1)(c)";
  input_.article9 = "9(2)(h)";
  EXPECT_EQ(Planned().statement.article6, Article6::kLegalObligation);
  EXPECT_EQ(Planned().statement.article9, Article9::kHealthCare);
  input_.power = "cda1998-s115";
  EXPECT_EQ(Wrong(), "power");
  for (const auto& [field, text] : std::vector<std::pair<std::string, std::string>>{
           {"power", "consent"}, {"article6", "6(1)(a)"}, {"article9", "9(2)(a)"}}) {
    AskInput& input = input_;
    input.power = input.article6 = input.article9 = "";
    (field == "power" ? input.power : field == "article6" ? input.article6 : input.article9) = text;
    EXPECT_EQ(Wrong(), field);
  }
}

TEST_F(AskingTest, AnApprovalIsInTheStatement) {
  input_.purpose = "early-help";
  asker_.approver = PersonRef();
  asker_.approver->data()[0] = 2;
  EXPECT_EQ(Planned().statement.flags, kFlagApproved);
  EXPECT_EQ(Planned().statement.approver_ref, *asker_.approver);
  EXPECT_TRUE(Statement::Parse(Planned().statement.Serialize()).ok());
  asker_.approver = asker_.practitioner_ref;
  EXPECT_EQ(Wrong(), "approval");
}

TEST_F(AskingTest, QuestionsAreCountedAndUsedUp) {
  asker_.today.questions = 19;
  EXPECT_EQ(Planned().counts.questions, 20u);
  asker_.today.questions = 20;
  EXPECT_TRUE(std::holds_alternative<UsedUp>(Plan()));
  input_.case_reference.clear();   // what can be put right is said first
  EXPECT_EQ(Wrong(), "case");
}

TEST_F(AskingTest, AShieldNoticeIsOfWhoHoldsTheChild) {
  input_ = {};
  input_.does_not_know_them = true;
  input_.nhs_number = kChild;
  input_.shield_notice = true;
  agency_ = kSharedNode;
  EXPECT_EQ(Wrong(), "nhs-number");
  holds_ = true;
  asker_.approver = PersonRef();
  asker_.approver->data()[0] = 2;
  EXPECT_EQ(Planned().statement.flags, kFlagShieldNotice | kFlagApproved);
  EXPECT_TRUE(Statement::Parse(Planned().statement.Serialize()).ok());
}

// What the second person decides about is this question and no other.
TEST_F(AskingTest, OnlyASecondPersonIsMissing) {
  input_.purpose = "early-help";
  input_.case_reference = "C-77";
  const auto plan = Plan();
  const auto* needs = std::get_if<NeedsApproval>(&plan);
  ASSERT_NE(needs, nullptr);
  EXPECT_EQ(needs->error.field, "approval");
  EXPECT_EQ(needs->question.practitioner, asker_.practitioner_ref);
  EXPECT_EQ(needs->question.purpose, Purpose::kEarlyHelp);
  EXPECT_FALSE(needs->question.shield_notice);
  EXPECT_EQ(needs->question.case_reference, "C-77");
  EXPECT_EQ(needs->question.subject[0].value, kChild);
  EXPECT_EQ(needs->question.born, kBorn);
  input_.does_not_know_them = false;   // nobody is asked about a question that is not in order
  EXPECT_EQ(Wrong(), "i-do-not-know-them");
}

TEST_F(AskingTest, AWrongContactIsReportedWithAQuestion) {
  holds_ = true;
  EXPECT_EQ(Planned().statement.flags & kFlagContactWasWrong, 0);
  input_.contact_was_wrong = true;
  EXPECT_EQ(Planned().statement.flags & kFlagContactWasWrong, kFlagContactWasWrong);
  EXPECT_TRUE(Statement::Parse(Planned().statement.Serialize()).ok());
}

// Errors are logged and shown: the number that was mistyped is some child's.
TEST_F(AskingTest, ErrorsDoNotRepeatWhatWasTyped) {
  const auto told = [&] {
    auto plan = Plan();
    const FieldError& error = std::get<FieldError>(plan);
    return error.field + " " + error.reason + " " + error.remedy;
  };
  input_.nhs_number = "9990000017";
  EXPECT_THAT(told(), Not(HasSubstr("9990000017")));
  input_.nhs_number = kChild;
  input_.upn = "XYZZY";
  EXPECT_THAT(told(), Not(HasSubstr("XYZZY")));
  input_.upn.clear();
  input_.born = "31/02/2015";
  EXPECT_THAT(told(), Not(HasSubstr("31/02")));
  input_.born = "2015-03-14";
  input_.purpose = "XYZZY";
  EXPECT_THAT(told(), Not(HasSubstr("XYZZY")));
  input_.purpose = "section-17";
  input_.role = "XYZZY";
  EXPECT_THAT(told(), Not(HasSubstr("XYZZY")));
}

}  // namespace
}  // namespace whoelse
