// The calls about the log: Prove, LogLedgerDigest, and the auditors' LogOpened.
#ifndef WHOELSE_COORDINATOR_LOG_CALLS_H_
#define WHOELSE_COORDINATOR_LOG_CALLS_H_

#include "coordinator/cosigned.h"
#include "coordinator/unary_call.h"

namespace whoelse {

// Any member and auditor: the log is public. The proofs are read by the pool.
class ProveCall final : public UnaryCall<ProveCall, v1::ProveCall, v1::ProveReply> {
 public:
  static void Listen(CoordinatorService* service);
  void Handle(const Peer& peer);

 private:
  explicit ProveCall(CoordinatorService* service) : UnaryCall(service) {}
  void Read(const CosignedCheckpoint& checkpoint);
};

class LedgerDigestCall final
    : public UnaryCall<LedgerDigestCall, v1::LedgerDigestCall, v1::LedgerDigestReply> {
 public:
  static void Listen(CoordinatorService* service);
  void Handle(const Peer& peer);

 private:
  explicit LedgerDigestCall(CoordinatorService* service) : UnaryCall(service) {}
};

class OpenedCall final : public UnaryCall<OpenedCall, v1::OpenedCall, v1::OpenedReply> {
 public:
  static void Listen(CoordinatorService* service);
  void Handle(const Peer& peer);

 private:
  explicit OpenedCall(CoordinatorService* service) : UnaryCall(service) {}
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_LOG_CALLS_H_
