// "What would we disclose, and which rule says so": for `whoelse policy show` and `explain`. Pure:
// the policy in force and some words in, JSON out.
#ifndef WHOELSE_NODE_POLICY_EXPLAIN_H_
#define WHOELSE_NODE_POLICY_EXPLAIN_H_

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "nlohmann/json_fwd.hpp"
#include "node/field_error.h"
#include "node/policy.h"
#include "node/policy_in_force.h"

namespace whoelse {

// Whose word was recorded. A young person's is a competent one.
struct ConsentWord {
  std::string_view word;
  ConsentState state;
  ConsentBy by;
};
inline constexpr std::array<ConsentWord, 7> kConsentWords = {
    {{"not-asked", ConsentState::kNotAsked, ConsentBy::kNobody},
     {"young-person-agreed", ConsentState::kGiven, ConsentBy::kYoungPerson},
     {"young-person-refused", ConsentState::kRefused, ConsentBy::kYoungPerson},
     {"parent-agreed", ConsentState::kGiven, ConsentBy::kParent},
     {"parent-refused", ConsentState::kRefused, ConsentBy::kParent},
     {"adult-agreed", ConsentState::kGiven, ConsentBy::kAdultConcerned},
     {"adult-refused", ConsentState::kRefused, ConsentBy::kAdultConcerned}}};

// What else a decision depends on. A case without flags: the child's own involvement, three years
// old, with nothing to keep, asked about by an agency of the same area that has standing under
// s16LA.
struct ExplainFlag {
  std::string_view word;
  void (*apply)(Record& record, Asked& asked, Date today);
};
extern const std::array<ExplainFlag, 12> kExplainFlags;

struct ExplainInput {
  std::string service;                // as the agency's exports call it, or a class
  std::string purpose;
  std::string consent;                // empty: not-asked
  std::vector<std::string> flags;
};

// {"service", "class", "in_map", "purpose", "outcome", "discloses", "decided_by", "row", "column",
//  "rules": [{"rule", "at_most"}]}: rules in the order in which they were asked.
std::variant<nlohmann::ordered_json, FieldError> ExplainJson(
    const ExplainInput& input, const PolicyTable& table,
    const std::map<std::string, ServiceClass>& service_classes, Date today);

// {"adoption", "overdue", "hash", "rows", "looser_on", "waiting", "problem"}; "rows" is what acts
// today, by row and column. `problem`: why the file is not what acts; empty: it is.
nlohmann::ordered_json PolicyJson(const PolicyInForce& policy, Date today,
                                  std::string_view problem);

}  // namespace whoelse

#endif  // WHOELSE_NODE_POLICY_EXPLAIN_H_
