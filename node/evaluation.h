// One batch of identifiers turned into pseudonyms by t of n evaluators. protocol.md section 3. The
// same state machine serves a question (2 elements), enrolment (up to 1,024) and an auditor.
//
//   Start -> request(); ask the coordinators of ToAsk(); OnResponse / OnFailure until state() is
//   not kPending. A liar is named, its signed response kept as evidence, the next one asked.
#ifndef WHOELSE_NODE_EVALUATION_H_
#define WHOELSE_NODE_EVALUATION_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/oprf.h"
#include "crypto/random.h"
#include "crypto/threshold.h"
#include "protocol/evaluate.h"
#include "protocol/roster.h"
#include "protocol/service_error.h"

namespace whoelse {

class Evaluation {
 public:
  enum class State { kPending, kDone, kFailed };

  // `inputs`: OprfInput digests, nullopt for a dummy, which is a random input. `avoid`: coordinators
  // that failed lately, asked last. The roster must outlive this.
  // INVALID_ARGUMENT: no inputs, more than 1,024, or a key version that the roster does not have.
  static absl::StatusOr<Evaluation> Start(const Roster& roster, KeyVersion kv, EvaluationKind kind,
                                          const std::vector<std::optional<Digest>>& inputs,
                                          const std::set<CoordinatorId>& avoid, Random& random);

  // The bytes of the EvaluateRequest: the same for every evaluator.
  const Bytes& request() const { return request_; }
  // Whom to ask now: as many as are still missing. Each is returned once.
  std::vector<CoordinatorId> ToAsk();
  void OnResponse(CoordinatorId from, ByteView response);
  void OnFailure(CoordinatorId from, ServiceError error);

  State state() const;
  // Of kDone: Finalize's output for each input, in order. The first 32 bytes are S.
  // FAILED_PRECONDITION: not kDone.
  absl::StatusOr<std::vector<Secret<64>>> Finish() const;
  // Of kFailed: what most of the coordinators said.
  ServiceError failure() const;

  // A coordinator that answered, signed, and wrongly.
  struct Liar {
    CoordinatorId coordinator;
    Bytes request;
    Bytes response;
  };
  const std::vector<Liar>& liars() const { return liars_; }
  const std::vector<CoordinatorId>& failed() const { return failed_; }

 private:
  Evaluation(const Roster& roster, const RosterKeyVersion& kv) : roster_(&roster), kv_(&kv) {}
  std::optional<PartialEvaluation> Verify(const RosterCoordinator& from,
                                          const EvaluateResponse& response) const;

  const Roster* roster_;
  const RosterKeyVersion* kv_;
  std::vector<Bytes> inputs_;
  std::vector<Scalar> blinds_;
  std::vector<BlindedElement> blinded_;
  Bytes request_;
  std::vector<CoordinatorId> order_;            // still to ask, the next one last
  std::set<CoordinatorId> asked_;               // and not heard of yet
  std::vector<PartialEvaluation> partials_;
  std::vector<CoordinatorId> failed_;
  std::vector<ServiceError> errors_;
  std::vector<Liar> liars_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_EVALUATION_H_
