// crooked-coordinator FEDERATION FOLDER UPSTREAM: see crooked_relay.h. Prints "ready"; then each line
// of standard input is a fault ("skip", or "skip 1002" for one agency) or "honest", and is answered
// "ok". Ends with its input.
#include <grpcpp/grpcpp.h>

#include <iostream>
#include <sstream>
#include <string>

#include "rpc/log.h"
#include "rpc/server.h"
#include "tests/e2e/crooked_relay.h"

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  whoelse::ForceTls13();
  static const whoelse::SystemClock clock;
  whoelse::StartLog(clock);
  if (!whoelse::InitCrypto()) return 1;
  whoelse::CrookedRelay relay(argv[1], argv[2], argv[3], clock);
  grpc::ServerBuilder builder;
  builder.RegisterService(&relay);
  const auto bound = whoelse::StartServer(
      builder, relay.endpoint(), whoelse::ServerCredentials(relay.config().tls, relay.gate()), {});
  if (!bound.ok()) {
    std::cerr << bound.status() << "\n";
    return 1;
  }
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string fault;
    whoelse::AgencyId agency = 0;
    words >> fault >> agency;
    fault == "honest" ? relay.Honest() : relay.Cheat(fault, agency);
    std::cout << "ok" << std::endl;
  }
  std::_Exit(0);   // its streams would otherwise wait for their nodes
}
