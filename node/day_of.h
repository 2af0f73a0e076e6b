// The day on which a moment lies.
#ifndef WHOELSE_NODE_DAY_OF_H_
#define WHOELSE_NODE_DAY_OF_H_

#include "node/identifier.h"
#include "protocol/ids.h"

namespace whoelse {

// In UTC, for what both sides of a question must see alike. (What people work by is London's:
// node/working_calendar.h.)
inline Date DayOf(TimeMs now) { return Date::FromDays(static_cast<int64_t>(now / 86'400'000)); }

}  // namespace whoelse

#endif  // WHOELSE_NODE_DAY_OF_H_
