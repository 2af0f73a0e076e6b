#include "bench/stub_nodes.h"

#include <utility>

#include "bench/measure.h"
#include "coordinator/call.h"
#include "protocol/limits.h"
#include "rpc/channel.h"

namespace whoelse::bench {
namespace {

constexpr size_t kFrameHashAt = 2 + 4 + 8 + 8;   // in an admission
constexpr std::chrono::seconds kPatience(60);

}  // namespace

// One agency's Attach stream. Lives until its last operation has come back.
class StubNode final : public Call {
 public:
  StubNode(StubNodes* nodes, v1::Coordinator::Stub& stub, const RosterAgency& agency,
           uint64_t roster_version)
      : nodes_(nodes), id_(agency.id), version_(roster_version) {
    context_.set_wait_for_ready(true);   // dials again until somebody is there, like a node
    stream_ = stub.PrepareAsyncAttach(&context_, nodes->queue());
    stream_->StartCall(started_.Arm());
  }
  void HangUp() { context_.TryCancel(); }

 private:
  ~StubNode() override { nodes_->OnGone(); }
  void Started(bool ok) {
    if (!ok) return;
    v1::FromNode hello;
    hello.mutable_hello()->set_roster_version(version_);
    Write(std::move(hello));
    stream_->Read(&incoming_, read_.Arm());
  }
  void ReadDone(bool ok) {
    if (!ok) return;
    nodes_->CountMessage();
    if (incoming_.has_attached()) nodes_->OnAttached();
    for (const v1::Envelope& envelope : incoming_.envelopes()) Answer(envelope);
    if (incoming_.envelopes_size() > 0 && !writing_) Write(std::exchange(pending_, {}));
    stream_->Read(&incoming_, read_.Arm());
  }
  // As a node does: what belongs together goes in one message.
  void Answer(const v1::Envelope& envelope) {
    std::string& wire = *pending_.mutable_replies()->add_wires();
    wire = ToString(Writer().U32(id_).Take());
    wire.append(envelope.admission(), kFrameHashAt, FrameHash::kSize);
    wire.resize(kWireSize, 'w');
  }
  void Write(v1::FromNode message) {
    writing_ = true;
    nodes_->CountMessage();
    stream_->Write(message, written_.Arm());
  }
  void Written(bool ok) {
    writing_ = false;
    if (ok && pending_.has_replies()) Write(std::exchange(pending_, {}));
  }

  StubNodes* const nodes_;
  const AgencyId id_;
  const uint64_t version_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<v1::FromNode, v1::ToNode>> stream_;
  v1::ToNode incoming_;
  v1::FromNode pending_;
  bool writing_ = false;
  Step<StubNode> started_{this, &StubNode::Started};
  Step<StubNode> read_{this, &StubNode::ReadDone};
  Step<StubNode> written_{this, &StubNode::Written};
};

// One question and what comes back.
class StubAsk final : public Call {
 public:
  StubAsk(StubNodes* nodes, v1::Coordinator::Stub& stub, const Question& question)
      : nodes_(nodes) {
    v1::AskCall call;
    call.set_frame(ToString(question.frame.bytes()));
    call.set_r(ToString(question.r));
    context_.set_deadline(DeadlineIn(kPatience));
    reader_ = stub.PrepareAsyncAsk(&context_, call, nodes->queue());
    reader_->StartCall(started_.Arm());
  }

 private:
  void Started(bool ok) {
    if (!ok) return End();
    reader_->Read(&item_, read_.Arm());
  }
  void ReadDone(bool ok) {
    if (!ok) return End();
    nodes_->CountMessage();
    if (item_.has_admission()) nodes_->OnAdmitted(since_asked_.Ms());
    for (const v1::AgencyItem& agency : item_.agencies()) {
      if (agency.wire().size() == kWireSize) ++wires_;
    }
    if (item_.has_closed()) closed_ = true;
    reader_->Read(&item_, read_.Arm());
  }
  void End() { reader_->Finish(&status_, finished_.Arm()); }
  void Finished(bool) { nodes_->OnAsked(status_.ok() && closed_ && wires_ == nodes_->count()); }

