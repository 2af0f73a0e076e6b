// What came of each agency, as a receipt has it: one line for each, and one sentence for all.
#ifndef WHOELSE_AUDIT_RECEIPT_AGENCIES_H_
#define WHOELSE_AUDIT_RECEIPT_AGENCIES_H_

#include <string>
#include <vector>

#include "audit/receipt_check.h"

namespace whoelse {

// The best of what stands in the receipt for each agency of the question's roster: an answer
// outranks a refusal, a refusal a code. Refusals count only with the agency's own signature, answers
// are opened where the receipt has an opening.
std::vector<ReceiptAgency> AgenciesOf(const Receipt& receipt, const Roster& roster);

// "Asked 5: 3 gave a sealed answer, 1 could not process the question (NOT_READY), 1 did not answer
// (NOT_ATTACHED)."
std::string SummaryOf(const std::vector<ReceiptAgency>& agencies);

}  // namespace whoelse

#endif  // WHOELSE_AUDIT_RECEIPT_AGENCIES_H_
