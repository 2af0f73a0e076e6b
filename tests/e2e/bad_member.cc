// bad-member NODE_FOLDER SEED: a member with good keys and bad manners. Sends oversize, mutated and
// senseless messages of every call to the first coordinator, over one connection. Every answer has
// to be of the closed set, and the connection has to serve good calls all along. Exit 0, or 1 and
// what was wrong.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "crypto/group.h"
#include "node/config.h"
#include "proto/federation.grpc.pb.h"
#include "protocol/evaluate.h"
#include "protocol/limits.h"
#include "protocol/roster.h"
#include "rpc/channel.h"
#include "rpc/status.h"
#include "tests/support/mutate.h"
#include "tests/support/random.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

constexpr int kRounds = 300;
constexpr size_t kOversize = 600 * 1024;   // beyond ServerLimits::message_max

const std::string& AllBytes() {
  static const std::string all = [] {
    std::string bytes;
    for (int c = 0; c < 256; ++c) bytes += static_cast<char>(c);
    return bytes;
  }();
  return all;
}

class BadMember {
 public:
  BadMember(const NodeConfig& config, const Roster& roster, uint64_t seed)
      : roster_(roster),
        channel_(MakeChannel(roster.coordinators[0].endpoint,
                             {config.tls_certificate, config.tls_key},
                             roster.coordinators[0].tls_pin, clock_)),
        stub_(v1::Coordinator::NewStub(channel_)),
        random_(seed) {}

  // What was wrong first; empty: nothing.
  std::string Run() {
    for (int round = 0; round < kRounds && wrong_.empty(); ++round) {
      switch (random_.Below(5)) {
        case 0: Expect(Evaluate(Mutate(GoodRequest(), AllBytes(), random_))); break;
        case 1: Expect(Ask(Mutate(Bytes(kFrameSize, 7), AllBytes(), random_))); break;
        case 2: Expect(Attach()); break;
        case 3: Expect(Raw(Mutate(Bytes(random_.Below(200), 9), AllBytes(), random_))); break;
        case 4: Expect(Evaluate(Bytes(kOversize, 1))); break;
      }
      if (round % 10 == 0) ExpectGoodCallWorks();
    }
    return wrong_;
  }

 private:
  static constexpr size_t kFrameSize = 1366;   // of a question by number

  Bytes GoodRequest() {
    EvaluateRequest request{roster_.version, roster_.key_versions[0].kv,
                            roster_.key_versions[0].sharing_epoch, EvaluationKind::kAsk, {}};
    for (size_t i = 0; i < kSlotsByNumber; ++i) {
      request.elements.emplace_back(
          Element::BaseMultiply(Scalar::Random(random_)).bytes().first<32>());
    }
    return request.Serialize();
  }

  grpc::Status Evaluate(const Bytes& request) {
    grpc::ClientContext context;
    v1::EvaluateCall call;
    call.set_request(ToString(request));
    v1::EvaluateReply reply;
    return stub_->Evaluate(&context, call, &reply);
  }

  grpc::Status Ask(const Bytes& frame) {
    grpc::ClientContext context;
    v1::AskCall call;
    call.set_frame(ToString(frame));
    call.set_r(std::string(random_.Below(2) == 0 ? 32 : random_.Below(64), 'r'));
    const auto reader = stub_->Ask(&context, call);
    v1::AskItem item;
    while (reader->Read(&item)) {
    }
    return reader->Finish();
  }

  // No Hello, two of them, or replies that are none.
  grpc::Status Attach() {
    grpc::ClientContext context;
    const auto stream = stub_->Attach(&context);
    v1::FromNode message;
    const uint64_t how = random_.Below(3);
    if (how > 0) {
      message.mutable_hello()->set_known_size(random_.Below(1000));
      stream->Write(message);
    }
    if (how == 2) {
      message.mutable_replies()->add_wires(std::string(random_.Below(3000), 'w'));
      message.mutable_replies()->add_refusals(std::string(125, 'r'));
      stream->Write(message);
      message.mutable_hello();   // the second
    } else if (how == 0) {
      message.mutable_replies();
    }
    stream->Write(message);
    stream->WritesDone();
    v1::ToNode push;
    while (stream->Read(&push)) {
    }
    return stream->Finish();
  }

  // Bytes that are no message.
  grpc::Status Raw(const Bytes& bytes) {
    grpc::GenericStub stub(channel_);
    grpc::CompletionQueue queue;
    grpc::ClientContext context;
    const grpc::Slice slice(bytes.data(), bytes.size());
    const auto call = stub.PrepareUnaryCall(&context, "/whoelse.v1.Coordinator/Evaluate",
                                            grpc::ByteBuffer(&slice, 1), &queue);
    call->StartCall();
    grpc::ByteBuffer reply;
    grpc::Status status;
    call->Finish(&reply, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    queue.Shutdown();
    return status;
  }

  // One of ours by name; or gRPC's own word for what it could not read, or for a stream that was cut
  // in the middle of a write, when nothing can be said any more.
  void Expect(const grpc::Status& status) {
    if (!wrong_.empty() || status.ok()) return;
    const auto named = ServiceErrorByName(status.error_message());
    const bool ours = named && ToGrpc(*named).error_code() == status.error_code();
    const bool unsaid = status.error_code() == grpc::StatusCode::INTERNAL ||
                        status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED ||
                        status.error_code() == grpc::StatusCode::CANCELLED;
    if (ours || (unsaid && !named)) return;
    wrong_ = "status " + std::to_string(status.error_code()) + " " + status.error_message();
  }

  void ExpectGoodCallWorks() {
    grpc::ClientContext context;
    v1::GetRosterReply reply;
    const grpc::Status status = stub_->GetRoster(&context, {}, &reply);
    if (!status.ok() || reply.ruling().empty()) wrong_ = "GetRoster: " + status.error_message();
    if (channel_->GetState(false) != GRPC_CHANNEL_READY) wrong_ = "the connection was dropped";
  }

  SystemClock clock_;
  const Roster& roster_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::Coordinator::Stub> stub_;
  SeededRandom random_;
  std::string wrong_;
};

}  // namespace
}  // namespace whoelse

int main(int argc, char** argv) {
  using namespace whoelse;
  if (argc != 3) return 2;
  ForceTls13();
  if (!InitCrypto()) return 1;
  const auto config = NodeConfig::Load(std::string(argv[1]) + "/node.toml");
  const auto file = ReadWholeFile(config->roster, size_t{64} << 20);
  const auto signed_roster = SignedRoster::Parse(*file);
  const auto roster = Roster::Parse(Note::Parse(signed_roster->note)->text);
  const std::string wrong = BadMember(*config, *roster, std::strtoull(argv[2], nullptr, 10)).Run();
  if (!wrong.empty()) std::cerr << wrong << "\n";
  return wrong.empty() ? 0 : 1;
}
