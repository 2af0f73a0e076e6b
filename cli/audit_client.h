// An auditor's calls to coordinators, under its own credential.
#ifndef WHOELSE_CLI_AUDIT_CLIENT_H_
#define WHOELSE_CLI_AUDIT_CLIENT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "audit/opening_check.h"
#include "audit/side_table.h"
#include "crypto/random.h"
#include "node/coordinators.h"
#include "proto/audit.grpc.pb.h"
#include "protocol/roster.h"

namespace whoelse {

// Every call: UNAVAILABLE, with what to do, when the coordinator does not answer; PERMISSION_DENIED
// when it refuses this credential; INTERNAL for an answer that is none.
class AuditClient {
 public:
  // `credential`: the auditor's folder, as `federation add-auditor` makes it. `clock` outlives it.
  // Errors of CheckTlsFiles; PERMISSION_DENIED when the key is no auditor of this roster.
  static absl::StatusOr<AuditClient> Open(const Roster& roster, const std::string& credential,
                                          const Clock& clock);

  const RosterAuditor& auditor() const { return *auditor_; }

  struct Logged {
    CoordinatorId coordinator;
    uint64_t index;
  };
  // At the first coordinator that does.
  absl::StatusOr<Logged> LogOpened(const OpenedEntry& entry);

  // The sub-keys of these identifiers under each of `versions` that lives: t coordinators evaluate,
  // each proof is checked. A key version that the roster does not have any more is left out.
  absl::StatusOr<SubjectKeys> Evaluate(const Subject& subject,
                                       const std::vector<KeyVersion>& versions, Random& random);

  // NOT_FOUND, in both: nobody opens this log's tables, for its coordinator is not in the newest roster
  // any more, or has not kept them.
  // Indexes from 0 up to `size`. A relay that opens a row for a leaf twice or out of order: INTERNAL.
  absl::StatusOr<std::vector<SideTableEntry>> ReadSideTable(const LogId& log, uint64_t size);
  // Hours whose entries are before `size`. INTERNAL also for rows that are not sorted or not whole.
  absl::StatusOr<std::vector<OpenedTable>> ReadEvaluated(const LogId& log, uint64_t size);

 private:
  AuditClient(const Roster& roster, const RosterAuditor& auditor, TlsFiles files,
              const Clock& clock);
  absl::StatusOr<const RosterCoordinator*> CoordinatorOf(const LogId& log) const;
  std::unique_ptr<v1::Audit::Stub> StubFor(const RosterCoordinator& coordinator) const;

  const Roster* roster_;
  const RosterAuditor* auditor_;
  TlsFiles files_;
  const Clock* clock_;
  std::unique_ptr<Coordinators> coordinators_;
};

}  // namespace whoelse

#endif  // WHOELSE_CLI_AUDIT_CLIENT_H_
