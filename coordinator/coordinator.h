// Everything a running coordinator consists of, in the order in which it can be trusted: secrets,
// store, roster, log, and only then the service.
#ifndef WHOELSE_COORDINATOR_COORDINATOR_H_
#define WHOELSE_COORDINATOR_COORDINATOR_H_

#include <memory>

#include "absl/status/statusor.h"
#include "coordinator/checkpoint_mirror.h"
#include "coordinator/config.h"
#include "coordinator/evaluator.h"
#include "coordinator/log_export.h"
#include "coordinator/log_publication.h"
#include "coordinator/log_scrubber.h"
#include "coordinator/outside_witness.h"
#include "coordinator/relay.h"
#include "coordinator/rocksdb_state.h"
#include "coordinator/roster_desk.h"
#include "coordinator/run.h"
#include "coordinator/ended_logs.h"
#include "coordinator/secrets.h"
#include "coordinator/service.h"
#include "crypto/random.h"
#include "rpc/clock.h"
#include "rpc/http.h"

namespace whoelse {

class Coordinator {
 public:
  // Serving when it returns. Errors say what the operator has to do; DATA_LOSS: the store is not to
  // be trusted. `clock` outlives the process's use of gRPC.
  static absl::StatusOr<std::unique_ptr<Coordinator>> Start(const CoordinatorConfig& config,
                                                            const Clock& clock,
                                                            const MakeEvaluator& make_evaluator);

  ~Coordinator();

  CoordinatorService& service() { return *service_; }
  // Of the log's HTTPS server; 0: none.
  int log_port() const { return log_server_ ? log_server_->port() : 0; }

 private:
  explicit Coordinator(CoordinatorSecrets secrets);
  static absl::StatusOr<std::vector<EvaluatorShare>> ReadShares(const CoordinatorConfig& config);
  absl::Status OpenStore(const CoordinatorConfig& config, TimeMs now);
  absl::Status ServeLog(const CoordinatorConfig& config, const NoteVerifier& log_key);
  absl::Status ReachWitnesses(const CoordinatorConfig& config);
  absl::Status HearWitnesses(const NoteVerifier& log_key);
  absl::Status CheckIdentity(const CoordinatorConfig& config, const RosterCoordinator& me) const;

  CoordinatorSecrets secrets_;
  const SigningKey log_key_, admission_key_;
  SystemRandom random_;
  std::unique_ptr<RocksDbState> state_;
  EndedLogs ended_;
  std::unique_ptr<CheckpointMirror> mirror_;
  LogPublication published_, signed_;
  std::unique_ptr<RosterDesk> desk_;
  std::optional<RosterDesk::Change> first_change_;
  std::unique_ptr<Evaluator> evaluator_;
  std::unique_ptr<Relay> relay_;
  std::unique_ptr<CoordinatorService> service_;   // stops before what it uses goes
  // Readers of the log, each on threads of its own; gone before the service.
  std::vector<std::unique_ptr<OutsideWitness>> witnesses_;
  std::unique_ptr<LogExport> export_;
  std::unique_ptr<HttpsServer> log_server_;
  std::unique_ptr<LogScrubber> scrubber_;
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_COORDINATOR_H_
