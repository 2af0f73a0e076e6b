// A whole coordinator in this process, over real connections on the loopback, and nodes that do as
// a test tells them.
#ifndef WHOELSE_TESTS_COORDINATOR_SERVICE_FIXTURE_H_
#define WHOELSE_TESTS_COORDINATOR_SERVICE_FIXTURE_H_

#include <gtest/gtest.h>

#include <condition_variable>
#include <fstream>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "audit/checkpoint.h"
#include "audit/entry.h"
#include "coordinator/coordinator.h"
#include "proto/federation.grpc.pb.h"
#include "rpc/certificate.h"
#include "rpc/channel.h"
#include "rpc/status.h"
#include "tests/coordinator/fixture.h"
#include "vault/durable_file.h"
#include "vault/master_key.h"

namespace whoelse {

inline const bool kTls13Forced = (ForceTls13(), true);

// Ticks like the machine's, somewhere in the life of the vectors' roster. Lives for ever.
inline const Clock& VectorClock() {
  static const SystemClock system;
  static const auto* clock =
      new ShiftedClock(system, static_cast<int64_t>(kNowMs) - static_cast<int64_t>(system.NowMs()));
  return *clock;
}

// An open Attach stream. Everything that arrives is kept; replies are given as told.
class FakeNode {
 public:
  using OnEnvelope = std::function<void(FakeNode&, const Frame&, const Admission&)>;

  FakeNode(const std::shared_ptr<grpc::Channel>& channel, const FederationId& federation,
           OnEnvelope on_envelope, uint64_t known_size = 0, std::string checkpoint = "")
      : stub_(v1::Coordinator::NewStub(channel)),
        federation_(federation),
        on_envelope_(std::move(on_envelope)),
        stream_(stub_->Attach(&context_)) {
    v1::FromNode hello;
    hello.mutable_hello()->set_known_size(known_size);
    hello.mutable_hello()->set_checkpoint(std::move(checkpoint));
    stream_->Write(hello);
    reader_ = std::thread([this] { Read(); });
  }
  ~FakeNode() {
    context_.TryCancel();
    reader_.join();
  }

  void Reply(const std::vector<Bytes>& wires, const std::vector<Bytes>& refusals = {}) {
    v1::FromNode message;
    for (const Bytes& wire : wires) message.mutable_replies()->add_wires(ToString(wire));
    for (const Bytes& refusal : refusals) message.mutable_replies()->add_refusals(ToString(refusal));
    const std::lock_guard lock(writing_);
    stream_->Write(message);
  }

  void Cosign(uint64_t size, const std::string& line) {
    v1::FromNode message;
    message.mutable_cosignature()->set_size(size);
    message.mutable_cosignature()->set_line(line);
    const std::lock_guard lock(writing_);
    stream_->Write(message);
  }

  struct Seen {
    std::optional<v1::Attached> attached;
    std::vector<FrameHash> frames;
    std::vector<v1::CheckpointPush> checkpoints;
    std::vector<std::string> heartbeats, rosters;
    std::optional<grpc::Status> end;
  };
  // Waits until `until` holds of what was seen; fails the test when it does not come.
  Seen WaitFor(const std::function<bool(const Seen&)>& until) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(20), [&] { return until(seen_); }));
    return seen_;
  }
  Seen WaitAttached() {
    return WaitFor([](const Seen& s) { return s.attached && !s.heartbeats.empty(); });
  }
  grpc::Status WaitEnd() {
    return *WaitFor([](const Seen& s) { return s.end.has_value(); }).end;
  }

 private:
  void Read() {
    v1::ToNode message;
    while (stream_->Read(&message)) {
      for (const v1::Envelope& envelope : message.envelopes()) {
        const auto frame = Frame::Parse(AsBytes(envelope.frame()), federation_);
        const auto admission = Admission::Parse(AsBytes(envelope.admission()));
        ASSERT_TRUE(frame.ok() && admission.ok());
        on_envelope_(*this, *frame, *admission);
        Note([&](Seen& s) { s.frames.push_back(frame->hash()); });
      }
      Note([&](Seen& s) {
        if (message.has_attached()) s.attached = message.attached();
        if (message.has_checkpoint()) s.checkpoints.push_back(message.checkpoint());
        if (!message.heartbeat().empty()) s.heartbeats.push_back(message.heartbeat());
        if (!message.roster().empty()) s.rosters.push_back(message.roster());
      });
    }
    const grpc::Status status = stream_->Finish();
    Note([&](Seen& s) { s.end = status; });
  }
  void Note(const std::function<void(Seen&)>& change) {
    {
      const std::lock_guard lock(mutex_);
      change(seen_);
    }
    changed_.notify_all();
  }

  std::unique_ptr<v1::Coordinator::Stub> stub_;
  const FederationId federation_;
  const OnEnvelope on_envelope_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::FromNode, v1::ToNode>> stream_;
  std::mutex writing_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Seen seen_;   // guarded by mutex_
  std::thread reader_;
};

