// What a person may do at this node beside asking: duties that never leave it. (The roles that a
// question names are protocol/codes.h's.)
#ifndef WHOELSE_NODE_LOCAL_ROLE_H_
#define WHOELSE_NODE_LOCAL_ROLE_H_

#include <array>
#include <string_view>

#include "protocol/codes.h"

namespace whoelse {

// Deputy and named officer are lead officers to whom overdue items go, one after the other.
enum class LocalRole : uint8_t { kLeadOfficer = 1, kDeputy, kNamedOfficer, kApprover };
inline constexpr std::array<std::string_view, 4> kLocalRoleNames = {
    "lead officer", "deputy lead officer", "named officer", "approver"};
inline std::string_view Name(LocalRole r) { return NameOf(r, kLocalRoleNames); }
inline std::optional<LocalRole> LocalRoleByName(std::string_view n) {
  return ByName<LocalRole>(n, kLocalRoleNames);
}

}  // namespace whoelse

#endif  // WHOELSE_NODE_LOCAL_ROLE_H_
