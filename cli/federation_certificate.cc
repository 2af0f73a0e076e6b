#include "cli/federation_certificate.h"

#include <algorithm>

#include "cli/key_file.h"
#include "rpc/certificate.h"

namespace whoelse {
namespace {

constexpr TimeS kDayS = 86400;
constexpr TimeS kBackdatedS = 3600;   // clocks of parties differ
constexpr size_t kCommonNameMax = 64;

TlsFiles FilesIn(const std::string& folder) {
  return {folder + "/tls/certificate.pem", folder + "/tls/key.pem"};
}

}  // namespace

absl::Status CheckCertificateDays(uint32_t days) {
  if (days >= 1 && days <= 3650) return absl::OkStatus();
  return absl::InvalidArgumentError("certificate-days: is out of range; give 1 to 3650");
}

absl::StatusOr<TlsPin> MakeCertificate(const std::string& folder, const std::string& name,
                                       uint32_t days, TimeS now) {
  if (const absl::Status made = MakeDirectory(folder + "/tls"); !made.ok()) return made;
  size_t end = std::min(name.size(), kCommonNameMax);
  while (end > 0 && end < name.size() && (static_cast<uint8_t>(name[end]) & 0xC0) == 0x80) --end;
  return CreateTlsFiles(FilesIn(folder), name.substr(0, end), now - kBackdatedS,
                        now + days * kDayS);
}

absl::Status RenewPartyCertificate(const std::string& folder, uint32_t days, TimeS now) {
  if (const absl::Status checked = CheckCertificateDays(days); !checked.ok()) return checked;
  return RenewCertificate(FilesIn(folder), now - kBackdatedS, now + days * kDayS);
}

}  // namespace whoelse
