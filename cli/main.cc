// `whoelse`: what a practitioner at a terminal, an operator and whoever sets a federation up use.
// Start at command.cc; exit codes are in exit_code.h.
#include <cstdio>

#include "cli/command.h"
#include "crypto/random.h"

int main(int argc, char** argv) {
  if (!whoelse::InitCrypto()) {
    std::fputs("whoelse: the cryptographic library does not start\n", stderr);
    return whoelse::kExitFailed;
  }
  whoelse::Terminal terminal = whoelse::ProcessTerminal();
  return whoelse::RunWhoelse({argv + 1, argv + argc}, terminal);
}
