// Game 17: coordinators watch an agency's enrolment for a week in which they know when it was asked
// about a child, and want to know whether children were taken on after the questions.
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "node/enrolment.h"
#include "tests/games/game.h"
#include "tests/node/federation.h"

namespace whoelse::games {
namespace {

constexpr TimeMs kMinute = 60'000, kHour = 60 * kMinute, kWeek = 7 * 24 * kHour;
constexpr uint32_t kIntervalS = 600;
constexpr size_t kElements = 4;
constexpr KeyVersion kKv = 1;

// How an agency enrols, as coordinators see it: the sizes of the requests that come in a minute.
class Enrolling {
 public:
  Enrolling() { enrolment_.SetKeyVersions({kKv}); }
  virtual ~Enrolling() = default;

  virtual void TakeOn(RecordId child, TimeMs now) {
    enrolment_.Hold(child, KeyType::kNhsNumber, now);
  }
  virtual std::vector<size_t> Requests(TimeMs now) {
    if (!rhythm_.Due(kKv, now, kIntervalS)) return {};
    return {Send({EvaluationKind::kEnrol, kElements}, now)};
  }

 protected:
  size_t Send(const EnrolmentStep& step, TimeMs now) {
    std::vector<std::optional<Digest>> inputs;
    for (const Enrolment::Item& item : enrolment_.Next(kKv, step.elements, now)) {
      inputs.emplace_back(Digest());
      enrolment_.MarkEnrolled(kKv, item.record, item.type);
    }
    return FilledUp(std::move(inputs), step).size();
  }
  Enrolment enrolment_;

 private:
  EnrolmentRhythm rhythm_;
};
// Strawman: a child is enrolled when it comes.
class OnTheEvent final : public Enrolling {
 public:
  void TakeOn(RecordId child, TimeMs now) override {
    Enrolling::TakeOn(child, now);
    came_ = true;
  }
  std::vector<size_t> Requests(TimeMs now) override {
    std::vector<size_t> sent = Enrolling::Requests(now);
    if (std::exchange(came_, false)) sent.push_back(Send({EvaluationKind::kBulk, kElements}, now));
    return sent;
  }

 private:
  bool came_ = false;
};

struct Week {
  std::set<TimeMs> asked;                 // to the minute
  std::map<TimeMs, size_t> taken_on;      // after questions; how many children
};
Week SomeWeek(Random& random) {
  Week week;
  for (uint64_t n = 5 + random.Below(20); n > 0; --n) {
    const TimeMs asked = random.Below((kWeek - kHour) / kMinute) * kMinute;
    week.asked.insert(asked);
    if (random.Below(2) == 0) {
      week.taken_on[asked + (1 + random.Below(50)) * kMinute] += 1 + random.Below(3);
    }
  }
  return week;
}

// The adversary says that children came when, in the hour after any question, more was asked of the
// evaluators than in the quietest hour of the week.
template <typename Agency>
bool SaysTheyCame(const Week& week, bool came) {
  Agency agency;
  std::vector<size_t> minutes;
  RecordId next = 1;
  for (TimeMs now = 0; now < kWeek; now += kMinute) {
    if (const auto it = week.taken_on.find(now); came && it != week.taken_on.end()) {
      for (size_t i = 0; i < it->second; ++i) agency.TakeOn(next++, now);
    }
    size_t elements = 0;
    for (const size_t size : agency.Requests(kNow - kNow % (kIntervalS * 1000) + now)) {
      elements += size;
    }
    minutes.push_back(elements);
  }
  const auto hour_from = [&](size_t minute) {
    size_t sum = 0;
    for (size_t i = minute; i < std::min(minute + 60, minutes.size()); ++i) sum += minutes[i];
    return sum;
  };
  size_t quietest = SIZE_MAX;
  for (size_t minute = 60; minute + 60 < minutes.size(); minute += 60) {
    quietest = std::min(quietest, hour_from(minute));
  }
  return std::ranges::any_of(
      week.asked, [&](TimeMs asked) { return hour_from(asked / kMinute) > quietest; });
}

template <typename Agency>
Tally WatchWeeks(uint64_t weeks, uint64_t seed) {
  SeededRandom random(seed);
  Tally tally;
  for (uint64_t i = 0; i < weeks; ++i) {
    const Week week = SomeWeek(random);
    for (const bool came : {false, true}) {
      tally.Count(SaysTheyCame<Agency>(week, came) == came, week.asked.size());
    }
  }
  return tally;
}

TEST(Game17, EnrolmentAfterQuestions) {
  EXPECT_TRUE(Judge(17, "a week of enrolment, with and without new children", Measure::kAdvantage,
                    WatchWeeks<Enrolling>(1'400, Seed() + 17),
                    {{"a constant rate (enrols on the event)",
                      WatchWeeks<OnTheEvent>(100, Seed() + 17)}}));
}

}  // namespace
}  // namespace whoelse::games
