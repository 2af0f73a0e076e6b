// Game 20: a practitioner goes through a town's list, question by question, as cunningly as the rules
// let them: to learn of more children in a day than the cap, or of every hundredth child of the town
// before anybody has been told to look.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "node/asker_rules.h"
#include "node/fishing.h"
#include "tests/games/game.h"
#include "tests/node/federation.h"

namespace whoelse::games {
namespace {

constexpr uint32_t kTown = 20'000;
constexpr uint32_t kRegister = 6'000;            // of the practitioner's own agency
constexpr size_t kNoticed = kTown / 100;         // children learned of before an alarm: too many
constexpr int kDays = 40;

// What stands between a log-in and the frames: the rules for askers and the watch over questions.
struct Production {
  static AskCaps Caps() { return {}; }
  static FishingLimits Limits() { return {}; }
};
// So many of one's register: what suits a large agency's system is a tenth of a town.
struct ShareOfTheRegister {
  static AskCaps Caps() {
    AskCaps caps;
    caps.questions = caps.out_of_hours = caps.emergencies = kRegister / 10;
    return caps;
  }
  static FishingLimits Limits() {
    FishingLimits limits;
    limits.a_day = limits.unheld_in_a_row = limits.unheld_between_looks = kRegister / 10;
    return limits;
  }
};

// How one adversary goes about it; drawn for each run.
struct Plan {
  explicit Plan(Random& random)
      : in_order(random.Below(3) == 0),
        role(static_cast<Role>(1 + random.Below(3))),
        emergencies(random.Below(2) == 0),
        purposes(1 + random.Below(2)),
        held_between(random.Below(12)) {}

  bool in_order;            // of the numbers, or shuffled
  Role role;
  bool emergencies;         // are used up too
  uint64_t purposes;        // taken in turn
  uint64_t held_between;    // after so many, one about a child of the own agency; 0: never
};

constexpr std::array<Purpose, 2> kInTurn = {Purpose::kSection17, Purpose::kSection47};

template <typename Build>
class Town {
 public:
  explicit Town(Random& random) : plan_(random) {
    for (uint32_t i = 0; i < kTown; ++i) {
      numbers_.push_back(999'000'000 + (plan_.in_order ? i * 49 : static_cast<uint32_t>(
                                                                      random.Below(999'999))));
    }
  }

  // Until the adversary has won, is noticed, or the days are over.
  bool Play(uint64_t* tries) {
    for (int day = 0; day < kDays; ++day) {
      const size_t learned = GoThroughADay(kNow + TimeMs{86'400'000} * day);
      *tries += learned;
      if (learned > kMostADay) return true;
      if (learned_ >= kNoticed && !noticed_) return true;
      if (noticed_) return false;
    }
    return false;
  }

 private:
  // The questions of a practitioner on the longest night, and the emergencies.
  static constexpr size_t kMostADay = 60 + 3;

  size_t GoThroughADay(TimeMs now) {
    AskCounts today;
    size_t learned = 0;
    for (uint64_t turn = 0; next_ < numbers_.size(); ++turn) {
      now += 20'000;
      const bool own = plan_.held_between != 0 && turn % (plan_.held_between + 1) == 0;
      AskerCase question = CaseOf(own, kInTurn[turn % plan_.purposes], today);
      if (!MayLeave(question)) {
        if (!plan_.emergencies) return learned;
        question.purpose = Purpose::kEmergency;
        question.reason = kEmergencyReasons[0];
        if (!MayLeave(question)) return learned;
      }
      today = CountedWith(today, question);
      noticed_ = noticed_ || !watch_.OnQuestion({kSocialCare, question.practitioner, now,
                                                 question.purpose, numbers_[next_], own,
                                                 numbers_[next_]}).empty();
      ++next_;
      if (own) continue;
      ++learned;
      ++learned_;
    }
    return learned;
  }
  AskerCase CaseOf(bool own, Purpose purpose, const AskCounts& today) const {
    AskerCase question{};
    question.practitioner.data()[0] = 1;
    question.role = plan_.role;
    question.purpose = purpose;
    question.case_reference = question.does_not_know_them = true;   // whatever has to be ticked
    question.holds = own;
    question.today = today;
    question.caps = Build::Caps();
    return question;
  }
  static bool MayLeave(const AskerCase& question) { return CheckAsker(question).missing.empty(); }

  const Plan plan_;
  FishingWatch watch_{Build::Limits()};
  std::vector<uint32_t> numbers_;
  size_t next_ = 0, learned_ = 0;
  bool noticed_ = false;
};

template <typename Build>
Tally GoThroughTowns(uint64_t runs, uint64_t seed) {
  SeededRandom random(seed);
  Tally tally;
  for (uint64_t run = 0; run < runs; ++run) {
    uint64_t tries = 0;
    const bool won = Town<Build>(random).Play(&tries);
    tally.Count(won, tries);
  }
  return tally;
}

TEST(Game20, ATownsListQuestionByQuestion) {
  EXPECT_TRUE(Judge(20, "a town's list, question by question", Measure::kCount,
                    GoThroughTowns<Production>(300, Seed() + 20),
                    {{"a cap that is a number (a share of the register)",
                      GoThroughTowns<ShareOfTheRegister>(60, Seed() + 20)}}));
}

}  // namespace
}  // namespace whoelse::games
