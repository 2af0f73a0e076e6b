// Game 18: the first relay drops any subset of the wires and predicts, from what the asker does next,
// whether one agency disclosed. The asker asks again for what is missing, never for what it did not
// like.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "node/requester.h"
#include "tests/games/game.h"
#include "tests/node/federation.h"

namespace whoelse::games {
namespace {

constexpr AgencyId kTarget = kSurgery;

// What the asker does when its first relay has closed. True: the other relay gets the frame too.
struct Production {
  static bool AsksAgain(Requester& requester, Random& random) {
    return requester.NextRelay(random).has_value();
  }
};
struct OnlyWhenNothingWasFound {
  static bool AsksAgain(Requester& requester, Random& random) {
    if (std::ranges::any_of(requester.Readings(), [](const auto& of_agency) {
          const Reading& reading = of_agency.second;
          return reading.Answered() && reading.answer->disclosed;
        })) {
      return false;
    }
    requester.NextRelay(random);
    return true;
  }
};

Requester Sent(Random& random, CoordinatorId* first) {
  Requester requester = *Requester::Start(RosterOf(7), BasicStatement(), {}, random);
  for (Evaluation& evaluation : requester.evaluations()) {
    while (evaluation.state() == Evaluation::State::kPending) {
      for (CoordinatorId id : evaluation.ToAsk()) {
        evaluation.OnResponse(id, EvaluateAt(id, evaluation.request(), random));
      }
    }
  }
  EXPECT_TRUE(requester.Compose(IdentityKeyOfAgency(kSocialCare), kNow, random).ok());
  *first = *requester.NextRelay(random);
  return requester;
}

Bytes WireOf(const Question& question, AgencyId agency, bool disclosed, Random& random) {
  Answer answer;
  answer.roster_version = 7;
  answer.complete = {question.frame.header().kv_a, question.frame.header().kv_b};
  if (disclosed) {
    answer.disclosed = true;
    answer.entries.emplace_back();
    answer.entries[0].kind = EntryKind::kContact;
    answer.confirm = ConfirmValue(question.content_key, question.frame.hash(), agency);
  }
  return *SealAnswer(answer.Sign(IdentityKeyOfAgency(agency), question.frame.hash(), agency),
                     question.frame.hash(), agency, question.frame.header().reply_key, random);
}

// Says "disclosed" when the other relay is left alone.
template <typename Asker>
bool SaysDisclosed(uint32_t passed, bool disclosed, Random& random) {
  CoordinatorId first = 0;
  Requester requester = Sent(random, &first);
  const Question& question = requester.question();
  requester.OnAdmission(first, Admit(question.frame.hash(), 4, kNow, first).Serialize());
  uint32_t bit = 1;
  for (const RosterAgency& agency : requester.roster().agencies) {
    const bool passes = agency.id == kTarget || (passed & bit) != 0;
    bit <<= 1;
    if (!passes) continue;
    requester.OnItem(first, agency.id,
                     WireOf(question, agency.id, disclosed && agency.id == kTarget, random));
  }
  requester.OnClosed(first, Requester::Closed{4, 5});
  return !Asker::AsksAgain(requester, random);
}

// The same subset with either answer of the target.
template <typename Asker>
Tally DropWires(uint64_t pairs, uint64_t seed) {
  SeededRandom random(seed);
  Tally tally;
  for (uint64_t pair = 0; pair < pairs; ++pair) {
    const auto passed = static_cast<uint32_t>(random.Below(32));
    for (const bool disclosed : {false, true}) {
      tally.Count(SaysDisclosed<Asker>(passed, disclosed, random) == disclosed);
    }
  }
  return tally;
}

TEST(Game18, WhatTheAskerDoesNext) {
  EXPECT_TRUE(Judge(18, "wires dropped: what the asker does next", Measure::kAdvantage,
                    DropWires<Production>(1'400, Seed() + 18),
                    {{"asking again for all that is missing (only when nothing was found)",
                      DropWires<OnlyWhenNothingWasFound>(60, Seed() + 18)}}));
}

}  // namespace
}  // namespace whoelse::games
