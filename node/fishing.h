// Possible fishing: questions that look like curiosity and not like work. domain.md, "Against the
// practitioner who stalks". Where a question was asked everything is known of it, where it was
// answered only what concerns the children held there; the same rules run over both. Pure; an alarm
// is for a person to look at and never stops a question.
#ifndef WHOELSE_NODE_FISHING_H_
#define WHOELSE_NODE_FISHING_H_

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "node/identifier.h"
#include "node/noted.h"
#include "node/working_calendar.h"

namespace whoelse {

enum class FishingRule : uint8_t {
  kVolume = 1,        // more questions in a day than a practitioner's work has
  kUnheld,            // like questions in a row about children whom the agency does not hold
  kPurposeShopping,   // one child under one purpose after the other
  kNumberSequence,    // children whose numbers are neighbours
  kManyUnheld         // so many children not held, however the questions are spread
};
inline constexpr std::array<std::string_view, 5> kFishingRuleNames = {
    "many questions in a day", "like questions in a row about children not held",
    "one child under several purposes", "numbers that follow each other",
    "many children not held"};
inline std::string_view Name(FishingRule rule) { return NameOf(rule, kFishingRuleNames); }

// A child, in this process's memory only: a record's id, or out of the identifier that was typed.
using ChildKey = uint64_t;

struct AskedQuestion {
  AgencyId agency = 0;
  PersonRef practitioner;
  TimeMs at_ms = 0;
  Purpose purpose{};
  ChildKey child = 0;
  bool held = true;                    // by the agency where this runs
  std::optional<uint32_t> number;      // the first nine digits, where the question was asked
};
// What a holder knows. nullopt: nothing was opened, or the node itself asked.
std::optional<AskedQuestion> AskedQuestionOf(const Noted& noted);

// What the asker's node knows.
AskedQuestion AskedHere(AgencyId me, const PersonRef& practitioner, TimeMs at, Purpose purpose,
                        const Subject& subject, bool held);

struct FishingLimits {
  size_t a_day = 20;                   // more is an alarm
  size_t unheld_in_a_row = 10;
  size_t purposes_of_a_child = 3;      // within so many days:
  TimeMs shopping_ms = 7ull * 86'400'000;
  size_t neighbours = 4;               // twins and triplets have neighbouring numbers too
  uint32_t neighbourhood = 100;        // of nine-digit numbers
  // Whoever keeps below every other limit goes through a town by its cap a day. A practitioner of a
  // front door reaches this too: then somebody has looked once in so many questions.
  size_t unheld_between_looks = 100;   // children
};

struct FishingAlarm {
  FishingRule rule;
  AgencyId agency;
  PersonRef practitioner;
  bool operator==(const FishingAlarm&) const = default;
};

// Remembers the newest questions of each practitioner, and no more than it must. Lives in memory: a
// restart forgets at most a day's window.
class FishingWatch {
 public:
  explicit FishingWatch(FishingLimits limits = {}) : limits_(limits) {}

  // Times must not go back for one practitioner. Each rule raises at most one alarm a day (of London)
  // about one practitioner.
  std::vector<FishingAlarm> OnQuestion(const AskedQuestion& question);

  static constexpr size_t kPractitionersMax = 20'000;
  static constexpr size_t kQuestionsMax = 64;   // of one practitioner
  size_t practitioners() const { return known_.size(); }

 private:
  struct Known {
    std::deque<AskedQuestion> newest;
    Date day = Date::FromDays(0);
    size_t today = 0;
    std::set<ChildKey> unheld;   // since the last alarm about that
    std::vector<FishingRule> raised_today;
  };
  bool Breaks(FishingRule rule, const Known& known) const;
  void ForgetOldest();

  const FishingLimits limits_;
  std::map<std::pair<AgencyId, PersonRef>, Known> known_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_FISHING_H_
