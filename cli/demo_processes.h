// The programs that the demo starts. However the demo ends, none of them outlives it: each dies with
// its parent (PR_SET_PDEATHSIG), and an orderly end stops and collects every one.
#ifndef WHOELSE_CLI_DEMO_PROCESSES_H_
#define WHOELSE_CLI_DEMO_PROCESSES_H_

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace whoelse {

// SIGINT, SIGTERM and SIGHUP, which BlockSignals (rpc/server.h) holds back: asked for between steps
// instead of interrupting one.
class Interrupts {
 public:
  // Has one come? With `wait`: waits so long for one.
  bool Came(std::chrono::milliseconds wait = std::chrono::milliseconds(0));

 private:
  bool came_ = false;
};

struct Finished {
  int exit_code = -1;    // -1: ended by a signal
  std::string out, err;
};

class DemoProcesses {
 public:
  explicit DemoProcesses(Interrupts& interrupts) : interrupts_(interrupts) {}
  ~DemoProcesses();   // Stop()
  DemoProcesses(const DemoProcesses&) = delete;
  DemoProcesses& operator=(const DemoProcesses&) = delete;

  // Starts a program that keeps running; what it prints goes into `log`. UNAVAILABLE.
  absl::Status Start(const std::string& name, const std::vector<std::string>& command,
                     const std::string& log);
  // Runs one to its end. CANCELLED when an interrupt came (it was stopped then); UNAVAILABLE.
  absl::StatusOr<Finished> Run(const std::vector<std::string>& command, const std::string& input);

  // Of one that was started with this name and runs still; 0: there is none.
  pid_t PidOf(const std::string& name) const;
  // The name of one that ended although nobody stopped it.
  std::optional<std::string> Dead();
  // Asks every one to stop, waits, and kills what has not stopped by then; true when none had to be.
  bool Stop();

 private:
  struct Process {
    std::string name;
    pid_t pid;
  };
  Interrupts& interrupts_;
  std::vector<Process> running_;
};

// Ports of the loopback interface on which nobody listens, outside of the range from which outgoing
// connections take theirs: otherwise a node that dials could take a coordinator's port away.
// UNAVAILABLE when there are not so many.
absl::StatusOr<std::vector<int>> FreePorts(size_t count);
// Does somebody listen there?
bool Listens(int port);

}  // namespace whoelse

#endif  // WHOELSE_CLI_DEMO_PROCESSES_H_
