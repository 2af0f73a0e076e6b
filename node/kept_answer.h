// The answers of a question of the past, out of its receipt and what opens it. Pure.
#ifndef WHOELSE_NODE_KEPT_ANSWER_H_
#define WHOELSE_NODE_KEPT_ANSWER_H_

#include <utility>
#include <vector>

#include "audit/receipt.h"
#include "node/reading.h"
#include "protocol/roster.h"

namespace whoelse {

// What came of every agency, in the order of `roster`, which is that of the question. `receipt`:
// with its opening. The same as the asker read when the answers came.
std::vector<std::pair<AgencyId, Reading>> ReadingsOf(const Receipt& receipt, const Roster& roster);

}  // namespace whoelse

#endif  // WHOELSE_NODE_KEPT_ANSWER_H_
