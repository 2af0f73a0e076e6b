#include "node/conflict.h"

#include "absl/strings/match.h"

namespace whoelse {
namespace {

constexpr int kAnotherChild = 2;   // parts of a date of birth, as a question's is judged

bool Speaks(const Record& record) {
  return !record.restrictions.closed && !record.archived_on && record.answered_by == 0;
}

bool BirthsDiffer(const Record& a, const Record& b) {
  return a.born && b.born && !a.born_disputed && !b.born_disputed &&
         PartsThatDiffer(*a.born, *b.born) >= kAnotherChild;
}

// By the given name: brothers and sisters share the other one, and it is theirs whose numbers are mixed
// up. Case does not count.
bool NamesDiffer(const Record& a, const Record& b) {
  if (a.given_name.empty() || b.given_name.empty()) {
    return !a.family_name.empty() && !b.family_name.empty() &&
           !absl::EqualsIgnoreCase(a.family_name, b.family_name);
  }
  return !absl::EqualsIgnoreCase(a.given_name, b.given_name) &&
         !absl::EqualsIgnoreCase(a.given_name, b.preferred_name) &&
         !absl::EqualsIgnoreCase(a.preferred_name, b.given_name);
}

bool Differ(const auto& a, const auto& b) { return a && b && *a != *b; }

}  // namespace

std::optional<Conflict> ConflictOf(const Record& a, const Record& b) {
  if (!Speaks(a) || !Speaks(b)) return std::nullopt;
  const bool one_number = a.nhs_number && a.nhs_number == b.nhs_number;
  if (one_number && BirthsDiffer(a, b) && NamesDiffer(a, b)) return Conflict::kOneNumber;
  const bool one_upn = a.upn && a.upn == b.upn;
  if (one_upn && Differ(a.nhs_number, b.nhs_number)) return Conflict::kOneUpn;
  return std::nullopt;
}

std::optional<Conflict> MergeConflictOf(const Record& a, const Record& b) {
  if (!Speaks(a) || !Speaks(b)) return std::nullopt;
  const bool differ =
      Differ(a.nhs_number, b.nhs_number) || Differ(a.upn, b.upn) || BirthsDiffer(a, b);
  return differ ? std::optional(Conflict::kMerge) : std::nullopt;
}

bool IdentifiesAnother(const Record& before, const Record& now) {
  return before.nhs_number != now.nhs_number || before.upn != now.upn || before.born != now.born ||
         before.born_disputed != now.born_disputed || before.given_name != now.given_name ||
         before.preferred_name != now.preferred_name || before.family_name != now.family_name ||
         before.archived_on != now.archived_on || before.answered_by != now.answered_by;
}

}  // namespace whoelse
