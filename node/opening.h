// What a node keeps of a question that it asks, sealed: enough to open the answers later, and to show
// an auditor exactly what was asked. docs/formats/opening.md.
#ifndef WHOELSE_NODE_OPENING_H_
#define WHOELSE_NODE_OPENING_H_

#include "absl/status/statusor.h"
#include "audit/receipt.h"
#include "crypto/wiped_bytes.h"
#include "node/asking.h"
#include "protocol/question.h"

namespace whoelse {

// Holds secrets: sealed by the store, never written otherwise.
WipedBytes EncodeOpening(const Question& question, const AskPlan& plan);

// What was asked, without what opens it. DATA_LOSS when EncodeOpening has not written it.
struct AskedBefore {
  Statement statement;
  std::string case_reference;
  std::string reason;
};
absl::StatusOr<AskedBefore> AskedFrom(ByteView stored);

// The part of it that a receipt may carry. DATA_LOSS when EncodeOpening has not written it.
absl::StatusOr<ReceiptOpening> OpeningFrom(ByteView stored);

}  // namespace whoelse

#endif  // WHOELSE_NODE_OPENING_H_
