// A watch: a question about a child whom this agency holds, repeated by the node each week while
// the case is open, so that its practitioner hears what has changed. docs/decisions/0019. Pure;
// node/watch_keeper.h asks.
//
//   added -> asked once in each week, at a moment drawn anew -> ended: by a person, with the record
//            here, when its practitioner has left, or six weeks after they asked
#ifndef WHOELSE_NODE_WATCH_H_
#define WHOELSE_NODE_WATCH_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/random.h"
#include "node/asking.h"
#include "node/opening.h"
#include "node/reading.h"
#include "protocol/roster.h"

namespace whoelse {

inline constexpr TimeMs kWeekMs = 7ull * 86'400'000;
// Then its practitioner asks again, as a person: only such a question reaches people where a
// machine was silent.
inline constexpr TimeMs kWatchLastsMs = 6 * kWeekMs;
inline constexpr size_t kWatchesOfOne = 20;      // of one practitioner
inline constexpr size_t kDifferencesMax = 50;    // of one watch; the oldest go

// --- the rate ------------------------------------------------------------------------------------

// A moment of the week at which the node asks, whether it watches or not.
struct WatchSlot {
  uint64_t week;
  uint64_t position;   // in it, from 0
  uint64_t left;       // of the week, with this one
  bool operator==(const WatchSlot&) const = default;
};
// The slot in which `now` lies, of `a_week` of them (not 0). Each agency's begin at a time of its
// own.
WatchSlot SlotAt(TimeMs now, uint64_t a_week, AgencyId agency);
// Which of `due` watches that are not asked yet in this week is asked in this slot, counted from 0;
// nullopt: none. Each is asked in a slot of the rest of the week, all slots alike and drawn anew
// each week: at a fixed distance two questions of one child would be known for a pair.
std::optional<size_t> ChooseWatch(size_t due, const WatchSlot& slot, Random& random);

// --- what is asked -------------------------------------------------------------------------------

// Of the question whose receipt is given: whether it can be watched. The field is "number" or
// "case".
std::optional<FieldError> CheckWatched(const AskedBefore& asked, std::string_view case_reference);
// The question again, by the node itself; at a hub for this organisation, as it was asked. nullopt: the
// roster lets this agency ask it no more.
std::optional<AskPlan> WatchQuestion(const AskedBefore& asked, const Roster& roster, AgencyId me,
                                     const std::string& organisation);
// About nobody, of the same size and cost, for a slot without a watch. nullopt: this agency asks
// neither for section-17 nor for section-47 and can watch nobody.
std::optional<AskPlan> BeatQuestion(const Roster& roster, AgencyId me);

// --- what has changed ----------------------------------------------------------------------------

// An entry of an answer, by its hashes: what it said is not kept beyond its answer.
struct SeenEntry {
  Digest key;       // organisation and service
  Digest content;   // all that a practitioner goes by
  bool ended;
  bool operator==(const SeenEntry&) const = default;
};
using Seen = std::map<AgencyId, std::vector<SeenEntry>>;

struct Difference {
  TimeMs at_ms = 0;
  std::string receipt;        // of the question that found it
  std::string agency, organisation, service;
  std::string what;           // "new contact", "changed", "ended"
  bool operator==(const Difference&) const = default;
};

// Puts what came in the place of what was seen, for the agencies that answered, and says what
// differs. That an agency gives nothing any more is no difference: it would make an alert of each
// shield.
std::vector<Difference> Compare(const std::vector<std::pair<AgencyId, Reading>>& readings,
                                const Roster& roster, TimeMs now, const std::string& receipt,
                                Seen& seen);

// --- a watch -------------------------------------------------------------------------------------

struct Watch {
  FrameHash first;             // the question that it repeats; its receipt's number names the watch
  std::string user;            // who set it
  PersonRef practitioner;
  Purpose purpose{};
  std::string case_reference;
  TimeMs since_ms = 0;         // when the first question was asked
  TimeMs asked_ms = 0;         // last; 0: not yet
  uint64_t asked_week = 0;
  std::string ended;           // why; empty: it goes on
  Seen seen;
  std::vector<Difference> differences;   // newest first

  bool GoesOn() const { return ended.empty(); }
  TimeMs until_ms() const { return since_ms + kWatchLastsMs; }
  bool operator==(const Watch&) const = default;
};
// As the store has it. DATA_LOSS for anything else.
std::string WatchDocument(const Watch& watch);
absl::StatusOr<Watch> ReadWatchDocument(std::string_view document);

}  // namespace whoelse

#endif  // WHOELSE_NODE_WATCH_H_
