#include "coordinator/cosigned.h"

#include <gtest/gtest.h>

#include "audit/checkpoint.h"
#include "tests/coordinator/fixture.h"

namespace whoelse {
namespace {

using Taken = CosignedCheckpoints::Taken;

constexpr char kOrigin[] = "log1.example/whoelse";

struct TestWitness {
  std::string name;
  SigningKey key;
  NoteVerifier Verifier() const {
    return *NoteVerifier::Create(name, NoteKeyType::kCosignatureV1, key.verify_key());
  }
};

class CosignedTest : public testing::Test {
 protected:
  CosignedTest() {
    for (uint8_t i = 0; i < 3; ++i) {
      witnesses_.push_back({"w" + std::to_string(i), NewKey(static_cast<uint8_t>(0x60 + i))});
    }
    book_.SetWitnesses(Verifiers(), 2);
  }
  std::vector<NoteVerifier> Verifiers() const {
    std::vector<NoteVerifier> all;
    for (const TestWitness& witness : witnesses_) all.push_back(witness.Verifier());
    return all;
  }
  static Checkpoint Of(uint64_t size) { return {kOrigin, size, LeafHash(Writer().U64(size).view())}; }
  static CosignedCheckpoint Signed(uint64_t size) {
    return {size, SignCheckpoint(Of(size), LogKeyOf(0))};
  }
  static std::string Line(const TestWitness& witness, uint64_t size, TimeS time = 1'800'000'000) {
    Note note{Of(size).Serialize(), {Cosign(Of(size), time, witness.name, witness.key)}};
    return note.Serialize().substr(note.text.size() + 1);
  }
  Taken Take(int witness, uint64_t size) { return book_.Take(size, Line(witnesses_[witness], size)); }

