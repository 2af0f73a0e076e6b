// The terminal, or the pipes, that the program talks to.
#ifndef WHOELSE_CLI_TERMINAL_H_
#define WHOELSE_CLI_TERMINAL_H_

#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/exit_code.h"

namespace whoelse {

struct Terminal {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool asks;      // `in` is a terminal: somebody is there to be asked
  bool draws;     // `err` is a terminal: progress is shown
  size_t width;   // columns of `out`
};
// Standard input, output and error of this process.
Terminal ProcessTerminal();

// One line without its end. From a terminal it is asked for with `prompt` and does not appear on the
// screen: it is a child's number, and screens are shared. INVALID_ARGUMENT: no line, or an empty one.
absl::StatusOr<std::string> ReadHiddenLine(Terminal& terminal, std::string_view prompt);

// "whoelse: <message>" on standard error; gives the exit code that goes with it.
ExitCode PrintError(Terminal& terminal, const absl::Status& status);

// A bar on standard error while long work goes on, when a terminal is there. Wiped when it dies.
class ProgressBar {
 public:
  ProgressBar(Terminal& terminal, std::string_view label) : terminal_(terminal), label_(label) {}
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // `total` 0: not known yet.
  void Show(uint64_t done, uint64_t total);

 private:
  Terminal& terminal_;
  const std::string label_;
  std::string shown_;
};

}  // namespace whoelse

#endif  // WHOELSE_CLI_TERMINAL_H_
