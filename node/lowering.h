// What two people take from this agency's records that no machine ever does: a restriction, a class
// that is stricter than the map's by now, the closing of a number. domain.md, "A restriction only rises
// by machine"; docs/decisions/0026-what-two-people-lower.md. Pure.
//
// Without the second person, one who is bribed or deceived makes a hidden child answer.
#ifndef WHOELSE_NODE_LOWERING_H_
#define WHOELSE_NODE_LOWERING_H_

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/inbox.h"
#include "node/record.h"

namespace whoelse {

enum class Lowered : uint8_t {
  kShield = 1,           // with the notices that stand behind it
  kCovert,
  kCallBackOnly,
  kSubjectAccessExempt,
  kServiceClass,         // taken anew from the map
  kClosed                // the number is open again, or one beside a closed one; what was ended and
                         // shielded with it stays so
};
inline constexpr std::array<std::string_view, 6> kLoweredNames = {
    "shield", "covert", "call-back-only", "subject-access-exempt", "class", "closed"};
inline std::string_view Name(Lowered what) { return NameOf(what, kLoweredNames); }

struct Lowering {
  Lowered what = Lowered::kShield;
  // Of kServiceClass, what the map says of the services that it is about: as the two people see it.
  std::map<std::string, ServiceClass> classes = {};
  bool operator==(const Lowering&) const = default;
};

// Whether there is something to take from the record.
bool Stands(const Lowering& lowering, const Record& record);
// Takes it, where it stands. A restriction that falls is gone with the next question; a class that falls
// acts from the 1st of the next month (node/policy_looser.h).
void Lower(const Lowering& lowering, Date today, Record& record);

// Open, without a word yet. No records whose owner is another's than the first's.
InboxItem LoweringItem(const Lowering& lowering, std::vector<RecordId> records, TimeMs now,
                       const WorkingCalendar& calendar, Random& random);
// What such an item is about; nullopt: of another kind, or damaged.
std::optional<Lowering> LoweringOf(const InboxItem& item);
// The word that both of them say.
Verb VerbToLower(ItemKind kind);

}  // namespace whoelse

#endif  // WHOELSE_NODE_LOWERING_H_
