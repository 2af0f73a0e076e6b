#include "coordinator/log_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/log_reader.h"
#include "tests/coordinator/fixture.h"
#include "tests/reference/rfc6962.h"
#include "tests/support/memory_state.h"

namespace whoelse {
namespace {

class LogWriterTest : public testing::Test {
 protected:
  static FrameHash Hash(uint64_t n) {
    return Retag<FrameHash>(H("test", Writer().U64(n).view()));
  }
  static AskSubmission Ask(uint64_t n, uint32_t cap = 100, AgencyId asker = 1001) {
    return {Hash(n), asker, {}, 7, 5, cap};
  }
  static AnsweredSubmission Answer(uint64_t n) { return {Hash(n), H("answers", {})}; }
  static ChargeSubmission ChargeOf(uint32_t cost, uint32_t cap, uint32_t hour = 100) {
    Charge charge;
    charge.key = {CounterUse::kEvaluation, 1001, EvaluationKind::kAsk, 1, 5};
    charge.cost = cost;
    charge.cap = cap;
    charge.tally = {hour, 1001, EvaluationKind::kAsk, 1};
    charge.elements = 2 * cost;
    return {charge};
  }
  std::vector<LogOutcome> Commit(std::vector<Submission> pool, TimeMs now = kNowMs) {
    auto plan = PlanPool(state_, pool, now);
    EXPECT_TRUE(plan.ok()) << plan.status();
    if (!plan.ok()) return {};
    EXPECT_TRUE(state_.Commit(plan->batch).ok());
    last_ = plan->batch;
    return plan->outcomes;
  }
  static bool IsOverQuota(const LogOutcome& o) { return std::holds_alternative<OverQuota>(o); }

