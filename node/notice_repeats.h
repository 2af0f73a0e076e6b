// When and how a sender's node repeats the shield notices that people sent, so that who takes the
// child on next month hears of them too. domain.md, "Shield notice". Pure; node/notice_keeper.h does
// it.
//
// Questions leave at a constant rate, one in each interval of the day, each moment of it alike: the
// notice that waits longest, or, when none is due, one about nobody. Coordinators see that an agency
// asks; how many children it hides, since when, and whether any at all, they do not.
#ifndef WHOELSE_NODE_NOTICE_REPEATS_H_
#define WHOELSE_NODE_NOTICE_REPEATS_H_

#include <optional>
#include <vector>

#include "crypto/secret.h"
#include "protocol/question.h"
#include "protocol/roster.h"

namespace whoelse {

// One that people of this agency sent, and that stands.
struct SentNotice {
  Subject subject;
  uint32_t born = 0;     // yyyymmdd, 0 unknown
  TimeMs last_ms = 0;    // when it went out last
  bool operator==(const SentNotice&) const = default;
};

// How many leave a day: 4, 16, 64 or 256, the first by which so many notices are repeated each week.
// At most a quarter of the agency's questions, which people need, and one at the least.
uint32_t RepeatsPerDay(size_t notices, uint32_t ask_per_day);
// The first of the intervals' moments after this one. Out of a key, so that a node that starts again
// has the same, and nobody else knows it.
TimeMs NextRepeatMoment(const Secret<32>& key, TimeMs after, uint32_t per_day);
// The one to repeat now, by its place; nullopt: none would be a week old at the next moment.
std::optional<size_t> NextToRepeat(const std::vector<SentNotice>& notices, TimeMs now,
                                   uint32_t per_day);

// The node's own question: a repetition, or one about nobody. But for r, salt and seed.
Statement RepetitionOf(const std::optional<SentNotice>& notice, const RosterAgency& agency);

}  // namespace whoelse

#endif  // WHOELSE_NODE_NOTICE_REPEATS_H_