  std::vector<TestWitness> witnesses_;
  const TestWitness outside_{"outside", NewKey(0x70)};
  CosignedCheckpoints book_{{outside_.Verifier()}};
};

TEST_F(CosignedTest, PublishesTheNewestThatAQuorumCosigned) {
  EXPECT_EQ(book_.Published(), nullptr);
  EXPECT_TRUE(book_.OnSigned(Signed(5)));
  EXPECT_EQ(book_.Published()->size, 5u);   // until there is one with a quorum
  EXPECT_FALSE(book_.HasPublishedQuorum());
  EXPECT_EQ(Take(0, 5), Taken::kPublished);   // one line more on what is shown
  EXPECT_EQ(Take(1, 5), Taken::kPublished);
  EXPECT_TRUE(book_.HasPublishedQuorum());

  EXPECT_FALSE(book_.OnSigned(Signed(9)));
  EXPECT_EQ(book_.Published()->size, 5u);
  EXPECT_EQ(Take(2, 9), Taken::kKept);
  EXPECT_EQ(book_.Published()->size, 5u);
  EXPECT_EQ(Take(0, 9), Taken::kPublished);
  EXPECT_EQ(book_.Published()->size, 9u);
  const auto good = VerifyCosignatures(book_.Published()->note, Verifiers());
  ASSERT_TRUE(good.ok()) << good.status();
  EXPECT_EQ(good->size(), 2u);
  EXPECT_EQ(Take(1, 9), Taken::kPublished);   // a late one
  EXPECT_EQ(Take(1, 5), Taken::kIgnored);     // for one that is superseded
}

TEST_F(CosignedTest, OneKeyCountsOnce) {
  book_.OnSigned(Signed(5));
  EXPECT_EQ(Take(0, 5), Taken::kPublished);
  EXPECT_EQ(Take(0, 5), Taken::kIgnored);
  EXPECT_EQ(book_.Take(5, Line(witnesses_[0], 5, 1'800'000'001)), Taken::kIgnored);
  EXPECT_FALSE(book_.HasPublishedQuorum());
}

TEST_F(CosignedTest, OutsideWitnessesAreKeptAndCountTowardsNoQuorum) {
  book_.OnSigned(Signed(5));
  EXPECT_EQ(book_.Take(5, Line(outside_, 5)), Taken::kPublished);
  EXPECT_EQ(Take(0, 5), Taken::kPublished);
  EXPECT_FALSE(book_.HasPublishedQuorum());
  EXPECT_EQ(Take(1, 5), Taken::kPublished);
  EXPECT_TRUE(book_.HasPublishedQuorum());
  EXPECT_EQ(book_.Published()->note.signatures.size(), 4u);
}

TEST_F(CosignedTest, RefusesWhatWouldMakeTheNoteVoid) {
  book_.OnSigned(Signed(5));
  const std::string good = Line(witnesses_[0], 5);
  std::string flipped = good;
  flipped[flipped.size() - 10] = flipped[flipped.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(book_.Take(5, flipped), Taken::kBad);
  EXPECT_EQ(book_.Take(5, good + good), Taken::kBad);
  EXPECT_EQ(book_.Take(5, good.substr(0, good.size() - 1)), Taken::kBad);
  EXPECT_EQ(book_.Take(5, "x\n\n" + good), Taken::kBad);
  EXPECT_EQ(book_.Take(5, ""), Taken::kBad);
  EXPECT_EQ(book_.Take(5, Line(witnesses_[0], 6)), Taken::kBad);   // over another checkpoint
  EXPECT_EQ(book_.Published()->note.signatures.size(), 1u);
  EXPECT_EQ(book_.Take(5, good), Taken::kPublished);
}

TEST_F(CosignedTest, IgnoresStrangersAndWhatIsNotWaitedFor) {
  book_.OnSigned(Signed(5));
  EXPECT_EQ(book_.Take(5, Line({"stranger", NewKey(0x71)}, 5)), Taken::kIgnored);
  EXPECT_EQ(Take(0, 6), Taken::kIgnored);
  EXPECT_EQ(book_.Published()->note.signatures.size(), 1u);
}

TEST_F(CosignedTest, WithoutWitnessesTheLogsWordIsAll) {
  CosignedCheckpoints book;
  book.SetWitnesses({}, 1);
  EXPECT_TRUE(book.OnSigned(Signed(5)));
  EXPECT_TRUE(book.OnSigned(Signed(6)));
  EXPECT_EQ(book.Published()->size, 6u);
}

// Nobody sends again the lines that are there: without this a quiet log would wait for its next leaf.
TEST_F(CosignedTest, ARosterThatNeedsFewerPublishesWhatWaited) {
  book_.SetWitnesses(Verifiers(), 3);
  for (const uint64_t size : {5, 9, 12}) book_.OnSigned(Signed(size));
  for (const uint64_t size : {5, 9}) {
    Take(0, size);
    Take(1, size);
  }
  Take(2, 12);
  EXPECT_FALSE(book_.HasPublishedQuorum());
  EXPECT_FALSE(book_.SetWitnesses(Verifiers(), 3));
  EXPECT_TRUE(book_.SetWitnesses(Verifiers(), 2));
  EXPECT_TRUE(book_.HasPublishedQuorum());
  EXPECT_EQ(book_.Published()->size, 9u);
  EXPECT_EQ(Take(0, 12), Taken::kPublished);
  // Two of whom one is none any more.
  book_.OnSigned(Signed(20));
  Take(0, 20);
  EXPECT_FALSE(book_.SetWitnesses({witnesses_[1].Verifier(), witnesses_[2].Verifier()}, 1));
}

TEST_F(CosignedTest, ProofsRestOnTheQuorumWhereItReaches) {
  EXPECT_EQ(book_.Covering(1), nullptr);
  book_.OnSigned(Signed(5));
  Take(0, 5);
  Take(1, 5);
  book_.OnSigned(Signed(9));
  EXPECT_EQ(book_.Covering(5)->size, 5u);
  EXPECT_EQ(book_.Covering(6)->size, 9u);
  EXPECT_EQ(book_.Covering(10), nullptr);
}

TEST_F(CosignedTest, TakesUpWhatItPublishedBefore) {
  CosignedCheckpoints after;
  after.SetWitnesses(Verifiers(), 2);
  after.Restore(Signed(5));
  EXPECT_EQ(after.Published()->size, 5u);
  EXPECT_FALSE(after.OnSigned(Signed(9)));
  EXPECT_EQ(after.Published()->size, 5u);
}

// A log without a quorum for a long time keeps only its newest checkpoints waiting.
TEST_F(CosignedTest, WaitsForABoundedNumber) {
  for (uint64_t size = 1; size <= 200; ++size) book_.OnSigned(Signed(size));
  EXPECT_EQ(Take(0, 100), Taken::kIgnored);
  EXPECT_EQ(Take(0, 190), Taken::kKept);
  EXPECT_EQ(book_.Published()->size, 200u);
}

}  // namespace
}  // namespace whoelse