struct AskResult {
  grpc::Status status;
  std::optional<Admission> admission;
  std::vector<v1::AgencyItem> items;
  std::optional<v1::Closed> closed;
  const v1::AgencyItem* Of(AgencyId agency) const {
    for (const v1::AgencyItem& item : items) {
      if (item.agency() == agency) return &item;
    }
    return nullptr;
  }
};

class ServiceTest : public testing::Test {
 protected:
  static constexpr int kNodes = 3;   // agencies with keys of their own: 1001 to 1003

  ServiceTest() {
    json_ = RosterJson(7);
    json_["parameters"]["checkpoint_ms"] = 100;
    coordinator_ = NewTls("coordinator");
    json_["coordinators"][0]["tls_pin"] = ToHex(PinOfFiles(coordinator_));
    for (int i = 0; i < kNodes; ++i) {
      agencies_.push_back(NewTls("agency" + std::to_string(i)));
      json_["agencies"][i]["tls_pin"] = ToHex(PinOfFiles(agencies_[i]));
    }
    auditor_ = NewTls("auditor");
    json_["auditors"][0]["tls_pin"] = ToHex(PinOfFiles(auditor_));
    config_.id = kSelf;
    config_.listen = "127.0.0.1:0";
    config_.data = folder_ / "data";
    config_.second_checkpoint = folder_ / "second";
    config_.roster = folder_ / "roster";
    config_.secrets = folder_ / "secrets";
    config_.master_key = folder_ / "master";
    config_.tls = coordinator_;
    config_.trust = VectorAnchor();
    WriteSecretFiles();
    WriteRoster();
  }