  StubNodes* const nodes_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncReader<v1::AskItem>> reader_;
  v1::AskItem item_;
  grpc::Status status_;
  const Stopwatch since_asked_;
  size_t wires_ = 0;
  bool closed_ = false;
  Step<StubAsk> started_{this, &StubAsk::Started};
  Step<StubAsk> read_{this, &StubAsk::ReadDone};
  Step<StubAsk> finished_{this, &StubAsk::Finished};
};

namespace {

// Work for the loop's thread.
class Posted final : public Tag {
 public:
  Posted(grpc::CompletionQueue* queue, std::function<void()> work) : work_(std::move(work)) {
    alarm_.Set(queue, gpr_inf_past(GPR_CLOCK_REALTIME), static_cast<Tag*>(this));
  }
  void Run(bool) override {
    work_();
    delete this;
  }

 private:
  grpc::Alarm alarm_;
  const std::function<void()> work_;
};

}  // namespace

StubNodes::StubNodes(const StubArea& area) {
  const RosterCoordinator& coordinator = area.coordinator();
  for (size_t i = 0; i < area.roster().agencies.size(); ++i) {
    stubs_.push_back(v1::Coordinator::NewStub(
        MakeChannel(coordinator.endpoint, area.AgencyTls(i), coordinator.tls_pin, clock_)));
    nodes_.push_back(
        new StubNode(this, *stubs_[i], area.roster().agencies[i], area.roster().version));
    nodes_[i]->Hold();
  }
  thread_ = std::thread([this] {
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) static_cast<Tag*>(tag)->Run(ok);
  });
}

StubNodes::~StubNodes() {
  // Every read comes back with an error, and nothing new is begun after it.
  Post([this] {
    for (StubNode* node : nodes_) node->HangUp();
    for (StubNode* node : nodes_) node->Release();
  });
  thread_.join();
}

void StubNodes::OnGone() {
  if (++gone_ == count()) queue_.Shutdown();
}

void StubNodes::Post(std::function<void()> work) { new Posted(&queue_, std::move(work)); }

void StubNodes::OnAttached() {
  const std::lock_guard lock(mutex_);
  ++attached_;
  changed_.notify_all();
}

bool StubNodes::WaitAttached(std::chrono::seconds patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [this] { return attached_ == count(); });
}

void StubNodes::OnAsked(bool complete) {
  const std::lock_guard lock(mutex_);
  ++asked_;
  all_complete_ = all_complete_ && complete;
  changed_.notify_all();
}

void StubNodes::OnAdmitted(double ms) {
  const std::lock_guard lock(mutex_);
  admission_ms_.push_back(ms);
}

std::vector<double> StubNodes::admission_ms() {
  const std::lock_guard lock(mutex_);
  return admission_ms_;
}

void StubNodes::Begin() {
  const std::lock_guard lock(mutex_);
  asked_ = 0;
  all_complete_ = true;
  admission_ms_.clear();
}

bool StubNodes::WaitAsked(size_t questions) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return asked_ == questions; });
  return all_complete_;
}

bool StubNodes::Ask(const std::vector<Asked>& questions) {
  Begin();
  Post([this, &questions] {
    for (const Asked& asked : questions) new StubAsk(this, *stubs_[asked.place], asked.question);
  });
  return WaitAsked(questions.size());
}

bool StubNodes::AskEach(std::chrono::milliseconds apart, const std::vector<Asked>& questions) {
  Begin();
  auto next = std::chrono::steady_clock::now();
  for (const Asked& asked : questions) {
    std::this_thread::sleep_until(next);
    Post([this, &asked] { new StubAsk(this, *stubs_[asked.place], asked.question); });
    next += apart;
  }
  return WaitAsked(questions.size());
}

}  // namespace whoelse::bench
