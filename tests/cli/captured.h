// A command line run inside the test, with what it printed.
#ifndef WHOELSE_TESTS_CLI_CAPTURED_H_
#define WHOELSE_TESTS_CLI_CAPTURED_H_

#include <sstream>
#include <string>
#include <vector>

#include "cli/command.h"

namespace whoelse {

struct Captured {
  ExitCode exit;
  std::string out, err;
};

inline Captured Whoelse(const std::vector<std::string>& arguments, const std::string& input = "",
                        bool draws = false) {
  std::istringstream in(input);
  std::ostringstream out, err;
  Terminal terminal{in, out, err, false, draws, 100};
  const ExitCode exit = RunWhoelse(arguments, terminal);
  return {exit, out.str(), err.str()};
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_CLI_CAPTURED_H_
