// Which steps in the lives of key versions this log still has to state. Pure.
#ifndef WHOELSE_COORDINATOR_KEY_EVENTS_H_
#define WHOELSE_COORDINATOR_KEY_EVENTS_H_

#include <set>
#include <vector>

#include "audit/entry.h"
#include "protocol/roster.h"

namespace whoelse {

// Created and activated for what the ruling roster has, retired for what it no longer has, destroyed
// for what is retired and of which this coordinator holds no share (`shares`) any more; without those
// in `logged`. docs/decisions/0004-an-opening-is-a-leaf.md says what the hashes are of.
std::vector<KeyEventEntry> DueKeyEvents(const Roster& ruling, const std::set<KeyVersion>& shares,
                                        const std::vector<KeyEventEntry>& logged);

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_KEY_EVENTS_H_
