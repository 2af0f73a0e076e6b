// A node that repeats the shield notices which its people sent, over real connections: each week, never
// twice in one, until the shield is lifted; whatever else it asks is about nobody.
#include "node/notice_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nlohmann/json.hpp"
#include "tests/node/coordinator_servers.h"
#include "tests/node/inbox_maker.h"
#include "tests/node/registry_fixture.h"
#include "tests/support/until.h"

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr TimeS kDayS = 86'400;
constexpr TimeS kWeekS = 7 * kDayS;
constexpr TimeS kIntervalS = kDayS / 4;   // of the questions, when there are few notices

// Evaluates, admits and says nothing of any agency; or is told to be busy.
class AdmittingCoordinator final : public v1::Coordinator::Service {
 public:
  explicit AdmittingCoordinator(CoordinatorId id) : id_(id) {}
  grpc::Status Evaluate(grpc::ServerContext*, const v1::EvaluateCall* call,
                        v1::EvaluateReply* reply) override {
    const std::lock_guard lock(mutex_);
    ++evaluations_;
    if (busy_) return ToGrpc(ServiceError::kBusy);
    reply->set_response(ToString(EvaluateAt(id_, AsBytes(call->request()), random_)));
    return grpc::Status::OK;
  }
  grpc::Status Ask(grpc::ServerContext*, const v1::AskCall* call,
                   grpc::ServerWriter<v1::AskItem>* writer) override {
    const std::lock_guard lock(mutex_);
    const Frame frame = *Frame::Parse(AsBytes(call->frame()), VectorFederation());
    asked_.push_back(frame);
    v1::AskItem item;
    item.set_admission(ToString(
        Admit(frame.hash(), asked_.size(), frame.header().issued_s * 1000, id_).Serialize()));
    writer->Write(item);
    return grpc::Status::OK;
  }
  void SetBusy(bool busy) {
    const std::lock_guard lock(mutex_);
    busy_ = busy;
  }
  size_t evaluations() const {
    const std::lock_guard lock(mutex_);
    return evaluations_;
  }
  std::vector<Frame> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  mutable std::mutex mutex_;
  const CoordinatorId id_;
  SystemRandom random_;
  bool busy_ = false;
  size_t evaluations_ = 0;
  std::vector<Frame> asked_;
};

class NoticeKeeperTest : public testing::Test {
 protected:
  NoticeKeeperTest() {
    board_.Post({servers_.roster(), {}});
    EXPECT_TRUE(registry_.Load({1}).ok());
    Record record = BasicRecord(kChild);
    record.source = "caseworks";
    record.source_id = "1";
    ImportAll(registry_, {record}, kImported);
    EXPECT_TRUE(registry_.ApplyJournal({}, {1}, {}).ok());   // shielded by the notice, pending
  }
  SentNotice Sent(TimeS at) {
    SentNotice notice;
    notice.subject[0] = {KeyType::kNhsNumber, kChild};
    notice.born = kBorn;
    notice.last_ms = at * 1000;
    return notice;
  }
  void Start() {
    keeper_ = std::make_unique<NoticeKeeper>(kSurgery, key_, *store_, registry_, asker_, board_,
                                             now_);
  }
  // A day goes by each second, in which the keeper looks at the clock once, until this holds.
  template <typename Condition>
  [[nodiscard]] bool InTime(Condition condition) {
    return Until(std::chrono::seconds(60), condition, [&] { now_.Set(now_.NowS() + kDayS / 200); });
  }
  // One that had no answer goes to the other relay too.
  std::map<TimeS, Frame> Questions() const {
    std::map<TimeS, Frame> by_time;
    for (const auto& [id, coordinator] : servers_.stubs) {
      for (const Frame& frame : coordinator.asked()) {
        by_time.try_emplace(frame.header().issued_s, frame);
      }
    }
    return by_time;
  }
  // Whether a question tells a school, which holds the child, of the notice.
  static bool IsNotice(const Frame& frame) {
    const TimeMs issued = frame.header().issued_s * 1000;
    TestHolder school(kSchools);
    school.Hold(BasicRecord(kChild));
    EXPECT_EQ(CodeOf(school.Give(frame, issued)), RefusalCode{});
    const Noted noted = school.Answers(issued + 250).records.at(0).noted;
    if (!noted.Opened()) return false;   // it is about nobody
    EXPECT_EQ(noted.reasons, Noted::kShieldNotice);
    EXPECT_EQ(noted.agency, kSurgery);
    return true;
  }
  // When notices went out.
  std::vector<TimeS> Notices() {
    std::vector<TimeS> times;
    for (const auto& [issued, frame] : Questions()) {
      const auto [known, first] = is_notice_.try_emplace(issued);
      if (first) known->second = IsNotice(frame);
      if (known->second) times.push_back(issued);
    }
    return times;
  }

