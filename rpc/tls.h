// Mutual TLS 1.3 between parties that know each other's keys from the roster. Both ends ask for a
// certificate and check it themselves: its dates by our Clock, its key by the pin.
//
// The handshake checks once a connection, and a connection lives for months. So
//   - every handler calls AuthenticatedPeer again,
//   - at a roster change: PeerGate::Admit, then TryCancel the open calls of the pins that went,
//   - a sweep cancels open streams whose Peer::not_after has passed.
#ifndef WHOELSE_RPC_TLS_H_
#define WHOELSE_RPC_TLS_H_

#include <grpcpp/security/auth_context.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "protocol/ids.h"
#include "rpc/certificate.h"
#include "rpc/clock.h"

namespace whoelse {

// Makes TLS 1.2 impossible. First in main: before any thread, any gRPC object.
void ForceTls13();

// An alarm in our operator's log when our own certificate is not valid now (CheckOwnDates): the peers
// that refuse it can tell us nothing.
void LookAtOwnCertificate(const TlsFiles& files, const Clock& clock);

// A peer that was just checked.
struct Peer {
  TlsPin pin;
  TimeS not_after;   // of its certificate, inclusive
};

// Who may speak with us now. One for all connections of a server; thread-safe.
class PeerGate {
 public:
  // Lets nobody in until Admit. `clock` outlives the process's use of gRPC.
  explicit PeerGate(const Clock& clock) : clock_(clock) {}

  // From now on exactly these, at a new handshake and at the next call of an open connection.
  void Admit(const std::vector<TlsPin>& pins);

  // PERMISSION_DENIED, with the reason (closed set) as message, for a certificate that does not
  // parse, is of no admitted key, is not yet or no longer valid.
  absl::StatusOr<Peer> Check(std::string_view certificate_pem);

 private:
  // PERMISSION_DENIED unless it parses and its key is admitted.
  absl::StatusOr<CertificateFacts> Facts(std::string_view certificate_pem);

  const Clock& clock_;

  std::mutex mutex_;   // guards the rest
  absl::flat_hash_set<TlsPin> admitted_;
  // By PEM, of admitted keys only: parsing costs 150 us and every call needs the facts.
  absl::flat_hash_map<std::string, CertificateFacts> parsed_;
};

// The peer of a call by the gate as it is now: `context.auth_context()` of a server's handler, or of
// a client's call that has begun. Errors as PeerGate::Check, and for a connection without TLS.
absl::StatusOr<Peer> AuthenticatedPeer(const grpc::AuthContext& context, PeerGate& gate);

// Asks every client for a certificate and refuses, with a line in the operator's log, one that the
// gate does not let in. The files are read again every second (renewal).
std::shared_ptr<grpc::ServerCredentials> ServerCredentials(const TlsFiles& files,
                                                           std::shared_ptr<PeerGate> gate);

// Shows our certificate and speaks only with the server whose key has this pin. `clock` as above.
std::shared_ptr<grpc::ChannelCredentials> ChannelCredentials(const TlsFiles& files,
                                                             const TlsPin& server,
                                                             const Clock& clock);

}  // namespace whoelse

#endif  // WHOELSE_RPC_TLS_H_
