// Who may do what: the table, cell by cell, and what a refusal says.
#include "node/deed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace whoelse {
namespace {

using enum LocalRole;
using testing::HasSubstr;
using testing::Not;

const std::set<LocalRole> kLeads = {kLeadOfficer, kDeputy, kNamedOfficer};
const std::set<LocalRole> kRecords = {kRecordManager};
const std::set<LocalRole> kBoth = {kLeadOfficer, kDeputy, kNamedOfficer, kRecordManager};

const std::map<Deed, std::set<LocalRole>> kWho = {
    {Deed::kListRecords, kBoth},        {Deed::kBeginImport, kRecords},
    {Deed::kImportRecords, kRecords},   {Deed::kExportRecords, kRecords},
    {Deed::kEndRecord, kRecords},       {Deed::kSupersedeNumber, kRecords},
    {Deed::kCloseNumber, kBoth},        {Deed::kMergeRecord, kRecords},
    {Deed::kUnmergeRecord, kRecords},   {Deed::kEraseRecord, kBoth},
    {Deed::kLetRecordThrough, kLeads},  {Deed::kSetLead, kRecords},
    {Deed::kInbox, {kLeadOfficer, kDeputy, kNamedOfficer, kApprover, kManager}},
    {Deed::kReadSealed, kLeads},        {Deed::kTakeSealed, kLeads},
    {Deed::kLookWhoLooked, kLeads},     {Deed::kPrepareReport, kLeads},
    {Deed::kLiftShield, kLeads},        {Deed::kReadReceipt, kLeads},
    {Deed::kHandOver, {}},              {Deed::kLetPolicyThrough, kLeads},
    {Deed::kReadAnswer, {}},            {Deed::kAskAgain, {}},
    {Deed::kAskList, {}},               {Deed::kAddWatch, {}},
    {Deed::kEndWatch, kLeads},
    {Deed::kBackUp, {}},
    {Deed::kProposeOpening, kLeads},    {Deed::kExportOpening, kLeads},
    {Deed::kReadTrail, kLeads},
    {Deed::kAskToJustify, kLeads},      {Deed::kShowPractitioner, kLeads},
    {Deed::kTakePolicy, {}},            {Deed::kBeginTrail, {}},
    {Deed::kDoubtStore, {}}};

TEST(Deed, EachIsForItsDutiesAndNoOther) {
  ASSERT_EQ(kWho.size(), kDeedNames.size());
  for (const auto& [deed, who] : kWho) {
    for (size_t i = 1; i <= kLocalRoleNames.size(); ++i) {
      const auto role = static_cast<LocalRole>(i);
      EXPECT_EQ(DutiesFor(deed).Has(role), who.contains(role)) << Name(deed) << " " << Name(role);
    }
  }
}

TEST(Deed, TheDutyThatAllowsItIsThePersonsFirstOfThem) {
  const std::vector<LocalRole> roles = {kApprover, kRecordManager, kLeadOfficer};
  EXPECT_EQ(DutiesFor(Deed::kEraseRecord).FirstOf(roles), kRecordManager);
  EXPECT_EQ(DutiesFor(Deed::kReadSealed).FirstOf(roles), kLeadOfficer);
  EXPECT_EQ(DutiesFor(Deed::kReadSealed).FirstOf(std::vector{kApprover}), std::nullopt);
  EXPECT_EQ(DutiesFor(Deed::kReadSealed).FirstOf({}), std::nullopt);
}

TEST(Deed, AtAHubSomeAreTheWholeNodes) {
  const Organisations part = Organisations::Only({"100001"}), all = Organisations::All({"100001"});
  const std::set<Deed> whole = {Deed::kReadSealed, Deed::kTakeSealed, Deed::kReadTrail};
  for (const auto& [deed, who] : kWho) {
    EXPECT_FALSE(CheckReach(deed, all)) << Name(deed);
    EXPECT_EQ(CheckReach(deed, part).has_value(), whole.contains(deed)) << Name(deed);
    EXPECT_TRUE(CheckReach(deed, Organisations())) << Name(deed);
  }
  EXPECT_EQ(CheckReach(Deed::kReadTrail, part)->field, "user");
  EXPECT_THAT(CheckReach(Deed::kReadTrail, part)->remedy, HasSubstr("organisations = \"all\""));
}

TEST(Deed, ARefusalSaysForWhomItIs) {
  const FieldError refused = NoDutyFor(Deed::kImportRecords);
  EXPECT_EQ(refused.field, "user");
  EXPECT_THAT(refused.reason, HasSubstr("records-import: it is for record manager"));
  EXPECT_THAT(refused.reason, Not(HasSubstr("lead officer")));
  EXPECT_THAT(NoDutyFor(Deed::kEraseRecord).reason, HasSubstr("named officer, record manager"));
}

}  // namespace
}  // namespace whoelse
