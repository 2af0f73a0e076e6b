// What a node makes of a question that it asked: its receipt, and what is still to be fetched for it.
// Pure; node/receipt_keeper.h carries the bytes. docs/formats/receipt.md.
#ifndef WHOELSE_NODE_RECEIPTING_H_
#define WHOELSE_NODE_RECEIPTING_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "audit/receipt.h"
#include "audit/receipt_check.h"
#include "node/requester.h"

namespace whoelse {

// Everything that came of the question: PENDING, or DISPUTED when a relay closed it and contradicts
// itself (Requester::ExpectedOf). Relays that gave nothing at all are left out.
Receipt ReceiptOf(const Requester& requester);

// The leaves that a relay has to prove for the receipt to be complete.
struct ProofWanted {
  CoordinatorId relay;
  std::vector<uint64_t> indexes;   // Asked, then Answered where the relay closed
};
// Of the parts that are not proven under a quorum by these rosters; none without an admission.
std::vector<ProofWanted> WantedFor(const Receipt& receipt, const std::vector<Roster>& rosters);

// What a relay gave for it (Prove of proto/federation.proto), as it came.
struct LeafProofs {
  std::string checkpoint;
  std::vector<ReceiptLeaf> leaves;   // in the order of the indexes wanted
};
// Takes the proofs into the receipt when they show the leaves under a checkpoint that the log signed,
// with a quorum or not yet, and sets the state anew. INVALID_ARGUMENT: they are not of the right
// form or number. UNAUTHENTICATED: they show something else than what the relay admitted; nothing is
// taken, and the words say what.
absl::Status TakeProofs(Receipt& receipt, const ProofWanted& wanted, const LeafProofs& proofs,
                        const std::vector<Roster>& rosters);

}  // namespace whoelse

#endif  // WHOELSE_NODE_RECEIPTING_H_
