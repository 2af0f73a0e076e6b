// What there is of a question when its first frame is at a relay, over real connections: all that makes
// it reviewable, and of a shield notice the shield, for the node may die in this moment or never hear
// of the frame again. And what comes of it when no relay says a word, or the roster was an older one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "nlohmann/json.hpp"
#include "node/day_of.h"
#include "tests/node/asking_fixture.h"

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class AskerSendingTest : public AskingTest {
 protected:
  AskerSendingTest() {
    Tell(SayNothing);
  }
  // A relay that the asker did not wait for may still be at it: from here on it touches nothing of ours.
  ~AskerSendingTest() override { TellAll(SayNothing); }
  // Beside what it is told, each relay notes what the asker's disk has when the frame is there.
  void Tell(const ToldCoordinator::OnFrame& then) {
    for (auto& [id, coordinator] : servers_.stubs) {
      coordinator.Tell([this, then](CoordinatorId relay, const Frame& frame,
                                    grpc::ServerWriter<v1::AskItem>& writer) {
        const std::lock_guard lock(mutex_);
        there_.push_back(WhatIsThere(frame.hash()));
        return then(relay, frame, writer);
      });
    }
  }
  struct There {
    FrameHash frame_hash;
    bool row = false, receipt = false, opening = false, shielded = false;
    std::vector<SentNotice> notices;
    std::vector<ItemKind> items;
  };
  There WhatIsThere(const FrameHash& hash) {
    There there{hash, false, false, false, Shielded(), *store_->ReadSentNotices(), Kinds()};
    for (const RocksdbStore::ReceiptRow& row : Rows()) {
      there.row = there.row || (row.frame_hash == hash && row.nothing_came);
    }
    const auto receipt = store_->ReadReceipt(hash);
    there.receipt = receipt->has_value() && Receipt::Parse(**receipt)->parts.empty();
    there.opening = store_->ReadOpening(hash)->has_value();
    return there;
  }
  std::vector<There> there() {
    const std::lock_guard lock(mutex_);
    return there_;
  }
  bool Shielded() {
    const auto held = registry_.RecordsOf(About(kChild, ""), Organisations::All());
    return std::ranges::all_of(*held, &Record::shield_pending);
  }
  std::vector<InboxItem> Items() { return inbox_.Items(false).value(); }
  std::vector<ItemKind> Kinds() {
    std::vector<ItemKind> kinds;
    for (const InboxItem& item : Items()) kinds.push_back(item.kind);
    std::ranges::sort(kinds);
    return kinds;
  }
  AskCounts Counts() { return *store_->ReadAskCounts(asker_.RefOf("local:dan"), "", Today()); }
  Date Today() { return DayOf(now_.NowMs()); }

  QuestionAsker::Outcome Put(AskInput input) {
    input.nhs_number = kChild;
    input.born = "2015-03-14";
    input.case_reference = "C-1";
    input.does_not_know_them = true;
    return asker_.Ask(input, "local:dan", config_.people.at("dan"), {}, [](size_t, size_t) {});
  }
  QuestionAsker::Outcome PutEmergency() {
    AskInput input;
    input.purpose = "emergency";
    input.reason = "unsafe-at-home";
    return Put(input);
  }
  QuestionAsker::Outcome PutNotice() {
    AskInput input;
    input.shield_notice = true;
    input.role = "out-of-hours practitioner";
    return Put(input);
  }
  static bool Failed(const QuestionAsker::Outcome& outcome) {
    return std::holds_alternative<QuestionAsker::Failure>(outcome);
  }

  std::mutex mutex_;
  std::vector<There> there_;
};

// A holder may have opened it and rung somebody. Whoever stops the node then, or is the relay, must not
// have asked unreviewed.
TEST_F(AskerSendingTest, WhatMakesAQuestionReviewableIsThereBeforeItsFrame) {
  EXPECT_TRUE(Failed(PutEmergency()));
  const std::vector<There> seen = there();
  ASSERT_EQ(seen.size(), 2u);   // by one relay, then by the other
  for (const There& one : seen) {
    EXPECT_EQ(one.frame_hash, seen[0].frame_hash);
    EXPECT_TRUE(one.row && one.receipt && one.opening);
    EXPECT_THAT(one.items, ElementsAre(ItemKind::kEmergencyReview));
  }
  // And stays: once, with the number by which it is looked into.
  const auto rows = Rows();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_TRUE(rows[0].nothing_came);
  EXPECT_EQ(rows[0].state, ReceiptState::kPending);
  EXPECT_EQ(rows[0].purpose, Purpose::kEmergency);
  EXPECT_EQ(rows[0].asked, servers_.roster()->agencies.size());
  EXPECT_EQ(rows[0].asked_for.case_reference, "C-1");
  EXPECT_EQ(rows[0].asked_for.practitioner, asker_.RefOf("local:dan"));
  ASSERT_EQ(Items().size(), 1u);
  EXPECT_THAT(Items()[0].about, HasSubstr(ReceiptNumber(rows[0].frame_hash)));
  EXPECT_EQ(Counts().emergencies, 1u);
  const auto receipt = receipts_.Read(rows[0], true);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_THAT(receipt->parts, IsEmpty());
  EXPECT_TRUE(receipt->opening.has_value());
}

