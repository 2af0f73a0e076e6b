#include "node/uplink.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>

#include "protocol/limits.h"
#include "rpc/log.h"
#include "rpc/status.h"

namespace whoelse {
namespace {

constexpr size_t kOutgoingMax = 256;
constexpr TimeMs kRetryFirstMs = 100;
constexpr TimeMs kRetryMostMs = 10'000;
constexpr std::chrono::milliseconds kSweep{1000};   // of expired certificates

std::vector<TreeHash> ReadHashes(const google::protobuf::RepeatedPtrField<std::string>& list) {
  std::vector<TreeHash> hashes;
  for (const std::string& bytes : list) {
    if (bytes.size() != TreeHash::kSize) return {};   // a proof of the wrong form verifies nothing
    hashes.emplace_back(AsBytes(bytes).first<32>());
  }
  return hashes;
}

LoggedLeaf ReadLeaf(const v1::LoggedLeaf& leaf) {
  return {leaf.index(), ToBytes(AsBytes(leaf.entry())), ReadHashes(leaf.proof())};
}

// What came, as the answering thread takes it.
Push ReadPush(const v1::ToNode& message) {
  Push push;
  if (message.has_attached()) {
    const v1::Attached& attached = message.attached();
    push.attached = AttachStatement{attached.tree_size(), attached.checkpoint(),
                                    ReadHashes(attached.frontier()),
                                    ReadHashes(attached.consistency())};
    if (attached.has_roster()) push.attached->roster = ReadLeaf(attached.roster());
    if (attached.has_after_roster()) {
      push.attached->after_roster = ReadLeaf(attached.after_roster());
    }
    for (const v1::LoggedLeaf& leaf : attached.proven()) {
      push.attached->proven.push_back(ReadLeaf(leaf));
    }
  }
  for (const v1::Envelope& envelope : message.envelopes()) {
    push.envelopes.push_back(
        {ToBytes(AsBytes(envelope.frame())), ToBytes(AsBytes(envelope.admission()))});
  }
  if (message.has_checkpoint()) {
    push.checkpoint = Push::Checkpoint{message.checkpoint().checkpoint(), {}};
    for (const std::string& leaf : message.checkpoint().leaves()) {
      push.checkpoint->leaves.push_back(ToBytes(AsBytes(leaf)));
    }
  }
  push.heartbeat = ToBytes(AsBytes(message.heartbeat()));
  push.roster = ToBytes(AsBytes(message.roster()));
  return push;
}

}  // namespace

Uplink::Uplink(RosterCoordinator coordinator, Coordinators& coordinators, Answering& answering,
               RosterBoard& board, Random& random)
    : coordinator_(std::move(coordinator)),
      coordinators_(coordinators),
      answering_(answering),
      board_(board),
      random_(random),
      thread_([this] { Run(); }) {}

void Uplink::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Uplink::Stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Uplink::Send(std::vector<Bytes> wires, std::vector<Bytes> refusals) {
  v1::FromNode message;
  for (const Bytes& wire : wires) message.mutable_replies()->add_wires(ToString(wire));
  for (const Bytes& refusal : refusals) message.mutable_replies()->add_refusals(ToString(refusal));
  Queue(std::move(message));
}

void Uplink::Send(Witness::Cosigned cosigned) {
  v1::FromNode message;
  message.mutable_cosignature()->set_size(cosigned.size);
  message.mutable_cosignature()->set_line(std::move(cosigned.line));
  Queue(std::move(message));
}

void Uplink::Queue(v1::FromNode message) {
  {
    const std::lock_guard lock(mutex_);
    if (stream_ == 0 || outgoing_.size() >= kOutgoingMax) return;
    outgoing_.push_back(std::move(message));
  }
  changed_.notify_all();
}

bool Uplink::attached() const {
  const std::lock_guard lock(mutex_);
  return attached_;
}

void Uplink::Run() {
  int failures = 0;
  while (!Stopping()) {
    failures = RunStream() ? 0 : failures + 1;
    WaitBeforeRetry(failures);
  }
}

// Full jitter: a thousand nodes that lost the same coordinator must not come back as one.
void Uplink::WaitBeforeRetry(int failures) {
  const TimeMs most = std::min(kRetryMostMs, kRetryFirstMs << std::min(failures, 10));
  const auto wait = std::chrono::milliseconds(random_.Below(most) + 1);
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, wait, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return stopping_; });
}

void Uplink::End(uint64_t stream) {
  const std::lock_guard lock(mutex_);
  if (context_ == nullptr || stream_ != stream) return;
  cut_ = true;
  context_->TryCancel();
}

