// `whoelse demo`: a whole federation on this machine, with the real programs.
#ifndef WHOELSE_CLI_DEMO_H_
#define WHOELSE_CLI_DEMO_H_

#include <string>

#include "cli/exit_code.h"
#include "cli/terminal.h"

namespace whoelse {

struct DemoOptions {
  std::string programs;    // directory of whoelse, whoelse-node and whoelse-coordinator
  std::string home;        // everything that is made lies here
  bool once = false;       // end after the questions
  std::string json_file;   // empty: none
};

// Builds a fictional area, starts it, asks its questions and prints the answers. kExitFailed when
// something did not work or an answer was not as expected. Changes the current directory.
ExitCode RunDemo(const DemoOptions& options, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_DEMO_H_
