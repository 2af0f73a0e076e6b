// A node that asks over real connections, of coordinators that do with a frame what a test tells
// them.
#ifndef WHOELSE_TESTS_NODE_ASKING_FIXTURE_H_
#define WHOELSE_TESTS_NODE_ASKING_FIXTURE_H_

#include <functional>
#include <mutex>
#include <vector>

#include "node/asker.h"
#include "tests/node/coordinator_servers.h"
#include "tests/node/inbox_maker.h"
#include "tests/node/registry_fixture.h"

namespace whoelse {

// Evaluates, and does with a frame what it is told.
class ToldCoordinator final : public v1::Coordinator::Service {
 public:
  using OnFrame = std::function<grpc::Status(CoordinatorId, const Frame&,
                                             grpc::ServerWriter<v1::AskItem>&)>;

  explicit ToldCoordinator(CoordinatorId id) : id_(id) {}
  grpc::Status Evaluate(grpc::ServerContext*, const v1::EvaluateCall* call,
                        v1::EvaluateReply* reply) override {
    const std::lock_guard lock(mutex_);
    if (busy_) return ToGrpc(ServiceError::kBusy);
    reply->set_response(ToString(EvaluateAt(id_, AsBytes(call->request()), random_)));
    return grpc::Status::OK;
  }
  grpc::Status Ask(grpc::ServerContext*, const v1::AskCall* call,
                   grpc::ServerWriter<v1::AskItem>* writer) override {
    const std::lock_guard lock(mutex_);
    return on_frame_(id_, *Frame::Parse(AsBytes(call->frame()), VectorFederation()), *writer);
  }
  void SetBusy(bool busy) {
    const std::lock_guard lock(mutex_);
    busy_ = busy;
  }
  void Tell(OnFrame on_frame) {
    const std::lock_guard lock(mutex_);
    on_frame_ = std::move(on_frame);
  }

 private:
  std::mutex mutex_;
  const CoordinatorId id_;
  SystemRandom random_;
  bool busy_ = false;
  OnFrame on_frame_;
};

// Social care, which holds kChild; dan asks.
class AskingTest : public RegistryTest {
 protected:
  AskingTest() {
    board_.Post({servers_.roster(), {}});
    Import({Pupil("1", kChild)});
    TellAll(SayNothing);
  }
  void TellAll(const ToldCoordinator::OnFrame& on_frame) {
    for (auto& [id, coordinator] : servers_.stubs) coordinator.Tell(on_frame);
  }
  // Takes the frame, and ends without a word.
  static grpc::Status SayNothing(CoordinatorId, const Frame&, grpc::ServerWriter<v1::AskItem>&) {
    return grpc::Status::OK;
  }
  static grpc::Status SayAdmitted(CoordinatorId relay, const Frame& frame,
                                  grpc::ServerWriter<v1::AskItem>& writer) {
    v1::AskItem item;
    item.set_admission(ToString(
        Admit(frame.hash(), 7, frame.header().issued_s * 1000, relay).Serialize()));
    writer.Write(item);
    return grpc::Status::OK;
  }
  std::vector<RocksdbStore::ReceiptRow> Rows() {
    std::vector<RocksdbStore::ReceiptRow> rows;
    EXPECT_TRUE(store_->ForEachReceipt([&](const RocksdbStore::ReceiptRow& row) {
      rows.push_back(row);
      return true;
    }).ok());
    return rows;
  }

  SettableClock& now_ = NewClock(kNowS);
  SystemRandom system_;
  const SigningKey identity_ = IdentityKeyOfAgency(kSocialCare);
  const Secret<32> key_ = system_.NewSecret<32>();
  const NodeConfig config_ = [] {
    NodeConfig config;
    config.agency = kSocialCare;
    config.people["dan"] = {{Role::kPractitioner, Role::kOutOfHours}, {}, {}, "",
                            Organisations::All()};
    return config;
  }();
  CoordinatorServers<ToldCoordinator> servers_{kFrom + 90 * 86'400};
  Coordinators calls_{servers_.client_files(), now_, [](const Evaluation::Liar&) {}};
  ReceiptKeeper receipts_{*store_, calls_, answering_, board_, now_, system_};
  InboxKeeper inbox_{kSocialCare, TestCalendar(), *store_, registry_, answering_, now_, system_};
  QuestionAsker asker_{config_, identity_, key_, *store_, registry_, answering_, calls_,
                       board_, receipts_, inbox_, now_, system_};
};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_NODE_ASKING_FIXTURE_H_
