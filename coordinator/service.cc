#include "coordinator/service.h"

#include <algorithm>
#include <utility>

#include "coordinator/ask_call.h"
#include "coordinator/attach_call.h"
#include "coordinator/audit_calls.h"
#include "coordinator/log_calls.h"
#include "coordinator/short_calls.h"
#include "protocol/limits.h"
#include "rpc/log.h"

namespace whoelse {
namespace {

constexpr size_t kEvaluationThreads = 2;
constexpr size_t kEvaluationQueueMax = 256;
constexpr TimeMs kSecondMs = 1000;
constexpr TimeMs kHourMs = 3'600'000;
// Long beside the spread of what belongs together, short beside a time slot.
constexpr std::chrono::milliseconds kResultsTogether{10}, kFramesTogether{30};

uint32_t HourOf(TimeMs now) { return static_cast<uint32_t>(now / kHourMs); }

}  // namespace

CoordinatorService::CoordinatorService(ServiceParts parts)
    : parts_(std::move(parts)),
      log_verifier_(*NoteVerifier::Create(parts_.log.origin, NoteKeyType::kEd25519,
                                          parts_.log_key.verify_key())),
      gate_(std::make_shared<PeerGate>(parts_.clock)),
      pool_(kEvaluationThreads, kEvaluationQueueMax),
      relay_(parts_.relay),
      cosigned_(parts_.outside_witnesses) {}

CoordinatorService::~CoordinatorService() { Stop(); }

absl::StatusOr<std::unique_ptr<CoordinatorService>> CoordinatorService::Start(ServiceParts parts) {
  auto service = std::unique_ptr<CoordinatorService>(new CoordinatorService(std::move(parts)));
  if (absl::Status status = service->Listen(); !status.ok()) return status;
  service->serving_.get_future().wait();
  return service;
}

absl::Status CoordinatorService::Listen() {
  const auto head = parts_.state.Head();
  if (!head.ok()) return head.status();
  tree_size_ = head->size();
  const auto hour = parts_.state.LastEvaluatedHour();
  if (!hour.ok()) return hour.status();
  evaluated_hour_ = hour->value_or(HourOf(now()) - 1);
  gate_->Admit(parts_.desk.Pins());
  LookAtOwnCertificate(parts_.tls, parts_.clock);

  grpc::ServerBuilder builder;
  builder.RegisterService(&rpc_);
  builder.RegisterService(&audit_rpc_);
  loop_ = std::make_unique<EventLoop>(builder.AddCompletionQueue());
  tick_ = std::make_unique<Timer>(loop_.get(), [this] { OnTick(); });
  checkpoint_timer_ =
      std::make_unique<Timer>(loop_.get(), [this] { SignWhenHeard(); });
  results_ = std::make_unique<Gathering>(loop_.get(), kResultsTogether);
  frames_ = std::make_unique<Gathering>(loop_.get(), kFramesTogether);
  auto bound = StartServer(builder, parts_.listen, ServerCredentials(parts_.tls, gate_), {});
  if (!bound.ok()) {
    loop_->Close();
    loop_->Run();
    return bound.status();
  }
  server_ = std::move(bound->server);
  port_ = bound->port;
  sequencer_ = std::make_unique<Sequencer>(
      parts_.state, parts_.mirror, parts_.log_key, parts_.clock, parts_.log,
      Sequencer::Listeners{
          [this](std::function<void()> work) { loop_->Post(std::move(work)); },
          [this](const PoolCommitted& committed) { OnCommitted(committed); },
          [this](const SignedCheckpoint& checkpoint) { OnCheckpoint(checkpoint); }});
  thread_ = std::thread([this] { loop_->Run(); });
  loop_->Post([this] { Prepare(); });
  return absl::OkStatus();
}

void CoordinatorService::Prepare() {
  RosterRules();
  if (parts_.first_change) Apply(*std::exchange(parts_.first_change, std::nullopt));
  LogKeyEvents();
  TakeUpLog();
}

void CoordinatorService::TakeCalls() {
  EvaluateCall::Listen(this);
  GetRosterCall::Listen(this);
  AskCall::Listen(this);
  AttachCall::Listen(this);
  ProveCall::Listen(this);
  LedgerDigestCall::Listen(this);
  OpenedCall::Listen(this);
  SideTableCall::Listen(this);
  EvaluatedCall::Listen(this);
  OnTick();
  serving_.set_value();
}

void CoordinatorService::LookAtRoster() {
  loop_->Post([this] {
    if (auto change = parts_.desk.Poll(now(), true)) Apply(*std::move(change));
  });
}

void CoordinatorService::WaitForLoop() {
  std::promise<void> reached;
  if (loop_->Post([&reached] { reached.set_value(); })) reached.get_future().wait();
}

void CoordinatorService::Stop(std::chrono::milliseconds grace) {
  if (server_ == nullptr || stopped_.exchange(true)) return;
  loop_->Post([this] {
    draining_ = true;
    OnTick();
  });
  server_->Shutdown(DeadlineIn(grace));
  // So that the next start finds nothing that no checkpoint covers.
  loop_->Post([this] { SignWhenHeard(); });
  WaitForLoop();
  // What they post may start a last write, so the queue closes after the loop has seen it.
  sequencer_->Finish();
  WaitForLoop();
  pool_.Finish();
  loop_->Post([this] {
    for (Gathering* gathering : {results_.get(), frames_.get()}) gathering->Stop();
    for (Timer* timer : {tick_.get(), checkpoint_timer_.get()}) timer->Stop();
  });
  WaitForLoop();
  loop_->Close();
  thread_.join();
}

std::optional<Peer> CoordinatorService::CheckPeer(const grpc::ServerContext& context) const {
  auto peer = AuthenticatedPeer(*context.auth_context(), *gate_);
  if (!peer.ok()) return std::nullopt;
  return *peer;
}

void CoordinatorService::OnTick() {
  const TimeMs time = now();
  if (time >= next_second_ || time + 2 * kSecondMs < next_second_) EverySecond(time);
  Do(relay_.OnTick(time));
  if (draining_ && relay_.open() == 0) CutAllCalls();
  tick_->FireWithin(std::chrono::milliseconds(draining_ ? kSecondMs / 20 : kSecondMs));
}

void CoordinatorService::EverySecond(TimeMs time) {
  next_second_ = time + kSecondMs;
  if (auto change = parts_.desk.Poll(time, false)) Apply(*std::move(change));
  if (auto change = parts_.desk.Tick(time)) Apply(*std::move(change));
  CutExpired(time / kSecondMs);
  if (HourOf(time) != heartbeat_hour_) PushHeartbeat();
  if (!heard_ && time >= hear_until_) {
    heard_ = true;
    if (sign_when_heard_) SignWhenHeard();
  }
  if (evaluated_hour_ + 1 < HourOf(time)) {
    LookAtOwnCertificate(parts_.tls, parts_.clock);
    evaluated_hour_ = HourOf(time) - 1;
    sequencer_->Submit(
        EvaluatedSubmission{evaluated_hour_, parts_.random.NewFixed<EvaluatedSalt>()},
        [](const Sequencer::Settled&) {}, true);
  }
}

void CoordinatorService::Apply(RosterDesk::Change change) {
  // At once, before it is on the disk: a member that was dropped because its key was stolen is cut
  // off also when the disk is full.
  TakeUpShares();
  if (change.ruling) RosterRules();
  auto push = [this, accepted = std::move(change.accepted)](const Sequencer::Settled&) {
    if (!accepted) return;
    for (const auto& [id, stream] : streams_) {
      if (stream->live()) stream->SendRoster(*accepted);
    }
  };
  sequencer_->Submit(std::move(change.submission), std::move(push), true);
  LogKeyEvents();
}

// A new roster may name shares that were dealt since this process began, or retire a key version.
void CoordinatorService::TakeUpShares() {
  if (!parts_.read_shares) return;
  absl::StatusOr<std::vector<EvaluatorShare>> shares = parts_.read_shares();
  if (shares.ok()) return parts_.evaluator.SetShares(*std::move(shares));
  Log(LogLevel::kAlarm, "shares_unreadable", {{LogField::kError, shares.status()}});
}

void CoordinatorService::RosterRules() {
  const std::shared_ptr<const Roster>& roster = parts_.desk.ruling();
  if (roster->FindCoordinator(parts_.self) == nullptr) {
    Log(LogLevel::kAlarm, "not_in_roster", {{LogField::kRosterVersion, roster->version}});
  }
  gate_->Admit(parts_.desk.Pins());
  Do(relay_.SetRoster(roster));
  TakeUpWitnesses(*roster);
  PushHeartbeat();
}

Bytes CoordinatorService::CurrentHeartbeat() {
  const Roster& roster = *parts_.desk.ruling();
  const uint32_t hour = HourOf(now());
  if (hour != heartbeat_hour_ || roster.version != heartbeat_version_) {
    heartbeat_ = Heartbeat::Sign(roster, parts_.self, hour, parts_.admission_key).Serialize();
    heartbeat_hour_ = hour;
    heartbeat_version_ = roster.version;
  }
  return heartbeat_;
}

void CoordinatorService::PushHeartbeat() {
  const Bytes heartbeat = CurrentHeartbeat();
  for (const auto& [id, stream] : streams_) {
    if (stream->live()) stream->SendHeartbeat(heartbeat);
  }
}

// gRPC looks at a certificate when the connection begins and never again.
void CoordinatorService::CutExpired(TimeS time) {
  for (const auto& [id, stream] : streams_) {
    if (!stream->live() || stream->not_after() >= time) continue;
    relay_.OnDetach(id);
    stream->Cut(ServiceError::kNotAMember);
  }
}

void CoordinatorService::CutAllCalls() {
  for (const auto& [id, stream] : streams_) {
    relay_.OnDetach(id);
    stream->Cut(ServiceError::kNotReady);
  }
}

}  // namespace whoelse