bool Uplink::RunStream() {
  const Answering::StreamStart start = answering_.BeginStream(coordinator_.id);
  grpc::ClientContext context;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    context_ = &context;
    stream_ = start.stream;
    cut_ = false;
    certified_until_ = 0;
    outgoing_.clear();
    v1::FromNode hello;
    hello.mutable_hello()->set_known_size(start.known_size);
    // The note too: a coordinator whose store was rolled back must hear of what it had signed.
    hello.mutable_hello()->set_checkpoint(start.checkpoint);
    hello.mutable_hello()->set_roster_version(board_.Read().roster->version);
    for (const uint64_t index : start.unproven) hello.mutable_hello()->add_unproven(index);
    outgoing_.push_back(std::move(hello));
  }
  const std::shared_ptr<Coordinators::Stub> stub = coordinators_.StubFor(coordinator_);
  const std::unique_ptr<Stream> stream = stub->Attach(&context);
  std::thread writer([&] { Write(*stream, start.stream); });
  v1::ToNode message;
  bool was_attached = false;
  std::optional<bool> theirs;
  while (stream->Read(&message)) {
    if (!theirs) theirs = CheckCoordinator(context);
    if (!*theirs) {
      End(start.stream);
      continue;
    }
    if (!was_attached && message.has_attached()) {
      was_attached = true;
      const std::lock_guard lock(mutex_);
      attached_ = true;
    }
    // A queue that is full means that this node is behind: better no stream than a skipped frame.
    if (!answering_.OnPush(coordinator_.id, start.stream, ReadPush(message),
                           message.ByteSizeLong())) {
      answering_.OnDetached(coordinator_.id, start.stream);   // what still comes is dropped
      End(start.stream);
    }
  }
  bool cut = false;
  {
    const std::lock_guard lock(mutex_);
    context_ = nullptr;
    stream_ = 0;
    attached_ = false;
    cut = cut_;
  }
  changed_.notify_all();
  writer.join();
  answering_.OnDetached(coordinator_.id, start.stream);
  const grpc::Status status = stream->Finish();
  if (!status.ok() && FromGrpc(status) == ServiceError::kReplaced) {
    answering_.RaiseAlarm({coordinator_.id, AlarmKind::kStreamReplaced, 0, {}});
  }
  const ServiceError error = Unreachable(status) ? ServiceError::kNotReady : FromGrpc(status);
  Log(LogLevel::kInfo, "detached",
      {{LogField::kCoordinator, coordinator_.id}, {LogField::kError, error}});
  if (error == ServiceError::kNotAMember) coordinators_.Reconnect(coordinator_.id);
  coordinators_.LookAtCertificate();
  return was_attached && !cut;
}

bool Uplink::CheckCoordinator(const grpc::ClientContext& context) {
  const TimeS until = coordinators_.CertifiedUntil(coordinator_, context);
  const std::lock_guard lock(mutex_);
  certified_until_ = until;
  return until != 0;
}

// A stream lives for months, and its handshake looked at the certificate once: a key that was to be of
// no use after a day would be good for ever.
void Uplink::CutWhenExpired(uint64_t id) {
  {
    const std::lock_guard lock(mutex_);
    if (certified_until_ == 0 || coordinators_.NowS() <= certified_until_) return;
  }
  coordinators_.Reconnect(coordinator_.id);
  End(id);
}

void Uplink::Write(Stream& stream, uint64_t id) {
  while (true) {
    CutWhenExpired(id);
    v1::FromNode message;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kSweep, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
        return stopping_ || stream_ != id || !outgoing_.empty();
      });
      if (stopping_ || stream_ != id) return;
      if (outgoing_.empty()) continue;
      message = std::move(outgoing_.front());
      outgoing_.pop_front();
    }
    if (!stream.Write(message)) return;   // the reading side sees the end of the stream
  }
}

// An uplink is over before its successor begins: were its last act to ask for one more stream, the
// successor's would no longer be the last one begun, and all that comes on it would be dropped.
void Uplinks::Follow(const Roster& roster) {
  StopOthersThan(&roster);
  const std::lock_guard lock(mutex_);
  for (const RosterCoordinator& coordinator : roster.coordinators) {
    std::shared_ptr<Uplink>& uplink = uplinks_[coordinator.id];
    if (uplink != nullptr) continue;
    uplink = std::make_shared<Uplink>(coordinator, coordinators_, answering_, board_, random_);
  }
}

void Uplinks::StopAll() { StopOthersThan(nullptr); }

void Uplinks::StopOthersThan(const Roster* roster) {
  std::vector<std::shared_ptr<Uplink>> ended;
  {
    const std::lock_guard lock(mutex_);
    for (auto it = uplinks_.begin(); it != uplinks_.end();) {
      const RosterCoordinator* now =
          roster == nullptr ? nullptr : roster->FindCoordinator(it->first);
      if (now != nullptr && *now == it->second->coordinator()) {
        ++it;
        continue;
      }
      ended.push_back(std::move(it->second));
      it = uplinks_.erase(it);
    }
  }
  // Outside of the lock, and here: whoever still holds one to send by it does not wait for it.
  for (const std::shared_ptr<Uplink>& uplink : ended) uplink->Stop();
}

std::shared_ptr<Uplink> Uplinks::Find(CoordinatorId id) const {
  const std::lock_guard lock(mutex_);
  const auto it = uplinks_.find(id);
  return it == uplinks_.end() ? nullptr : it->second;
}

std::set<CoordinatorId> Uplinks::Attached() const {
  const std::lock_guard lock(mutex_);
  std::set<CoordinatorId> attached;
  for (const auto& [id, uplink] : uplinks_) {
    if (uplink->attached()) attached.insert(id);
  }
  return attached;
}

void Uplinks::SendWires(CoordinatorId to, std::vector<Bytes> wires) {
  if (const auto uplink = Find(to)) uplink->Send(std::move(wires), {});
}

void Uplinks::SendRefusals(CoordinatorId to, std::vector<Bytes> refusals) {
  if (const auto uplink = Find(to)) uplink->Send({}, std::move(refusals));
}

void Uplinks::SendCosignature(CoordinatorId to, Witness::Cosigned cosigned) {
  if (const auto uplink = Find(to)) uplink->Send(std::move(cosigned));
}

void Uplinks::EndStream(CoordinatorId to, uint64_t stream) {
  if (const auto uplink = Find(to)) uplink->End(stream);
}

}  // namespace whoelse
