// Stricter takes effect with the next question, looser waits for the 1st of the next month, unless
// the lead officer lets it through (domain.md, "How an agency decides"): so whoever asks again and
// again sees no loosening, and with it not the day on which somebody agreed.
//
// Here for a record; node/policy_in_force.h has it for the table.
#ifndef WHOELSE_NODE_POLICY_LOOSER_H_
#define WHOELSE_NODE_POLICY_LOOSER_H_

#include <optional>
#include <span>

#include "node/identifier.h"
#include "node/record.h"

namespace whoelse {

// The 1st of the month after `today`'s.
Date FirstOfNextMonth(Date today);

// `after` is what an import or a person makes of `before` today. What chose its row until now acts
// beside what chooses it from now on (Decide takes the strictest) until the 1st of the next month.
void HoldBackLooser(const Record& before, Date today, Record& after);

// The day from which on what is recorded acts alone; nullopt: it does already.
std::optional<Date> LooserOn(const Record& record, Date today);

// What acts today beside what is recorded. Whoever tells anything by a record's class or by whose
// service it is asks here as well: Decide alone would leave the place or the name in the answer.
std::span<const RowBasis> ActingBeside(const Record& record, Date today);
// The strictest class that acts today.
ServiceClass StrictestClass(const Record& record, Date today);
// `after` has no looser class than `before` today, and the one that waits there waits here.
void CarryClass(const Record& before, Date today, Record& after);

// The lead officer lets it through: what is recorded acts from the next question on.
void LetThrough(Record& record);

}  // namespace whoelse

#endif  // WHOELSE_NODE_POLICY_LOOSER_H_
