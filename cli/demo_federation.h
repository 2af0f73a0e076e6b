// The demo's running federation: built, started, imported, enrolled, asked. Everything lies under the
// current directory.
#ifndef WHOELSE_CLI_DEMO_FEDERATION_H_
#define WHOELSE_CLI_DEMO_FEDERATION_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/demo_area.h"
#include "cli/demo_processes.h"
#include "cli/demo_story.h"
#include "nlohmann/json.hpp"

namespace whoelse {

class DemoFederation {
 public:
  // `programs`: absolute path of the directory that they are in.
  DemoFederation(const DemoArea& area, std::string programs, Interrupts& interrupts)
      : area_(area), programs_(std::move(programs)), interrupts_(interrupts),
        processes_(interrupts) {}

  // The steps, in this order. Errors say which party it was and where its log is; CANCELLED when an
  // interrupt came.
  absl::Status Build();         // keys, configurations, the signed roster, the exports
  absl::Status Start();         // every program, until each can be spoken with
  absl::Status Import();        // every export, by `whoelse records import`
  absl::Status AwaitEnrolled();

  // By `whoelse ask --json` or `whoelse shield --json`, the number on its standard input.
  absl::StatusOr<nlohmann::ordered_json> Ask(const DemoQuestion& question);
  // Waits until this receipt of the agency's question is COMPLETE, and exports it into receipts/.
  absl::Status KeepReceipt(const std::string& slug, const std::string& number);

  // The first program that ended by itself.
  std::optional<std::string> Dead() { return processes_.Dead(); }
  bool Stop() { return processes_.Stop(); }

  std::vector<std::string> LogUrls() const;   // of every coordinator
  static std::string DoorOf(const std::string& slug);   // relative to the demo's home
  // What to type for this question, with the demo's home as seen from there.
  std::string CommandFor(const DemoQuestion& question, const std::string& home) const;

 private:
  using Condition = std::function<bool()>;
  // Polls until `met`; gives up, naming `what`, when a program ended or the time is over.
  absl::Status Await(const std::string& what, const Condition& met);
  absl::Status WriteExport(const DemoAgency& agency);
  std::vector<std::string> ArgumentsFor(const DemoQuestion& question,
                                        const std::string& door) const;

  const DemoArea& area_;
  const std::string programs_;
  Interrupts& interrupts_;
  DemoProcesses processes_;
  std::vector<int> ports_;   // of the coordinators, then of their logs
};

}  // namespace whoelse

#endif  // WHOELSE_CLI_DEMO_FEDERATION_H_
