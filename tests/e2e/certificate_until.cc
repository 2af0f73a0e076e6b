// certificate-until FOLDER SECONDS: a new certificate for the key in FOLDER/tls, valid from an hour
// ago until SECONDS from now (which may be negative).
#include <cstdlib>
#include <iostream>
#include <string>

#include "rpc/certificate.h"
#include "rpc/clock.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string tls = std::string(argv[1]) + "/tls/";
  const whoelse::TimeS now = whoelse::SystemClock().NowS();
  const auto until = now + static_cast<whoelse::TimeS>(std::atoll(argv[2]));
  const absl::Status renewed =
      whoelse::RenewCertificate({tls + "certificate.pem", tls + "key.pem"}, now - 3600, until);
  if (!renewed.ok()) std::cerr << renewed << "\n";
  return renewed.ok() ? 0 : 1;
}
