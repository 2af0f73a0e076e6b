// What is put a second time because nothing came of the first: a question that waited until
// agencies opened, and a row of a list.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "nlohmann/json.hpp"
#include "node/again_keeper.h"
#include "node/caseload_asker.h"
#include "tests/node/asking_fixture.h"
#include "tests/support/until.h"

namespace whoelse {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Arranged = RocksdbStore::Arranged;
using Json = nlohmann::ordered_json;

class AskedAgainTest : public AskingTest {
 protected:
  std::vector<RocksdbStore::ReceiptRow> RowsAskedAs(AskedAs as) {
    std::vector<RocksdbStore::ReceiptRow> rows = Rows();
    std::erase_if(rows, [&](const auto& row) { return row.asked_for.origin.as != as; });
    return rows;
  }
  const Person& Dan() const { return config_.people.at("dan"); }

  ReceiptDesk desk_{{config_, *store_, registry_, receipts_, inbox_, asker_, board_, now_}};
};

class AgainKeeperTest : public AskedAgainTest {
 protected:
  AgainKeeperTest() {
    AskInput input;
    input.nhs_number = kChild;
    input.born = "2015-03-14";
    input.purpose = "section-17";
    input.case_reference = "C-1";
    input.does_not_know_them = true;
    asker_.Ask(input, "local:dan", Dan(), {}, [](size_t, size_t) {});
    request_ = {Rows().at(0).frame_hash, "local:dan", now_.NowMs(), now_.NowMs(), true, ""};
    Wait();
  }
  void Wait() {
    store_->WriteArranged(Arranged::kAgain, ToHex(request_.first), AgainDocument(request_));
  }
  AgainRequest Kept() {
    return *ReadAgain(**store_->ReadArranged(Arranged::kAgain, ToHex(request_.first)));
  }
  // A life of the node that lasts until this is so. It looks at once for what is due.
  template <typename Condition>
  void LiveUntil(Condition condition) {
    AgainKeeper keeper({config_, *store_, asker_, desk_, now_, system_});
    EXPECT_TRUE(Until(std::chrono::seconds(60), condition));
  }
  size_t Asked() { return RowsAskedAs(AskedAs::kAgain).size(); }

  AgainRequest request_;
};

// Each is one of the asker's day, and a relay that takes frames and says nothing would use them up.
TEST_F(AgainKeeperTest, GivesUpWhenThreeTimesNothingCame) {
  for (size_t asked = 1; asked <= 3; ++asked) {
    LiveUntil([&] { return Asked() == asked; });
    EXPECT_TRUE(Kept().waits) << asked;
  }
  LiveUntil([&] { return !Kept().waits; });
  EXPECT_THAT(Kept().outcome, HasSubstr("it left and nothing came back; ask anew"));
  EXPECT_EQ(Asked(), 3u);
}

TEST_F(AgainKeeperTest, WhatSomethingCameOfIsPutOnce) {
  LiveUntil([&] { return Asked() == 1; });
  TellAll(SayAdmitted);
  LiveUntil([&] { return !Kept().waits; });
  std::string answered;
  for (const RocksdbStore::ReceiptRow& row : RowsAskedAs(AskedAs::kAgain)) {
    if (!row.nothing_came) answered = "asked again: " + ReceiptNumber(row.frame_hash);
  }
  EXPECT_EQ(Kept().outcome, answered);
  EXPECT_EQ(Asked(), 2u);
  // A node that was killed before it had written that down finds it by the receipt.
  Wait();
  LiveUntil([&] { return !Kept().waits; });
  EXPECT_EQ(Kept().outcome, answered);
  EXPECT_EQ(Asked(), 2u);
}

class Listener final : public CaseloadListener {
 public:
  void OnProblem(const RowProblem& problem) override {
    ADD_FAILURE() << problem.column << ": " << problem.reason;
  }
  void OnRow(const Json& row) override { rows.push_back(row); }
  bool Wait(std::chrono::milliseconds) override { return true; }

  std::vector<Json> rows;
};

// Handed in again, it would else show an answer that never came, and ask nobody for a week.
TEST_F(AskedAgainTest, AListAsksAnewAboutARowOfWhichNothingCame) {
  CaseloadAsker lists({config_, *store_, registry_, asker_, desk_, board_, now_});
  const std::string file = "nhs_number,purpose,case\n" + std::string(kChild) + ",section-17,C-1\n";
  const auto run = [&](Listener& listener) {
    return lists.Run(file, {"practitioner", true}, false, "local:dan", Dan(), listener);
  };
  Listener silent;
  EXPECT_TRUE(absl::IsUnavailable(run(silent).status()));
  EXPECT_THAT(silent.rows, IsEmpty());
  ASSERT_EQ(RowsAskedAs(AskedAs::kOfAList).size(), 1u);
  EXPECT_TRUE(RowsAskedAs(AskedAs::kOfAList)[0].nothing_came);

  TellAll(SayAdmitted);
  Listener answered;
  const auto asked = run(answered);
  ASSERT_TRUE(asked.ok()) << asked.status();
  EXPECT_EQ((*asked)["asked"], 1);
  EXPECT_EQ((*asked)["asked_before"], 0);
  ASSERT_EQ(answered.rows.size(), 1u);

  Listener known;
  const auto before = run(known);
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_EQ((*before)["asked"], 0);
  EXPECT_EQ((*before)["asked_before"], 1);
  ASSERT_EQ(known.rows.size(), 1u);
  EXPECT_EQ(known.rows[0]["receipt"], answered.rows[0]["receipt"]);
  EXPECT_EQ(RowsAskedAs(AskedAs::kOfAList).size(), 2u);
}

}  // namespace
}  // namespace whoelse
