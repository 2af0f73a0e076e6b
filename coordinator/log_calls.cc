#include "coordinator/log_calls.h"

#include <algorithm>
#include <utility>

#include "coordinator/handed_in.h"
#include "coordinator/log_reader.h"
#include "rpc/log.h"

namespace whoelse {
namespace {

constexpr int kProveIndexesMax = 8;

absl::StatusOr<v1::ProveReply> Prove(const CoordinatorState& state, const v1::ProveCall& call,
                                     const CosignedCheckpoint& checkpoint) {
  const std::vector<uint64_t> indexes(call.indexes().begin(), call.indexes().end());
  const auto proofs = StoredInclusionProofs(state, indexes, checkpoint.size);
  if (!proofs.ok()) return proofs.status();
  v1::ProveReply reply;
  reply.set_checkpoint(checkpoint.note.Serialize());
  for (const ProofOfEntry& proof : *proofs) {
    v1::ProvenEntry& entry = *reply.add_entries();
    entry.set_entry(ToString(proof.entry));
    for (const TreeHash& hash : proof.proof) entry.add_proof(ToString(hash));
  }
  return reply;
}

}  // namespace

void ProveCall::Listen(CoordinatorService* service) {
  auto* call = new ProveCall(service);
  grpc::ServerCompletionQueue* queue = service->loop().queue();
  service->rpc().RequestProve(&call->context_, &call->request_, &call->responder_, queue, queue,
                              call->accepted_.Arm());
}

void ProveCall::Handle(const Peer&) {
  if (request_.indexes_size() < 1 || request_.indexes_size() > kProveIndexesMax) {
    return Fail(ServiceError::kSize);
  }
  const uint64_t last = *std::max_element(request_.indexes().begin(), request_.indexes().end());
  const CosignedCheckpoint* checkpoint =
      last < kTreeSizeMax ? service_->cosigned().Covering(last + 1) : nullptr;
  if (checkpoint == nullptr) return Fail(ServiceError::kNotCovered);
  Read(*checkpoint);
}

void ProveCall::Read(const CosignedCheckpoint& checkpoint) {
  Hold();
  const bool taken = service_->pool().Submit([this, checkpoint] {
    auto reply = Prove(service_->state(), request_, checkpoint);
    service_->loop().Post([this, reply = std::move(reply)] {
      if (reply.ok()) {
        Finish(*reply);
      } else {
        Log(LogLevel::kAlarm, "store_unreadable", {{LogField::kError, reply.status()}});
        Fail(ServiceError::kInternal);
      }
      Release();
    });
  });
  if (taken) return;
  Fail(ServiceError::kBusy);
  Release();
}

void LedgerDigestCall::Listen(CoordinatorService* service) {
  auto* call = new LedgerDigestCall(service);
  grpc::ServerCompletionQueue* queue = service->loop().queue();
  service->rpc().RequestLogLedgerDigest(&call->context_, &call->request_, &call->responder_, queue,
                                        queue, call->accepted_.Arm());
}

void LedgerDigestCall::Handle(const Peer& peer) {
  auto checked = CheckLedgerDigest(*service_->desk().ruling(), service_->self(), peer.pin,
                                   AsBytes(request_.entry()));
  if (const auto* error = std::get_if<ServiceError>(&checked)) return Fail(*error);
  Hold();
  service_->LogHandedIn(std::get<HandedInSubmission>(checked), [this](OrError<uint64_t> index) {
    if (const auto* error = std::get_if<ServiceError>(&index)) {
      Fail(*error);
    } else {
      v1::LedgerDigestReply reply;
      reply.set_index(std::get<uint64_t>(index));
      Finish(reply);
    }
    Release();
  });
}

void OpenedCall::Listen(CoordinatorService* service) {
  auto* call = new OpenedCall(service);
  grpc::ServerCompletionQueue* queue = service->loop().queue();
  service->audit_rpc().RequestLogOpened(&call->context_, &call->request_, &call->responder_, queue,
                                        queue, call->accepted_.Arm());
}

void OpenedCall::Handle(const Peer& peer) {
  const ByteView entry = AsBytes(request_.entry());
  auto checked = CheckOpening(*service_->desk().ruling(), peer.pin, entry, service_->now());
  if (const auto* error = std::get_if<ServiceError>(&checked)) {
    if (*error != ServiceError::kClock) return Fail(*error);
    // Too late to log it, but not to say where it is: the first reply may have been lost.
    const auto earlier = service_->state().FindLogged(LeafHash(entry));
    if (!earlier.ok() || !*earlier) return Fail(*error);
    v1::OpenedReply reply;
    reply.set_index(**earlier);
    return Finish(reply);
  }
  Hold();
  service_->LogHandedIn(std::get<HandedInSubmission>(checked), [this](OrError<uint64_t> index) {
    if (const auto* error = std::get_if<ServiceError>(&index)) {
      Fail(*error);
    } else {
      v1::OpenedReply reply;
      reply.set_index(std::get<uint64_t>(index));
      Finish(reply);
    }
    Release();
  });
}

}  // namespace whoelse