  MemoryState state_;
  StateBatch last_;
};

// Pools of random sizes: after each, head, stored subtrees and proofs are those of RFC 6962 on the
// entries themselves.
TEST_F(LogWriterTest, TheTreeIsThatOfTheEntries) {
  const uint64_t seed = 20261122;
  SCOPED_TRACE(seed);
  SeededRandom random(seed);
  uint64_t next = 0;
  while (state_.entries().size() < 300) {
    std::vector<Submission> pool;
    for (uint64_t i = random.Below(40); i > 0; --i) pool.push_back(Ask(next++, 1000));
    Commit(pool);
    Rfc6962 reference(state_.entries());
    const uint64_t size = state_.entries().size();
    ASSERT_EQ(state_.Head()->size(), size);
    ASSERT_EQ(state_.Head()->frontier.Root(), reference.Mth(0, size));
    ASSERT_TRUE(CheckStoredLog(state_, size).ok());
    if (size == 0) continue;
    const uint64_t old = random.Below(size + 1);
    const auto at = FrontierAt(state_, old);
    ASSERT_TRUE(at.ok());
    ASSERT_EQ(at->Root(), reference.Mth(0, old));
    const auto proof = StoredConsistencyProof(state_, old, size);
    ASSERT_TRUE(proof.ok());
    ASSERT_TRUE(VerifyConsistency(old, at->Root(), size, state_.Head()->frontier.Root(), *proof).ok());
  }
}

TEST_F(LogWriterTest, AnAskedLeafSaysWhenAndWhichAndNothingElse) {
  const auto outcomes = Commit({Ask(1)});
  const auto& admitted = std::get<QuestionAdmitted>(outcomes[0]);
  EXPECT_FALSE(admitted.earlier);
  EXPECT_EQ(admitted.row.index, 0u);
  EXPECT_EQ(admitted.row.time_ms, kNowMs);
  EXPECT_EQ(state_.entries()[0], SerializeLogEntry(AskedEntry{kNowMs, Hash(1)}));
  const auto row = state_.FindAsked(Hash(1));
  ASSERT_TRUE(row.ok() && *row);
  EXPECT_EQ((*row)->asker, 1001u);
  EXPECT_EQ((*row)->agencies, 5u);
}

TEST_F(LogWriterTest, TheSameQuestionIsAdmittedAndCountedOnce) {
  const auto outcomes = Commit({Ask(1, 1), Ask(1, 1)});
  EXPECT_TRUE(std::get<QuestionAdmitted>(outcomes[1]).earlier);
  const auto later = Commit({Ask(1, 1)}, kNowMs + 86'400'000);
  EXPECT_TRUE(std::get<QuestionAdmitted>(later[0]).earlier);
  EXPECT_EQ(std::get<QuestionAdmitted>(later[0]).row.time_ms, kNowMs);
  EXPECT_EQ(state_.entries().size(), 1u);
}

TEST_F(LogWriterTest, QuotaIsPerAgencyAndDay) {
  const auto outcomes = Commit({Ask(1, 2), Ask(2, 2), Ask(3, 2), Ask(4, 2, 1002)});
  EXPECT_FALSE(IsOverQuota(outcomes[1]));
  EXPECT_TRUE(IsOverQuota(outcomes[2]));
  EXPECT_FALSE(IsOverQuota(outcomes[3]));
  EXPECT_TRUE(IsOverQuota(Commit({Ask(5, 2)})[0]));   // over pools too
  EXPECT_FALSE(IsOverQuota(Commit({Ask(5, 2)}, kNowMs + 86'400'000)[0]));
  EXPECT_EQ(state_.entries().size(), 4u);
}

TEST_F(LogWriterTest, TimesNeverGoBack) {
  Commit({Ask(1)}, kNowMs);
  const auto outcomes = Commit({Ask(2)}, kNowMs - 5000);
  EXPECT_EQ(std::get<QuestionAdmitted>(outcomes[0]).row.time_ms, kNowMs);
}

TEST_F(LogWriterTest, OneAnsweredForEachAsked) {
  const auto outcomes = Commit({Ask(1), Ask(2), Answer(1)});
  EXPECT_EQ(std::get<LeafLogged>(outcomes[2]).index, 2u);
  EXPECT_EQ(state_.entries()[2],
            SerializeLogEntry(AnsweredEntry{0, kNowMs, H("answers", {})}));
  EXPECT_EQ(std::get<LeafLogged>(Commit({Answer(1)})[0]).index, 2u);   // the one there is
  EXPECT_EQ(state_.entries().size(), 3u);
  const auto open = state_.OpenQuestions();
  ASSERT_EQ(open->size(), 1u);
  EXPECT_EQ((*open)[0].frame_hash, Hash(2));
  EXPECT_TRUE(absl::IsDataLoss(
      PlanPool(state_, std::vector<Submission>{Answer(9)}, kNowMs).status()));
}

TEST_F(LogWriterTest, OrphansAreClosedAsInTheVectors) {
  Commit({Ask(1), Ask(2), Answer(1)});
  const auto orphans = OrphanSubmissions(state_);
  ASSERT_TRUE(orphans.ok());
  ASSERT_EQ(orphans->size(), 1u);
  Commit(*orphans);
  EXPECT_TRUE(state_.OpenQuestions()->empty());
  const auto entry = ParseLogEntry(state_.entries().back());
  const auto& answered = std::get<AnsweredEntry>(*entry);
  EXPECT_EQ(answered.asked_index, 1u);
  // The vectors' orphan is of five agencies as well.
  const auto vector = ParseLogEntry(Hex(ProtocolVectors()["leaves"]["orphan"]["bytes"]));
  EXPECT_EQ(answered.answers_hash, std::get<AnsweredEntry>(*vector).answers_hash);
}

TEST_F(LogWriterTest, ChargesWithinTheirCap) {
  const auto outcomes = Commit({ChargeOf(5, 9), ChargeOf(5, 9), ChargeOf(4, 9)});
  EXPECT_FALSE(IsOverQuota(outcomes[0]));
  EXPECT_TRUE(IsOverQuota(outcomes[1]));
  EXPECT_FALSE(IsOverQuota(outcomes[2]));
  EXPECT_TRUE(IsOverQuota(Commit({ChargeOf(1, 9)})[0]));
  EXPECT_TRUE(state_.entries().empty());   // a leaf an evaluation would name the asker to all nodes
  EXPECT_TRUE(IsOverQuota(Commit({ChargeOf(2, 0xffffffff), ChargeOf(0xffffffff, 0xffffffff)})[1]));
}

TEST_F(LogWriterTest, TheHoursTableOpensToItsLeaf) {
  Commit({ChargeOf(5, 99), ChargeOf(2, 99)});
  const EvaluatedSalt seed = SeededRandom(1).NewFixed<EvaluatedSalt>();
  Commit({ChargeOf(1, 99), EvaluatedSubmission{100, seed}});   // also what came in the same pool
  ASSERT_EQ(state_.tables().size(), 1u);
  const EvaluatedTable& table = state_.tables().at(100);
  EXPECT_THAT(table.rows, testing::ElementsAre(EvaluatedRow{1001, EvaluationKind::kAsk, 1, 16}));
  EXPECT_EQ(state_.entries().back(),
            SerializeLogEntry(EvaluatedEntry{100, EvaluatedTableHash(table.salt, table.rows)}));
  // Closed for good: what comes late, after the clock went back, counts into the next hour.
  Commit({ChargeOf(1, 99)});
  Commit({EvaluatedSubmission{100, seed}});
  EXPECT_EQ(state_.entries().size(), 1u);
  Commit({EvaluatedSubmission{101, seed}});
  EXPECT_EQ(state_.tables().at(101).rows[0].elements, 2u);
}

TEST_F(LogWriterTest, HoursThatWereMissedAreLoggedEachUnderItsOwnSalt) {
  Commit({ChargeOf(1, 99, 100), ChargeOf(1, 99, 102)});
  Commit({EvaluatedSubmission{105, {}}});
  ASSERT_EQ(state_.tables().size(), 3u);   // 100, 102, and 105 without rows
  EXPECT_TRUE(state_.tables().at(105).rows.empty());
  EXPECT_NE(state_.tables().at(100).salt, state_.tables().at(102).salt);
  EXPECT_TRUE(state_.TalliesBefore(1000)->empty());
}

TEST_F(LogWriterTest, ARosterAndItsLeafAreOneBatch) {
  const RosterHash hash = Retag<RosterHash>(H("roster", {}));
  const auto outcomes = Commit({RosterSubmission{{1, 2}, StoredRoster{8, {3, 4}}, hash}});
  EXPECT_EQ(std::get<LeafLogged>(outcomes[0]).index, 0u);
  EXPECT_EQ(state_.entries()[0], SerializeLogEntry(RosterEntry{8, hash}));
  EXPECT_EQ(*state_.RosterState(), (Bytes{1, 2}));
  EXPECT_EQ(state_.rosters().at(8), (Bytes{3, 4}));
  Commit({RosterSubmission{{5}, {}, {}}});
  EXPECT_EQ(state_.entries().size(), 1u);
  EXPECT_EQ(*state_.RosterState(), Bytes{5});
}

TEST_F(LogWriterTest, TheNewestRosterLeafIsFoundWithATimeBehindIt) {
  const auto found = [&](uint64_t size) {
    const RosterLeaves leaves = *FindRosterLeaves(state_, size);
    return std::make_pair(leaves.roster, leaves.after);
  };
  using Found = std::pair<std::optional<uint64_t>, std::optional<uint64_t>>;
  Commit({Ask(1)});
  EXPECT_EQ(found(1), Found());
  const auto log_roster = [&](uint64_t version) {
    Commit({RosterSubmission{{1}, StoredRoster{version, {}}, Retag<RosterHash>(H("r", {}))}});
  };
  log_roster(8);
  log_roster(9);
  EXPECT_EQ(found(2), Found());                   // of 9 alone, which that tree does not have
  EXPECT_EQ(found(3), Found(2, std::nullopt));
  Commit({EvaluatedSubmission{100, EvaluatedSalt()}});
  Commit({Ask(2)});
  EXPECT_EQ(found(4), Found(2, std::nullopt));
  EXPECT_EQ(found(5), Found(2, 4));
}

TEST_F(LogWriterTest, DamageIsFound) {
  for (uint64_t i = 0; i < 13; ++i) Commit({Ask(i)});
  ASSERT_TRUE(CheckStoredLog(state_, 13).ok());
  const MemoryState good = state_;
  state_.entries_to_damage()[12][5] ^= 1;   // between storing and hashing
  EXPECT_TRUE(absl::IsDataLoss(CheckStoredLog(state_, 13)));
  state_ = good;
  state_.nodes_to_damage()[{3, 0}] = TreeHash();
  EXPECT_TRUE(absl::IsDataLoss(CheckStoredLog(state_, 0)));
  state_ = good;
  state_.nodes_to_damage()[{1, 3}] = TreeHash();   // on the right edge, below a peak
  EXPECT_TRUE(absl::IsDataLoss(CheckStoredLog(state_, 0)));
  state_ = good;
  state_.head_to_damage().frontier.Append(TreeHash());
  EXPECT_FALSE(CheckStoredLog(state_, 0).ok());
}

TEST_F(LogWriterTest, ACheckpointTheStoreDoesNotContain) {
  for (uint64_t i = 0; i < 9; ++i) Commit({Ask(i)});
  const Checkpoint now{"log", 9, state_.Head()->frontier.Root()};
  EXPECT_TRUE(CheckContains(state_, now).ok());
  const Checkpoint before{"log", 6, FrontierAt(state_, 6)->Root()};
  EXPECT_TRUE(CheckContains(state_, before).ok());
  EXPECT_TRUE(absl::IsDataLoss(CheckContains(state_, {"log", 10, now.root})));   // rolled back
  EXPECT_TRUE(absl::IsDataLoss(CheckContains(state_, {"log", 6, now.root})));    // another history
}

}  // namespace
}  // namespace whoelse
