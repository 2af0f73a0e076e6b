// A question that is put once more when the agencies that were closed at its hour have opened:
// "ask those again at 08:30" (domain.md, "Words"). Pure; node/again_keeper.h waits and asks.
#ifndef WHOELSE_NODE_AGAIN_H_
#define WHOELSE_NODE_AGAIN_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "node/asking.h"
#include "node/opening.h"
#include "node/reading.h"
#include "node/working_calendar.h"
#include "protocol/roster.h"

namespace whoelse {

// Later than this it is not put any more: who was to be found open may have closed again.
inline constexpr TimeMs kAgainLateMs = 2ull * 3'600'000;

struct AgainRequest {
  FrameHash first;             // the question that is put once more
  std::string user;            // "local:alice", who put it
  TimeMs requested_ms = 0;
  TimeMs due_ms = 0;
  bool waits = true;
  std::string outcome;         // when it does not: the new receipt's number, or why it was not put
  bool operator==(const AgainRequest&) const = default;
};
// As the store has it. DATA_LOSS for anything else.
std::string AgainDocument(const AgainRequest& request);
absl::StatusOr<AgainRequest> ReadAgain(std::string_view document);
// For a list: what becomes of it.
std::string WordsOf(const AgainRequest& request);

// The same question to be typed anew, for this organisation; what was typed freely is left out. The
// field is "number" where that cannot be: an emergency does not wait, a notice is nobody's answer, and
// an approval, before or afterwards, is of one question.
std::variant<AskInput, FieldError> InputAgain(const AskedBefore& asked,
                                              const std::string& organisation,
                                              bool does_not_know_them);

// The agencies that gave no answer while their duty line was closed; with `any_hour` all that gave
// none.
std::vector<const RosterAgency*> Unanswered(
    const std::vector<std::pair<AgencyId, Reading>>& readings, const Roster& roster,
    TimeMs asked_ms, bool any_hour);
// The first minute after `now`, within a week, at which the most of these agencies' duty lines are
// open that can be at once. nullopt: none opens at an hour that can be read.
std::optional<TimeMs> WhenOpen(const std::vector<const RosterAgency*>& agencies, TimeMs now);
// The next time that a clock in London shows this, "08:30". nullopt when it is no time.
std::optional<TimeMs> NextAt(std::string_view time, TimeMs now);

}  // namespace whoelse

#endif  // WHOELSE_NODE_AGAIN_H_