  SettableClock& now_ = NewClock(kNowS);
  TemporaryDirectory home_;
  CoordinatorServers<AdmittingCoordinator> servers_{kFrom + 50 * kDayS};
  SystemRandom random_;
  const SigningKey identity_ = IdentityKeyOfAgency(kSurgery);
  const Secret<32> key_ = random_.NewSecret<32>();
  RosterBoard board_;
  std::unique_ptr<RocksdbStore> store_ =
      *RocksdbStore::Open(home_ / "data", MasterKey(Secret<32>::From(std::array<uint8_t, 32>{7})),
                          X25519PublicKey(), random_);
  Answering answering_{{kSurgery, IdentityKeyOfAgency(kSurgery)}, VectorAnchor(), *store_,
                       home_ / "evidence", std::nullopt, board_, now_, random_};
  Registry registry_{*store_, answering_, false};
  Coordinators calls_{servers_.client_files(), now_, [](const Evaluation::Liar&) {}};
  ReceiptKeeper receipts_{*store_, calls_, answering_, board_, now_, random_};
  InboxKeeper inbox_{kSurgery, TestCalendar(), *store_, registry_, answering_, now_, random_};
  const NodeConfig config_ = [] {
    NodeConfig config;
    config.agency = kSurgery;
    config.people["dan"] = {{Role::kOutOfHours}, {}, {}, "", Organisations::All()};
    return config;
  }();
  QuestionAsker asker_{config_, identity_, key_, *store_, registry_, answering_, calls_,
                       board_, receipts_, inbox_, now_, random_};
  std::unique_ptr<NoticeKeeper> keeper_;
  std::map<TimeS, bool> is_notice_;
};

TEST_F(NoticeKeeperTest, EachWeekAndNotTwiceInOneAlsoAfterARestart) {
  store_->WriteSentNotice(Sent(kNowS));
  Start();
  ASSERT_TRUE(InTime([&] { return !Notices().empty(); }));
  keeper_.reset();
  const std::vector<SentNotice> sent = *store_->ReadSentNotices();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_GT(sent[0].last_ms, kNowS * 1000);
  Start();
  ASSERT_TRUE(InTime([&] { return Notices().size() == 2; }));
  const std::vector<TimeS> times = Notices();
  EXPECT_GE(times[0], kNowS + kWeekS - 2 * kIntervalS);
  EXPECT_GE(times[1], times[0] + kWeekS - 2 * kIntervalS);
  EXPECT_GT(Questions().size(), 2u);   // the others were about nobody
}

TEST_F(NoticeKeeperTest, WhatDoesNotLeaveGoesAtALaterMoment) {
  const SentNotice overdue = Sent(kNowS - 2 * kWeekS);
  store_->WriteSentNotice(overdue);
  for (auto& [id, coordinator] : servers_.stubs) coordinator.SetBusy(true);
  Start();
  ASSERT_TRUE(InTime([&] { return servers_.stubs.at(kRelay).evaluations() > 0; }));
  EXPECT_THAT(*store_->ReadSentNotices(), ElementsAre(overdue));
  EXPECT_THAT(Questions(), IsEmpty());
  for (auto& [id, coordinator] : servers_.stubs) coordinator.SetBusy(false);
  ASSERT_TRUE(InTime([&] { return !Notices().empty(); }));
  EXPECT_THAT(Notices(), SizeIs(1));
}

TEST_F(NoticeKeeperTest, TheLiftOfTheShieldEndsIt) {
  store_->WriteSentNotice(Sent(kNowS - 2 * kWeekS));
  ASSERT_TRUE(registry_.DecideNotice(Registry::Notice::kLifted, {1},
                                     {"7f3a-91c2-04be", true, "{}"}, NoteAt(kImported)).ok());
  Start();
  ASSERT_TRUE(InTime([&] { return store_->ReadSentNotices()->empty(); }));
  ASSERT_TRUE(InTime([&] { return !Questions().empty(); }));
  EXPECT_THAT(Notices(), IsEmpty());
}

// A refuge takes a child's record in and sends at once; the index finds the record in ten minutes or in
// an hour. Who takes the child on a month later must hear of the notice all the same.
TEST_F(NoticeKeeperTest, OneThatWasSentBeforeItsOwnRecordIsEnrolledIsRepeated) {
  Record record = BasicRecord(kOtherChild);
  record.source = "caseworks";
  record.source_id = "2";
  ImportAll(registry_, {record}, kImported);
  ASSERT_GT(registry_.Pending(1), 0u);
  AskInput input;
  input.nhs_number = kOtherChild;
  input.born = "2015-03-14";
  input.shield_notice = input.does_not_know_them = true;
  input.role = "out-of-hours practitioner";
  const auto sent = asker_.Ask(input, "local:dan", config_.people.at("dan"), {}, [](size_t, size_t) {});
  ASSERT_TRUE(std::holds_alternative<nlohmann::ordered_json>(sent));
  const TimeMs first = store_->ReadSentNotices()->at(0).last_ms;
  ASSERT_GT(first, 0u);
  Start();
  std::vector<SentNotice> notices;
  ASSERT_TRUE(InTime([&] {
    notices = *store_->ReadSentNotices();
    return notices.empty() || notices[0].last_ms > first;
  }));
  ASSERT_THAT(notices, SizeIs(1));   // and not ended, as if its shield had been lifted
  EXPECT_GE(notices[0].last_ms, first + (kWeekS - 2 * kIntervalS) * 1000);
}

}  // namespace
}  // namespace whoelse
