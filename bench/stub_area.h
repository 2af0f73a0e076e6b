// A federation for measuring one coordinator: made by the federation tool, but of as many agencies
// as wanted, of whom there are only certificates.
#ifndef WHOELSE_BENCH_STUB_AREA_H_
#define WHOELSE_BENCH_STUB_AREA_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/demo_processes.h"
#include "crypto/random.h"
#include "protocol/question.h"
#include "protocol/roster.h"
#include "rpc/certificate.h"

namespace whoelse::bench {

// A new question to this roster by one of its agencies: of dummies, which a relay cannot tell.
Question DummyQuestion(const Roster& roster, const RosterAgency& asker, const SigningKey& identity,
                       TimeS now, Random& random);

class StubArea {
 public:
  // In `folder`, which is there and empty. Errors of the federation tool.
  static absl::StatusOr<StubArea> Make(const std::string& folder, size_t agencies, Random& random);

  const Roster& roster() const { return roster_; }
  // Of the roster's first coordinator, the one that runs.
  const RosterCoordinator& coordinator() const { return roster_.coordinators[0]; }
  // The real program; returns when it takes calls. UNAVAILABLE.
  absl::StatusOr<pid_t> StartCoordinator(const std::string& programs,
                                         DemoProcesses& processes) const;
  // Of the node of the first agency: the only one that the tool made all of.
  std::string NodeConfig() const;
  TlsFiles CoordinatorTls() const;
  TlsFiles AgencyTls(size_t place) const;

  // Of the agency with this place. Signed by a key of nobody: relays cannot see that either.
  Question NewQuestion(size_t place, TimeS now, Random& random) const;

 private:
  StubArea(std::string folder, Roster roster) : folder_(std::move(folder)), roster_(std::move(roster)) {}

  std::string folder_;
  Roster roster_;
};

}  // namespace whoelse::bench

#endif  // WHOELSE_BENCH_STUB_AREA_H_
