// A receipt for people and portals: what it proves so far and what came of each agency, as JSON.
#ifndef WHOELSE_NODE_REPORT_RECEIPT_H_
#define WHOELSE_NODE_REPORT_RECEIPT_H_

#include "audit/receipt_check.h"
#include "nlohmann/json_fwd.hpp"

namespace whoelse {

// {"receipt", "state", "verdict", "summary", "findings": [{"claim", "relay", "finding", "words"}],
//  "agencies": [{"agency", "name", "came", "reason"}], "not_shown"}. `roster`: the question's; nullptr
// when it is not here, then without agencies. "reason": the code of a refusal or of the relay, or null.
nlohmann::ordered_json ReceiptReportOf(const Receipt& receipt, const ReceiptCheck& check,
                                       const Roster* roster);

}  // namespace whoelse

#endif  // WHOELSE_NODE_REPORT_RECEIPT_H_
