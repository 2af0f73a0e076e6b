#include "tests/e2e/crooked_relay.h"

#include <grpcpp/grpcpp.h>

#include <filesystem>
#include <stdexcept>
#include <thread>

#include "audit/checkpoint.h"
#include "protocol/admission.h"
#include "protocol/limits.h"
#include "rpc/channel.h"
#include "rpc/status.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

constexpr size_t kFileMax = size_t{64} << 20;

template <typename T>
T Value(absl::StatusOr<T> value) {
  if (!value.ok()) throw std::runtime_error(value.status().ToString());
  return *std::move(value);
}

Roster ReadRoster(const std::string& path) {
  const SignedRoster signed_roster = Value(SignedRoster::Parse(Value(ReadWholeFile(path, kFileMax))));
  return Value(Roster::Parse(Value(Note::Parse(signed_roster.note)).text));
}

uint64_t SizeOf(const std::string& checkpoint) {
  return Value(Checkpoint::Parse(Value(Note::Parse(checkpoint)).text)).size;
}

}  // namespace

CrookedRelay::CrookedRelay(const std::string& federation, const std::string& slug,
                           const std::string& upstream, const Clock& clock)
    : clock_(clock),
      config_(Value(CoordinatorConfig::Load(federation + "/coordinators/" + slug +
                                            "/coordinator.toml"))),
      secrets_(Value(ReadSecrets(config_.secrets, Value(ReadMasterKey(config_.master_key))))),
      roster_(ReadRoster(federation + "/roster.signed")),
      gate_(std::make_shared<PeerGate>(clock)) {
  const TlsPin& pin = roster_.FindCoordinator(config_.id)->tls_pin;
  std::vector<TlsPin> pins;
  for (const auto& folder : std::filesystem::directory_iterator(federation + "/agencies")) {
    const std::string tls = folder.path() / "tls";
    const TlsFiles files{tls + "/certificate.pem", tls + "/key.pem"};
    pins.push_back(Value(CheckTlsFiles(files)).pin);
    const RosterAgency* agency = roster_.FindAgencyByPin(pins.back());
    if (agency == nullptr) continue;
    members_[pins.back()] = {agency->id,
                             v1::Coordinator::NewStub(MakeChannel(upstream, files, pin, clock))};
  }
  gate_->Admit(pins);
}

std::string CrookedRelay::endpoint() const {
  return roster_.FindCoordinator(config_.id)->endpoint;
}

void CrookedRelay::Cheat(const std::string& fault, AgencyId agency) {
  const std::lock_guard lock(mutex_);
  faults_.insert({fault, agency});
}

void CrookedRelay::Honest() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
}

bool CrookedRelay::Cheats(const std::string& fault, AgencyId agency) const {
  const std::lock_guard lock(mutex_);
  return faults_.contains({fault, 0}) || faults_.contains({fault, agency});
}

const CrookedRelay::Member* CrookedRelay::MemberOf(const grpc::ServerContext& context) const {
  const auto peer = AuthenticatedPeer(*context.auth_context(), *gate_);
  const auto found = peer.ok() ? members_.find(peer->pin) : members_.end();
  return found == members_.end() ? nullptr : &found->second;
}

grpc::Status CrookedRelay::Evaluate(grpc::ServerContext* context, const v1::EvaluateCall* call,
                                    v1::EvaluateReply* reply) {
  const Member* const member = MemberOf(*context);
  if (member == nullptr) return ToGrpc(ServiceError::kNotAMember);
  const auto up = grpc::ClientContext::FromServerContext(*context);
  return member->stub->Evaluate(up.get(), *call, reply);
}

grpc::Status CrookedRelay::GetRoster(grpc::ServerContext* context, const v1::GetRosterCall* call,
                                     v1::GetRosterReply* reply) {
  const Member* const member = MemberOf(*context);
  if (member == nullptr) return ToGrpc(ServiceError::kNotAMember);
  const auto up = grpc::ClientContext::FromServerContext(*context);
  if (Cheats("no-rosters", member->agency)) return ToGrpc(ServiceError::kBusy);
  return member->stub->GetRoster(up.get(), *call, reply);
}

grpc::Status CrookedRelay::Prove(grpc::ServerContext* context, const v1::ProveCall* call,
                                 v1::ProveReply* reply) {
  const Member* const member = MemberOf(*context);
  if (member == nullptr) return ToGrpc(ServiceError::kNotAMember);
  const auto up = grpc::ClientContext::FromServerContext(*context);
  return member->stub->Prove(up.get(), *call, reply);
}

