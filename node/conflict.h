// Records that cannot both be right about whose they are. Until people have settled it both are silent:
// a question about one child would be answered with what is known of another. Pure.
#ifndef WHOELSE_NODE_CONFLICT_H_
#define WHOELSE_NODE_CONFLICT_H_

#include <array>
#include <optional>
#include <string_view>

#include "node/record.h"

namespace whoelse {

enum class Conflict : uint8_t {
  kOneNumber = 1,   // one NHS number, and birth dates and names of two children
  kOneUpn,          // one UPN, and two NHS numbers
  kMerge            // somebody wants to merge what cannot be one child
};
inline constexpr std::array<std::string_view, 3> kConflictNames = {
    "one-nhs-number-two-children", "one-upn-two-nhs-numbers", "merge-of-two-children"};
inline std::string_view Name(Conflict conflict) { return NameOf(conflict, kConflictNames); }

// Between two records that are held. nullopt: none; also when one of them is closed, which nothing is
// ever joined to, archived, or answered by another.
std::optional<Conflict> ConflictOf(const Record& a, const Record& b);
// kMerge, when they are to be merged and have another number, UPN or date of birth.
std::optional<Conflict> MergeConflictOf(const Record& a, const Record& b);

// Whether what ConflictOf looks at is another than before.
bool IdentifiesAnother(const Record& before, const Record& now);

}  // namespace whoelse

#endif  // WHOELSE_NODE_CONFLICT_H_