TEST_F(AskerSendingTest, WhatComesTakesThePlaceOfNothing) {
  Tell(SayAdmitted);
  EXPECT_FALSE(Failed(PutEmergency()));
  ASSERT_EQ(there().size(), 2u);
  EXPECT_TRUE(there()[0].row);
  const auto rows = Rows();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_FALSE(rows[0].nothing_came);
  EXPECT_EQ(Receipt::Parse(**store_->ReadReceipt(rows[0].frame_hash))->parts.size(), 2u);
  EXPECT_EQ(Kinds(), std::vector{ItemKind::kEmergencyReview});
}

// The record is held, and not enrolled: by the index this node does not know the child yet.
TEST_F(AskerSendingTest, ANoticeShieldsTheSendersRecordBeforeItLeaves) {
  ASSERT_FALSE(Shielded());
  EXPECT_TRUE(Failed(PutNotice()));
  ASSERT_FALSE(there().empty());
  const There first = there()[0];
  EXPECT_TRUE(first.shielded && first.row && first.opening);
  EXPECT_THAT(first.items, UnorderedElementsAre(ItemKind::kShieldNotice, ItemKind::kShieldSent,
                                                ItemKind::kApprovalAfterwards));
  // Nobody said that it left: it is due at once.
  const SentNotice due{About(kChild, ""), kBorn, 0};
  EXPECT_THAT(first.notices, ElementsAre(due));
  EXPECT_THAT(*store_->ReadSentNotices(), ElementsAre(due));
  EXPECT_TRUE(Shielded());
}

TEST_F(AskerSendingTest, ANoticeThatLeftIsDueInAWeek) {
  Tell(SayAdmitted);
  EXPECT_FALSE(Failed(PutNotice()));
  const auto notices = *store_->ReadSentNotices();
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_GE(notices[0].last_ms, kNowS * 1000);
}

TEST_F(AskerSendingTest, WhatNeverBecameAFrameLeavesNothing) {
  for (auto& [id, coordinator] : servers_.stubs) coordinator.SetBusy(true);
  EXPECT_TRUE(Failed(PutEmergency()));
  EXPECT_TRUE(Failed(PutNotice()));
  EXPECT_THAT(there(), IsEmpty());
  EXPECT_THAT(Rows(), IsEmpty());
  EXPECT_THAT(Items(), IsEmpty());
  EXPECT_THAT(*store_->ReadSentNotices(), IsEmpty());
  EXPECT_FALSE(Shielded());
  EXPECT_EQ(Counts(), AskCounts());
}

// Two frames, one question: two rows, for either may have been opened, and one of everything else.
TEST_F(AskerSendingTest, ANewerRosterMakesNoSecondQuestionOfIt) {
  Roster newer = *servers_.roster();
  newer.version = 8;
  Tell([&](CoordinatorId relay, const Frame& frame, grpc::ServerWriter<v1::AskItem>& writer) {
    if (frame.header().roster_version == 8) return SayAdmitted(relay, frame, writer);
    board_.Post({std::make_shared<const Roster>(newer), {}});
    return ToGrpc(ServiceError::kRosterVersion);
  });
  EXPECT_FALSE(Failed(PutEmergency()));
  std::vector<FrameHash> silent, answered;
  for (const RocksdbStore::ReceiptRow& row : Rows()) {
    (row.nothing_came ? silent : answered).push_back(row.frame_hash);
  }
  ASSERT_EQ(answered.size(), 1u);
  EXPECT_THAT(silent, ElementsAre(there()[0].frame_hash));
  ASSERT_EQ(Items().size(), 1u);
  EXPECT_THAT(Items()[0].about, HasSubstr(ReceiptNumber(answered[0])));
  EXPECT_EQ(Counts().emergencies, 1u);
}

}  // namespace
}  // namespace whoelse
