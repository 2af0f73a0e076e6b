#include "rpc/tls.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <cstdlib>
#include <utility>

#include "protocol/limits.h"
#include "rpc/log.h"

namespace whoelse {
namespace {

namespace tls = grpc::experimental;

constexpr unsigned kFilesReadEveryS = 1;
// One certificate for each agency there can be, and for some that were just renewed.
constexpr size_t kParsedMax = 2 * kAgenciesMax;

std::string_view View(grpc::string_ref text) { return {text.data(), text.size()}; }

// gRPC's own check needs a CA. Ours replaces it: without it, anybody's certificate would do.
class PinVerifier final : public tls::ExternalCertificateVerifier {
 public:
  explicit PinVerifier(std::shared_ptr<PeerGate> gate) : gate_(std::move(gate)) {}

  bool Verify(tls::TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>,
              grpc::Status* sync_status) override {
    // The peer sees a closed socket and no reason, so the reason is for our own operator.
    const std::string_view pem = View(request->peer_cert());
    const absl::StatusOr<Peer> peer = gate_->Check(pem);
    if (!peer.ok()) {
      LogRefusal(pem, peer.status());
      *sync_status = grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "");
    }
    return true;
  }
  void Cancel(tls::TlsCustomVerificationCheckRequest*) override {}   // Verify never waits

 private:
  static void LogRefusal(std::string_view pem, const absl::Status& reason) {
    const absl::StatusOr<TlsPin> pin = PinOfCertificatePem(pem);
    if (pin.ok()) {
      Log(LogLevel::kWarning, "tls_refused", {{LogField::kPin, *pin}, {LogField::kReason, reason}});
    } else {
      Log(LogLevel::kWarning, "tls_refused", {{LogField::kReason, reason}});
    }
  }

  const std::shared_ptr<PeerGate> gate_;
};

void SetOurs(tls::TlsCredentialsOptions& options, const TlsFiles& files,
             std::shared_ptr<PeerGate> gate) {
  options.set_certificate_provider(std::make_shared<tls::FileWatcherCertificateProvider>(
      files.key, files.certificate, kFilesReadEveryS));
  options.watch_identity_key_cert_pairs();
  options.set_certificate_verifier(
      tls::ExternalCertificateVerifier::Create<PinVerifier>(std::move(gate)));
  options.set_check_call_host(false);   // a pin names the peer, host names do not
}

}  // namespace

void ForceTls13() {
  // gRPC 1.51 always offers 1.2 and has no setter. This list is of 1.2 suites only, and this one can
  // never be agreed: it needs a pre-shared key. Without it an attacker in the path may choose 1.2,
  // where the certificates, and so who asks whom, cross the network in the clear.
  setenv("GRPC_SSL_CIPHER_SUITES", "ECDHE-PSK-CHACHA20-POLY1305", 1);
}

void LookAtOwnCertificate(const TlsFiles& files, const Clock& clock) {
  const absl::Status own = CheckOwnDates(files, clock.NowS());
  if (!own.ok()) Log(LogLevel::kAlarm, "own_certificate", {{LogField::kError, own}});
}

void PeerGate::Admit(const std::vector<TlsPin>& pins) {
  absl::flat_hash_set<TlsPin> admitted(pins.begin(), pins.end());
  const std::lock_guard lock(mutex_);
  admitted_ = std::move(admitted);
  parsed_.clear();
}

absl::StatusOr<CertificateFacts> PeerGate::Facts(std::string_view certificate_pem) {
  const absl::string_view key(certificate_pem.data(), certificate_pem.size());
  {
    const std::lock_guard lock(mutex_);
    const auto known = parsed_.find(key);
    if (known != parsed_.end()) return known->second;
  }
  // Not under the lock: a stranger's handshakes would hold up the members' calls.
  const absl::StatusOr<CertificateFacts> facts = ReadCertificatePem(certificate_pem);
  if (!facts.ok()) return absl::PermissionDeniedError("certificate does not parse");

  const std::lock_guard lock(mutex_);
  // Without the pin anybody with any key is a member. Strangers' certificates are not kept either:
  // they would push out the members'.
  if (!admitted_.contains(facts->pin)) return absl::PermissionDeniedError("key not admitted");
  if (parsed_.size() >= kParsedMax) parsed_.clear();
  parsed_.emplace(key, *facts);
  return facts;
}

absl::StatusOr<Peer> PeerGate::Check(std::string_view certificate_pem) {
  const absl::StatusOr<CertificateFacts> facts = Facts(certificate_pem);
  if (!facts.ok()) return facts.status();
  // Without the dates a key that was stolen once is good for as long as the roster names it.
  const TimeS now = clock_.NowS();
  if (now < facts->not_before) {
    return absl::PermissionDeniedError(
        "certificate not yet valid: one of the two clocks is wrong, or it was made for later");
  }
  if (now > facts->not_after) {
    return absl::PermissionDeniedError(
        "certificate expired: its owner renews it with whoelse federation renew-certificate");
  }
  return Peer{facts->pin, facts->not_after};
}

absl::StatusOr<Peer> AuthenticatedPeer(const grpc::AuthContext& context, PeerGate& gate) {
  const std::vector<grpc::string_ref> certificates =
      context.FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (certificates.size() != 1) return absl::PermissionDeniedError("no certificate");
  return gate.Check(View(certificates.front()));
}

std::shared_ptr<grpc::ServerCredentials> ServerCredentials(const TlsFiles& files,
                                                           std::shared_ptr<PeerGate> gate) {
  tls::TlsServerCredentialsOptions options(nullptr);
  SetOurs(options, files, std::move(gate));
  // "Don't verify" means: no CA. The handshake still proves that the peer has the certificate's key.
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_BUT_DONT_VERIFY);
  return tls::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> ChannelCredentials(const TlsFiles& files,
                                                             const TlsPin& server,
                                                             const Clock& clock) {
  const auto gate = std::make_shared<PeerGate>(clock);
  gate->Admit({server});
  tls::TlsChannelCredentialsOptions options;
  SetOurs(options, files, gate);
  options.set_verify_server_certs(false);   // as above
  return tls::TlsCredentials(options);
}

}  // namespace whoelse
