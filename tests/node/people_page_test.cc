// The table of duties in docs/operating/people.md, against the ones by which the node works: what
// somebody may, and that nothing is allowed of which the page says nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "node/deed.h"
#include "node/inbox.h"
#include "tests/support/page_table.h"

namespace whoelse {
namespace {

using testing::IsEmpty;

// What the page says that somebody may, and the deeds that it means.
const std::map<std::string, std::set<Deed>> kMeant = {
    {"import, list, export and change records",
     {Deed::kBeginImport, Deed::kImportRecords, Deed::kListRecords, Deed::kExportRecords,
      Deed::kEndRecord, Deed::kSupersedeNumber, Deed::kCloseNumber, Deed::kMergeRecord,
      Deed::kUnmergeRecord, Deed::kEraseRecord, Deed::kSetLead}},
    {"decide in the inbox, and, two of them, take a restriction away, take a class anew, open a "
     "closed number or settle whose records are",
     {Deed::kInbox, Deed::kLiftShield}},
    {"read who asked about whom, take that out, prepare subject access",
     {Deed::kReadSealed, Deed::kTakeSealed, Deed::kLookWhoLooked, Deed::kPrepareReport}},
    {"list, close and erase records, and let through what is looser",
     {Deed::kListRecords, Deed::kCloseNumber, Deed::kEraseRecord, Deed::kLetRecordThrough,
      Deed::kLetPolicyThrough}},
    {"read everybody's receipts, and, two of them, open a question to an auditor",
     {Deed::kReadReceipt, Deed::kProposeOpening, Deed::kExportOpening}},
    {"see and end everybody's watches", {Deed::kEndWatch}},
    {"read the trail", {Deed::kReadTrail}},
    {"ask for and give justifications", {Deed::kAskToJustify, Deed::kShowPractitioner}},
    {"decide a colleague's question or notice, before it leaves or, of what was put alone at night, "
     "afterwards",
     {Deed::kInbox}},
    {"confirm their people's questions, record what justifies one", {Deed::kInbox}}};

// Of those who decide only some kinds.
const std::map<std::string, std::set<ItemKind>> kKindsMeant = {
    {"decide a colleague's question or notice, before it leaves or, of what was put alone at night, "
     "afterwards",
     {ItemKind::kApproval, ItemKind::kApprovalAfterwards, ItemKind::kShieldToSend}},
    {"confirm their people's questions, record what justifies one",
     {ItemKind::kMonthlyQuestions, ItemKind::kJustificationDue}}};

// Of each duty what the page says that it allows.
std::map<LocalRole, std::vector<std::string>> DutiesOfThePage() {
  std::map<LocalRole, std::vector<std::string>> duties;
  for (const auto& cells : TableOf("docs/operating/people.md", "| duty | may |")) {
    if (cells.size() != 2) {
      ADD_FAILURE() << cells.size();
      continue;
    }
    for (const std::string& name : InBackticks(cells[0])) {
      const auto role = LocalRoleByName(name);
      EXPECT_TRUE(role && duties.emplace(*role, Split(cells[1], "; ")).second) << name;
    }
  }
  return duties;
}

TEST(PeoplePage, EachDutyAllowsWhatThePageSaysAndNoMore) {
  const std::map<LocalRole, std::vector<std::string>> page = DutiesOfThePage();
  EXPECT_EQ(page.size(), kLocalRoleNames.size());
  std::set<std::string> unsaid;
  for (const auto& [words, deeds] : kMeant) unsaid.insert(words);
  for (const auto& [role, says] : page) {
    SCOPED_TRACE(Name(role));
    std::set<Deed> said, allowed;
    for (const std::string& words : says) {
      const auto meant = kMeant.find(words);
      ASSERT_NE(meant, kMeant.end()) << words;
      said.insert(meant->second.begin(), meant->second.end());
      unsaid.erase(words);
    }
    for (size_t i = 1; i <= kDeedNames.size(); ++i) {
      const auto deed = static_cast<Deed>(i);
      if (DutiesFor(deed).Has(role)) allowed.insert(deed);
    }
    EXPECT_EQ(said, allowed);
  }
  EXPECT_THAT(unsaid, IsEmpty());
}

TEST(PeoplePage, InTheInboxApproversAndManagersSeeNothingElse) {
  for (const auto& [role, says] : DutiesOfThePage()) {
    SCOPED_TRACE(Name(role));
    const bool leads = kLeadOfficers.Has(role);
    std::set<ItemKind> said;
    for (const std::string& words : says) {
      const auto meant = kKindsMeant.find(words);
      if (meant != kKindsMeant.end()) said.insert(meant->second.begin(), meant->second.end());
    }
    for (size_t i = 1; i <= kItemKindNames.size(); ++i) {
      const auto kind = static_cast<ItemKind>(i);
      EXPECT_EQ(RuleOf(kind).decided_by.Has(role), leads || said.contains(kind)) << Name(kind);
    }
  }
}

}  // namespace
}  // namespace whoelse
