// Game 25: an asker puts the same question every day for weeks, for every purpose that it may use, and
// watches what changes. What becomes looser shows on the 1st of a month only, and what becomes
// stricter at once: so no day on which somebody agreed is seen, and none on which a family fled is
// missed.
#include <gtest/gtest.h>

#include "node/policy_in_force.h"
#include "node/policy_looser.h"
#include "tests/games/forge.h"
#include "tests/games/game.h"

namespace whoelse::games {
namespace {

constexpr int kDays = 75;   // two turns of a month at least

Date DayOf(TimeMs now) { return Date::FromDays(static_cast<int64_t>(now / 86'400'000)); }

// What an asker sees of one agency: from a named contact to nothing.
enum Seen { kSeenContact, kSeenLine, kSeenNothing };
Seen SeenIn(const Answer& answer) {
  if (!answer.disclosed) return kSeenNothing;
  return answer.entries[0].kind == EntryKind::kContact ? kSeenContact : kSeenLine;
}

Policy Adopted(const PolicyTable& table, Date day) {
  return {Adoption{"Board", "DPIA-1", day, Date::FromDays(day.days() + 365)}, table};
}

// An agency with one record of the child, whose records and policy change. Answers are the production
// holder's, a new process each day.
class ChangingAgency {
 public:
  ChangingAgency(Record record, Date today)
      : record_(std::move(record)), policy_(Adopted(PolicyTable(), today), today) {}
  virtual ~ChangingAgency() = default;

  virtual void Write(const RowBasis& basis, Date today) {
    whoelse::Record after = record_;
    static_cast<RowBasis&>(after) = basis;
    HoldBackLooser(record_, today, after);
    record_ = after;
  }
  virtual void Adopt(const PolicyTable& table, Date today) {
    policy_.Adopt(Adopted(table, today), today);
  }
  virtual Seen Take(const Question& question, Purpose, TimeMs now) {
    policy_.Advance(DayOf(now));
    TestHolder node(kSurgery, 7, static_cast<uint64_t>(now));
    node.Hold(record_);
    node.holder.SetPolicies(policy_.acting());
    EXPECT_FALSE(node.Give(question.frame, now).refusal.has_value());
    return SeenIn(AnswerIn(node.Answers(now + 250).records.at(0).wire, question, kSurgery));
  }
  // What is written down, whatever acts: nobody may see more than this.
  Seen Wanted(Purpose purpose, Date today) const {
    whoelse::Record alone = record_;
    LetThrough(alone);
    const RosterAgency& asker = *RosterOf(7)->FindAgency(kSocialCare);
    const RosterAgency& me = *RosterOf(7)->FindAgency(kSurgery);
    const Disclosure disclosure =
        Decide(policy_.policy().WantedOn(today), alone,
               {purpose, false, asker.s16la, asker.MayAsk(Purpose::kSection47),
                asker.area == me.area},
               today);
    if (!disclosure.Discloses()) return kSeenNothing;
    return disclosure.outcome == Outcome::kContact ? kSeenContact : kSeenLine;
  }

 protected:
  whoelse::Record record_;
  PolicyInForce policy_;
};

// Strawman: one decision sticks for 30 days.
class StickyAgency final : public ChangingAgency {
 public:
  using ChangingAgency::ChangingAgency;
  Seen Take(const Question& question, Purpose purpose, TimeMs now) override {
    auto& [seen, until] = kept_[purpose];
    if (now >= until) {
      seen = ChangingAgency::Take(question, purpose, now);
      until = now + TimeMs{30} * 86'400'000;
    }
    return seen;
  }

 private:
  std::map<Purpose, std::pair<Seen, TimeMs>> kept_;
};
// Strawman: what is recorded acts at once, stricter or looser.
class HastyAgency final : public ChangingAgency {
 public:
  using ChangingAgency::ChangingAgency;
  void Write(const RowBasis& basis, Date today) override {
    ChangingAgency::Write(basis, today);
    LetThrough(record_);
  }
  void Adopt(const PolicyTable& table, Date today) override {
    ChangingAgency::Adopt(table, today);
    policy_.LetThrough(today);
  }
};

RowBasis SomeBasis(Random& random, Date today) {
  RowBasis basis;
  basis.service_class = static_cast<ServiceClass>(1 + random.Below(5));
  basis.about_parent_or_carer = random.Below(6) == 0;
  basis.consent.state = static_cast<ConsentState>(1 + random.Below(3));
  basis.consent.by = static_cast<ConsentBy>(1 + random.Below(4));
  basis.consent.competent = random.Below(2) == 0;
  basis.consent.on = today;
  return basis;
}

PolicyTable SomeTable(Random& random) {
  PolicyTable table;
  for (auto& row : table.cells) {
    for (Outcome& cell : row) {
      if (random.Below(3) == 0) cell = static_cast<Outcome>(1 + random.Below(5));
    }
  }
  return table;
}

template <typename Agency>
bool Watch(Random& random, uint64_t* tries) {
  TimeMs now = kNow;
  Agency agency(RecordOfChild(kTwins[0]), DayOf(now));
  std::map<Purpose, Seen> yesterday;
  for (int day = 0; day < kDays; ++day, now += 86'400'000) {
    const Date today = DayOf(now);
    if (random.Below(5) == 0) agency.Write(SomeBasis(random, today), today);
    if (random.Below(10) == 0) agency.Adopt(SomeTable(random), today);
    for (const Purpose purpose : RosterOf(7)->FindAgency(kSocialCare)->ask) {
      Statement statement = BasicStatement(kSocialCare);
      statement.purpose = purpose;
      const Question question = Ask(statement, random, 7, now / 10'000 * 10);
      const Seen seen = agency.Take(question, purpose, now);
      ++*tries;
      const auto before = yesterday.find(purpose);
      const bool looser = before != yesterday.end() && seen < before->second;
      if (looser && today.ymd() % 100 != 1) return true;
      if (seen < agency.Wanted(purpose, today)) return true;
      yesterday[purpose] = seen;
    }
  }
  return false;
}

template <typename Agency>
Tally WatchOften(int runs, uint64_t seed) {
  SeededRandom random(seed);
  Tally tally;
  for (int run = 0; run < runs; ++run) {
    uint64_t tries = 0;
    const bool won = Watch<Agency>(random, &tries);
    tally.Count(won, tries);
  }
  return tally;
}

TEST(Game25, ALooseningThatShowsBeforeItsDay) {
  EXPECT_TRUE(Judge(25, "the same question every day for weeks", Measure::kCount,
                    WatchOften<ChangingAgency>(4, Seed() + 25),
                    {{"a day for what is looser (all acts at once)",
                      WatchOften<HastyAgency>(20, Seed() + 25)},
                     {"stricter at once (a decision sticks for 30 days)",
                      WatchOften<StickyAgency>(20, Seed() + 25)}}));
}

}  // namespace
}  // namespace whoelse::games
