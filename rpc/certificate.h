// Certificates here carry a key and two dates, nothing else that anybody believes: no CA, no names.
// protocol.md section 1, "Keys".
#ifndef WHOELSE_RPC_CERTIFICATE_H_
#define WHOELSE_RPC_CERTIFICATE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "protocol/ids.h"

namespace whoelse {

// Where a program's own certificate and private key lie, both PEM.
struct TlsFiles {
  std::string certificate;
  std::string key;
};

// What counts of a certificate. Both dates are inclusive.
struct CertificateFacts {
  TlsPin pin;   // SHA-256 of the SubjectPublicKeyInfo, DER
  TimeS not_before;
  TimeS not_after;
};

// The first certificate of `pem`. INVALID_ARGUMENT when it does not parse.
absl::StatusOr<CertificateFacts> ReadCertificatePem(std::string_view pem);
absl::StatusOr<TlsPin> PinOfCertificatePem(std::string_view pem);

// One's own certificate, before serving with it. NOT_FOUND when a file cannot be read,
// INVALID_ARGUMENT when one does not parse, FAILED_PRECONDITION when the key is not the
// certificate's or when everybody on the machine may read it.
absl::StatusOr<CertificateFacts> CheckTlsFiles(const TlsFiles& files);

// Whether one's own certificate is valid now: to be told to one's own operator, because a peer that
// refuses it says nothing. FAILED_PRECONDITION, with the remedy, when it is not yet or no longer
// valid; errors of CheckTlsFiles.
absl::Status CheckOwnDates(const TlsFiles& files, TimeS now);

// A new Ed25519 key (mode 0600) and a self-signed certificate for it, on disk; the key never passes
// through a string. `common_name` is for people who look at the file. Times in unix seconds.
// ALREADY_EXISTS when there is a key file: a pin is in the roster, so keys are never overwritten.
absl::StatusOr<TlsPin> CreateTlsFiles(const TlsFiles& files, std::string_view common_name,
                                      TimeS not_before, TimeS not_after);

// A new certificate with these dates for the same key and name, put in place by one rename: the pin
// stays, and running programs take it up within a second or two. Errors as CheckTlsFiles.
absl::Status RenewCertificate(const TlsFiles& files, TimeS not_before, TimeS not_after);

}  // namespace whoelse

#endif  // WHOELSE_RPC_CERTIFICATE_H_
