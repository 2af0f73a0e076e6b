// The disclosure policy as the file that an agency adopts. docs/formats/policy.md.
#ifndef WHOELSE_NODE_POLICY_FILE_H_
#define WHOELSE_NODE_POLICY_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "node/policy_in_force.h"

namespace whoelse {

inline constexpr size_t kPolicyFileMax = 64u << 10;
inline constexpr size_t kAdoptionTextMax = 200;   // bytes of adopted_by and dpia

// Every cell and nothing else; a day of adoption after `today` is none. INVALID_ARGUMENT lists all
// that is wrong, a line each: "line 17, row universal, column coordination: what; remedy".
absl::StatusOr<Policy> ParsePolicyFile(std::string_view text, Date today);
// NOT_FOUND: no file there. INVALID_ARGUMENT as above, and for a file of more than kPolicyFileMax.
absl::StatusOr<Policy> ReadPolicyFile(const std::string& path, Date today);

// What ParsePolicyFile reads; without an adoption its fields are blank, to be filled in.
std::string WritePolicyFile(const Policy& policy);

}  // namespace whoelse

#endif  // WHOELSE_NODE_POLICY_FILE_H_