  TlsFiles NewTls(const std::string& name) {
    const TlsFiles files{folder_ / (name + ".crt"), folder_ / (name + ".key")};
    EXPECT_TRUE(CreateTlsFiles(files, name, kNowMs / 1000 - 1000, kNowMs / 1000 + 100'000).ok());
    return files;
  }
  static TlsPin PinOfFiles(const TlsFiles& files) { return CheckTlsFiles(files)->pin; }

  void WriteSecretFiles() {
    const auto& keys = ProtocolVectors()["keys"]["coordinators"][0];
    CoordinatorSecrets secrets{Secret<32>::From(HexArray<32>(keys["log_seed"])),
                               Secret<32>::From(HexArray<32>(keys["admission_seed"])),
                               {}};
    secrets.shares.push_back({1, 1, ShareOf(0, 0)});
    SystemRandom random;
    ASSERT_TRUE(CreateMasterKey(config_.master_key, random).ok());
    ASSERT_TRUE(
        WriteSecrets(config_.secrets, secrets, *ReadMasterKey(config_.master_key), random).ok());
  }
  // Into the secrets; the roster is the caller's.
  SigningKey RenewLogKey() {
    const MasterKey master = *ReadMasterKey(config_.master_key);
    CoordinatorSecrets secrets = *ReadSecrets(config_.secrets, master);
    secrets.log_seed = random_.NewSecret<32>();
    EXPECT_TRUE(WriteSecrets(config_.secrets, secrets, master, random_).ok());
    return SigningKey::FromSeed(secrets.log_seed.Reveal());
  }
  void WriteRoster() {
    roster_ = RosterOf(json_);
    const SignedRoster offered{SignedByFirst(RosterText(json_)), {}, {}};
    ASSERT_TRUE(WriteFileDurably(config_.roster, offered.Serialize(), 0644).ok());
  }

  void Start() {
    auto started = Coordinator::Start(config_, VectorClock(), MakeHonestEvaluator);
    ASSERT_TRUE(started.ok()) << started.status();
    running_ = *std::move(started);
  }
  void Stop(std::chrono::milliseconds grace = std::chrono::seconds(5)) {
    running_->service().Stop(grace);
    running_ = nullptr;
  }

  std::shared_ptr<grpc::Channel> Channel(const TlsFiles& files) const {
    return MakeChannel("127.0.0.1:" + std::to_string(running_->service().port()), files,
                       PinOfFiles(coordinator_), VectorClock());
  }
  std::unique_ptr<FakeNode> Attach(int agency, FakeNode::OnEnvelope on_envelope,
                                   uint64_t known_size = 0) {
    auto node = std::make_unique<FakeNode>(Channel(agencies_[agency]), roster_->federation,
                                           std::move(on_envelope), known_size);
    node->WaitAttached();
    return node;
  }
  static void Silent(FakeNode&, const Frame&, const Admission&) {}
  // Answers every frame with a wire of this agency.
  FakeNode::OnEnvelope Answering(int agency) const {
    return [id = roster_->agencies[agency].id](FakeNode& node, const Frame& frame,
                                               const Admission&) {
      node.Reply({WireOf(id, frame.hash())});
    };
  }

  Question NewQuestion(int agency = 0) {
    QuestionWish wish;
    wish.agency = agency;
    wish.issued_s = VectorClock().NowS() / 10 * 10;
    return AskAbout(*roster_, wish, random_);
  }
  AskResult Ask(const Question& question, int agency = 0) {
    grpc::ClientContext context;
    context.set_deadline(DeadlineIn(std::chrono::seconds(20)));
    v1::AskCall call;
    call.set_frame(ToString(question.frame.bytes()));
    call.set_r(ToString(question.r));
    AskResult result;
    const auto stub = v1::Coordinator::NewStub(Channel(agencies_[agency]));
    const auto reader = stub->Ask(&context, call);
    v1::AskItem item;
    while (reader->Read(&item)) {
      if (item.has_admission()) result.admission = *Admission::Parse(AsBytes(item.admission()));
      for (const v1::AgencyItem& one : item.agencies()) result.items.push_back(one);
      if (item.has_closed()) result.closed = item.closed();
    }
    result.status = reader->Finish();
    return result;
  }
  EvaluateRequest NewRequest() const {
    EvaluateRequest request{roster_->version, 1, 1, EvaluationKind::kAsk, {}};
    for (uint64_t i = 2; i < 4; ++i) {
      const Element element = Element::BaseMultiply(Scalar::FromU64(i));
      request.elements.push_back(EncodedElement(element.bytes().first<32>()));
    }
    return request;
  }
  grpc::Status Evaluate(const EvaluateRequest& request, Bytes* response, int agency = 0) {
    grpc::ClientContext context;
    context.set_deadline(DeadlineIn(std::chrono::seconds(20)));
    v1::EvaluateCall call;
    call.set_request(ToString(request.Serialize()));
    v1::EvaluateReply reply;
    const grpc::Status status =
        v1::Coordinator::NewStub(Channel(agencies_[agency]))->Evaluate(&context, call, &reply);
    *response = ToBytes(AsBytes(reply.response()));
    return status;
  }

  TempFolder folder_;
  nlohmann::ordered_json json_;
  std::shared_ptr<const Roster> roster_;
  TlsFiles coordinator_, auditor_;
  std::vector<TlsFiles> agencies_;
  CoordinatorConfig config_;
  SeededRandom random_{11};
  std::unique_ptr<Coordinator> running_;
};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_COORDINATOR_SERVICE_FIXTURE_H_
