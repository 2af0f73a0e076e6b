// The answer as people and portals get it: one JSON document, in the order and words of domain.md.
#ifndef WHOELSE_NODE_REPORT_H_
#define WHOELSE_NODE_REPORT_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "nlohmann/json_fwd.hpp"
#include "audit/receipt.h"
#include "node/hours.h"
#include "node/identifier.h"
#include "node/reading.h"
#include "protocol/roster.h"

namespace whoelse {

struct ReportContext {
  const Roster& roster;
  Purpose purpose;
  FrameHash frame_hash;
  Date today;
  LocalTime local_time;
  bool federation_unconfirmed;              // RosterKeeper::Unconfirmed
  bool roster_stale;                        // Requester::RosterIsStale
  std::map<std::string, double> timings_ms; // by step
  ReceiptState receipt_state = ReceiptState::kPending;
};

// {"receipt", "receipt_state", "all_answered", "may_be_incomplete": true, "answered", "asked", "contacts",
//  "lead_professional", "agencies": [...], "timings_ms", "notices": [...]}
// Agencies in the order to be read: contacts (lead professional first), no answer and open now, no
// answer and closed, nothing disclosed.
nlohmann::ordered_json ReportOf(const std::vector<std::pair<AgencyId, Reading>>& readings,
                                const ReportContext& context);

// The same document as text for a terminal: what is on top, the table, the receipt number.
std::string ReportAsText(const nlohmann::ordered_json& report, size_t width);

}  // namespace whoelse

#endif  // WHOELSE_NODE_REPORT_H_
