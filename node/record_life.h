// The life of a record: what a row of an import makes of it, what people make of it, and what falls
// due. domain.md, "Life of a record". Pure.
//
//   a row -> held -> updated in place ... -> ended -> archived -> purged
//                 -> its number was replaced (superseded): the old number keeps answering, marked
//                 -> its number was closed (the identity changed): ended and shielded, and never
//                    joined to what comes after, which is no less restricted
//
// Nothing here lowers a restriction.
#ifndef WHOELSE_NODE_RECORD_LIFE_H_
#define WHOELSE_NODE_RECORD_LIFE_H_

#include <array>
#include <optional>
#include <string_view>

#include "node/field_error.h"
#include "node/record.h"

namespace whoelse {

// Why a row has another NHS number than the record that is held. A feed that says nothing of it is
// treated as `closed`: taken for a correction, an adoption would join the old name to the new one.
enum class NumberChange : uint8_t { kClosed = 1, kSuperseded, kCorrected };
inline constexpr std::array<std::string_view, 3> kNumberChangeNames = {"closed", "superseded",
                                                                       "corrected"};

// What a row does. Neither: nothing changes.
struct RowTaken {
  std::optional<Record> held;    // what becomes of the record that is held
  std::optional<Record> added;   // a new one. Beside a `held` that is superseded it answers for it:
                                 // the caller fills in `held->answered_by`
};
// `held`: the record of the row's source and id; nullptr: none. `number_closed`: the row's number was
// closed here, and what comes under it later is closed with it.
RowTaken TakeRow(const Record* held, const Record& row, NumberChange why, bool number_closed,
                 Date today);

// What restricts a child goes with it to its new number, but for the closing, which is the old number's
// alone: `before` is how it answered until now. A shield that nobody finds by the old number leads nowhere.
// No address goes along: it would lead from the one identity to the other.
void CarryRestrictions(const Record& before, Date today, Record& added);

// A number that the record's has replaced: it is there to be found, and the record answers for it, once
// the caller has filled in `answered_by`.
Record DoorOf(const NhsNumber& replaced, const Record& record);

// It ended on this day, or before if it had.
void EndBy(Date day, Record& record);
// Its number is closed: ended, closed and shielded.
void CloseNumber(Date today, Record& record);

// The records are of one child and one involvement: `from` is answered by `into` from now on, which
// takes the stricter of each. The field is "id" when they cannot be.
std::optional<FieldError> Merge(const Record& from, Date today, Record& into);
// They were not: `from` answers for itself again, no less strictly than they did together, once the
// caller has carried the class that waits (CarryClass); an export says no class.
void Unmerge(const Record& into, Record& from);

// True while the involvement goes on.
bool IsLive(const Record& record, Date today);

enum class DueAction : uint8_t { kNone = 1, kArchive, kPurge };
// Archived: at 18 (25 for a care leaver or SEND who agreed, or when the birth date is disputed), one
// year after death. Purged: six years after that; a protected entry 30 days and a sensitive one a year
// after its end.
DueAction DueActionOf(const Record& record, Date today);

}  // namespace whoelse

#endif  // WHOELSE_NODE_RECORD_LIFE_H_
