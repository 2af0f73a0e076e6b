// A party's certificate, in the folder tls of the party's own folder.
#ifndef WHOELSE_CLI_FEDERATION_CERTIFICATE_H_
#define WHOELSE_CLI_FEDERATION_CERTIFICATE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "protocol/ids.h"

namespace whoelse {

// INVALID_ARGUMENT unless a certificate may be valid for so many days.
absl::Status CheckCertificateDays(uint32_t days);

// A new key and its certificate. The pin. Errors of MakeDirectory and CreateTlsFiles.
absl::StatusOr<TlsPin> MakeCertificate(const std::string& folder, const std::string& name,
                                       uint32_t days, TimeS now);

// A new certificate for the key that is there, so that the roster's pin stays: running programs take
// it up within a second or two. Errors of CheckCertificateDays and RenewCertificate.
absl::Status RenewPartyCertificate(const std::string& folder, uint32_t days, TimeS now);

}  // namespace whoelse

#endif  // WHOELSE_CLI_FEDERATION_CERTIFICATE_H_
