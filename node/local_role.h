// What a person may do at this node beside asking: duties that never leave it. (The roles that a
// question names are protocol/codes.h's.)
#ifndef WHOELSE_NODE_LOCAL_ROLE_H_
#define WHOELSE_NODE_LOCAL_ROLE_H_

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

#include "protocol/codes.h"

namespace whoelse {

// Deputy and named officer are lead officers to whom overdue items go, one after the other.
enum class LocalRole : uint8_t {
  kLeadOfficer = 1, kDeputy, kNamedOfficer, kApprover, kRecordManager, kManager
};
inline constexpr std::array<std::string_view, 6> kLocalRoleNames = {
    "lead officer", "deputy lead officer", "named officer", "approver", "record manager", "manager"};
inline std::string_view Name(LocalRole r) { return NameOf(r, kLocalRoleNames); }
inline std::optional<LocalRole> LocalRoleByName(std::string_view n) {
  return ByName<LocalRole>(n, kLocalRoleNames);
}

// A set of them, for tables that say who may do what.
class Duties {
 public:
  constexpr Duties(std::initializer_list<LocalRole> roles) {
    for (const LocalRole role : roles) bits_ |= Bit(role);
  }
  constexpr Duties operator|(Duties other) const {
    other.bits_ |= bits_;
    return other;
  }
  constexpr Duties Without(LocalRole role) const {
    Duties rest = *this;
    rest.bits_ &= ~Bit(role);
    return rest;
  }
  constexpr bool Has(LocalRole role) const { return (bits_ & Bit(role)) != 0; }
  // The first of a person's that is in the set; nullopt: none is.
  std::optional<LocalRole> FirstOf(std::span<const LocalRole> roles) const {
    const auto found = std::ranges::find_if(roles, [this](LocalRole role) { return Has(role); });
    return found == roles.end() ? std::nullopt : std::optional(*found);
  }

 private:
  static constexpr unsigned Bit(LocalRole role) { return 1u << static_cast<unsigned>(role); }
  unsigned bits_ = 0;
};
inline constexpr Duties kLeadOfficers = {LocalRole::kLeadOfficer, LocalRole::kDeputy,
                                         LocalRole::kNamedOfficer};

}  // namespace whoelse

#endif  // WHOELSE_NODE_LOCAL_ROLE_H_
