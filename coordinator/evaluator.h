// The evaluator: one share of the federation's OPRF key, spent within caps. protocol.md section 3.
//
//   EvaluateRequest --> Check    who asks, sizes, versions, what it costs         (no cryptography)
//                       Charge   the cost is committed, durably, within its cap   (by the caller)
//                       Evaluate elements, evaluation, proof, signature           (any thread)
//
// The charge comes before the evaluation: were it the other way round, a party that breaks the
// connection or the machine at the right moment would evaluate without limit.
#ifndef WHOELSE_COORDINATOR_EVALUATOR_H_
#define WHOELSE_COORDINATOR_EVALUATOR_H_

#include <memory>
#include <optional>
#include <variant>
#include <set>
#include <vector>

#include "coordinator/state.h"
#include "crypto/oprf.h"
#include "crypto/random.h"
#include "crypto/sign.h"
#include "protocol/evaluate.h"
#include "protocol/roster.h"
#include "protocol/service_error.h"

namespace whoelse {

// A value, or the one word that the peer gets instead.
template <typename T>
using OrError = std::variant<T, ServiceError>;

// What the roster allows one party.
struct Allowance {
  uint32_t ask_per_day = 0;
  uint32_t enrol_elements = 0;
  uint32_t enrol_interval_s = 1;      // > 0
  std::optional<BulkWindow> bulk;     // of the request's key version
  uint32_t evaluate_per_day = 0;      // auditors
};

// Whether a request of this kind may carry so many elements.
bool SizeAllowed(EvaluationKind kind, size_t elements, const Allowance& allowance);
// What such a request adds to its counter: ASK of 10 elements counts as five of 2, BULK counts
// elements. Only for a size that is allowed.
uint32_t CostOf(EvaluationKind kind, size_t elements);
// What the counter may not pass: 0 for BULK outside of its window.
uint32_t CapOf(EvaluationKind kind, const Allowance& allowance, TimeS now);

// What to commit before evaluating: `key` rises by `cost` unless that would pass `cap`.
struct Charge {
  CounterKey key;
  uint32_t cost = 0;
  uint32_t cap = 0;
  TallyKey tally;
  uint32_t elements = 0;   // added to the tally
};

// The durable counters, for callers that can wait for them.
class Counters {
 public:
  virtual ~Counters() = default;
  // True when it is committed, false when the cap does not allow it.
  virtual bool Commit(const Charge& charge) = 0;
};

// A share of the OPRF key of one key version and sharing generation.
struct EvaluatorShare {
  KeyVersion kv;
  uint32_t sharing_epoch;
  Scalar value;
};

class Evaluator {
 public:
  struct Share {
    EvaluatorShare secret;
    Element public_key;
  };
  // A request that passed its checks, with what it costs and the share that answers it.
  struct Checked {
    std::shared_ptr<const Roster> roster;
    Bytes bytes;               // as received: the signature binds them
    EvaluateRequest request;
    Charge charge;
    std::shared_ptr<const Share> share;
  };

  // No share is zero, and no two are of the same key version and generation. Shares that no roster
  // names (the next generation of a refresh, which rules only when its roster does) lie and wait.
  Evaluator(CoordinatorId self, SigningKey admission_key, std::vector<EvaluatorShare> shares);
  virtual ~Evaluator() = default;

  // The shares from now on; those that are not among them are wiped when the last request that uses
  // them is answered. By the caller of Check, never beside it.
  void SetShares(std::vector<EvaluatorShare> shares);

  // Of which it holds a share.
  std::set<KeyVersion> KeyVersions() const;

  // In this order: kNotAMember (`peer` may not send this kind), kSize, kRosterVersion, kKeyVersion
  // (ASK: not one that is asked), kSharingEpoch, kNotReady (no share here that fits the roster's
  // share key). `roster` is the one that rules.
  OrError<Checked> Check(std::shared_ptr<const Roster> roster, const TlsPin& peer,
                         ByteView request, TimeMs now) const;

  // The signed EvaluateResponse of a request whose charge is committed. kElement: one that is not
  // canonical, not valid, or the identity. Thread-safe if `random` is.
  virtual OrError<Bytes> Evaluate(const Checked& checked, Random& random) const;

  // All of it. kQuota when `counters` say no.
  OrError<Bytes> Handle(std::shared_ptr<const Roster> roster, const TlsPin& peer, ByteView request,
                        TimeMs now, Counters& counters, Random& random) const;

 private:
  std::shared_ptr<const Share> FindShare(const EvaluateRequest& request,
                                         const Roster& roster) const;

  const CoordinatorId self_;
  const SigningKey admission_key_;
  std::vector<std::shared_ptr<const Share>> shares_;
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_EVALUATOR_H_