grpc::Status CrookedRelay::Ask(grpc::ServerContext* context, const v1::AskCall* call,
                               grpc::ServerWriter<v1::AskItem>* asker) {
  const Member* const member = MemberOf(*context);
  if (member == nullptr) return ToGrpc(ServiceError::kNotAMember);
  if (Cheats("unlogged", member->agency)) {
    SendUnlogged(call->frame());
    return ToGrpc(ServiceError::kBusy);
  }
  const auto up_context = grpc::ClientContext::FromServerContext(*context);
  const auto up = member->stub->Ask(up_context.get(), *call);
  v1::AskItem item;
  while (up->Read(&item)) {
    for (v1::AgencyItem& agency : *item.mutable_agencies()) {
      if (!Cheats("drop", agency.agency())) continue;
      agency.set_relay_code(static_cast<uint32_t>(RelayCode::kDeadline));
    }
    asker->Write(item);
  }
  return up->Finish();
}

grpc::Status CrookedRelay::Attach(grpc::ServerContext* context, NodeStream* node) {
  const Member* const member = MemberOf(*context);
  if (member == nullptr) return ToGrpc(ServiceError::kNotAMember);
  grpc::ClientContext up_context;
  const auto up = member->stub->Attach(&up_context);
  std::thread replies([&] {
    v1::FromNode message;
    while (node->Read(&message) && up->Write(message)) {
    }
    up_context.TryCancel();
  });
  v1::ToNode message;
  while (up->Read(&message)) {
    const std::lock_guard lock(mutex_);
    streams_.insert(node);
    Bend(member->agency, message);
    if (!node->Write(message)) break;
  }
  {
    const std::lock_guard lock(mutex_);
    streams_.erase(node);
  }
  context->TryCancel();
  replies.join();
  return up->Finish();
}

void CrookedRelay::Bend(AgencyId agency, v1::ToNode& message) {
  if (message.has_attached()) log_size_ = message.attached().tree_size();
  if (message.has_checkpoint()) log_size_ = SizeOf(message.checkpoint().checkpoint());
  if (Cheats("skip", agency)) message.clear_envelopes();
  if (Cheats("stall", agency)) message.clear_checkpoint();
  if (Cheats("no-beats", agency)) message.clear_heartbeat();
  if (Cheats("no-rosters", agency)) message.clear_roster();
  if (Cheats("rewrite", agency) && message.checkpoint().leaves_size() > 0) {
    message.mutable_checkpoint()->mutable_leaves(0)->back() ^= 1;
  }
  if (message.has_attached()) Truncate(agency, *message.mutable_attached());
  if (Cheats("fork", agency) && message.has_attached()) Fork(*message.mutable_attached());
}

void CrookedRelay::Truncate(AgencyId agency, v1::Attached& attached) {
  if (attached.checkpoint().empty()) return;
  const auto first = first_signed_.try_emplace(agency, attached).first;
  if (Cheats("truncate", agency)) attached = first->second;
}

// The same size, another first leaf, and the signature of the log's own key.
void CrookedRelay::Fork(v1::Attached& attached) const {
  Checkpoint checkpoint =
      Value(Checkpoint::Parse(Value(Note::Parse(attached.checkpoint())).text));
  std::vector<TreeHash> hashes;
  for (const std::string& hash : attached.frontier()) hashes.emplace_back(AsBytes(hash).first<32>());
  hashes.front().data()[0] ^= 1;
  checkpoint.root = Value(Frontier::Create(checkpoint.size, hashes)).Root();
  attached.set_frontier(0, ToString(hashes.front()));
  attached.set_checkpoint(
      SignCheckpoint(checkpoint, SigningKey::FromSeed(secrets_.log_seed.Reveal())).Serialize());
}

void CrookedRelay::SendUnlogged(const std::string& frame) {
  const std::lock_guard lock(mutex_);
  Admission admission{config_.id,      roster_.FindCoordinator(config_.id)->log_key.key_id,
                      log_size_,       clock_.NowMs(),
                      Frame::HashOf(AsBytes(frame)), {}};
  admission.Sign(SigningKey::FromSeed(secrets_.admission_seed.Reveal()), roster_.federation);
  v1::ToNode message;
  v1::Envelope& envelope = *message.add_envelopes();
  envelope.set_frame(frame);
  envelope.set_admission(ToString(admission.Serialize()));
  for (NodeStream* const stream : streams_) stream->Write(message);
}

}  // namespace whoelse
