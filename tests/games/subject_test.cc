// Games 6 and 8: one question, one child. A signed statement cannot be carried to another child,
// and one frame neither reaches two children nor opens as another than it asked about.
#include <gtest/gtest.h>

#include "audit/opening_check.h"
#include "tests/games/forge.h"
#include "tests/games/game.h"

namespace whoelse::games {
namespace {

using Forgives = ForgivingHolder::Forgives;

// --- game 6 --------------------------------------------------------------------------------------

// A question of social care about the first twin, as this protocol signs it.
struct SignedQuestion {
  Header header;
  Bytes statement;
  Signature signature;
  ContentKey content_key;
};
SignedQuestion AskedBySocialCare(unsigned forgives, Random& random) {
  const Question question = Ask(BasicStatement(), random);
  const OpenedBody body = *OpenBody(question.frame, question.content_key);
  Signature signature = body.signature;
  if (forgives & Forgives::kHeaderNotSigned) {
    signature = IdentityKeyOfAgency(kSocialCare)
                    .Sign("whoelse/1/question", {CommitTo(body.statement)});
  }
  return {question.frame.header(), body.statement.bytes, signature, question.content_key.Clone()};
}

// Holds both twins, so that it opens the question; runs a relay, so that it can have any frame
// admitted. Wins when a third holder discloses to it, or enters a question that social care did not
// ask.
class Rewrapper {
 public:
  Rewrapper(const SignedQuestion& original, Random& random)
      : original_(original), random_(random), reply_secret_(random.NewSecret<32>()) {}

  const Secret<32>& reply_secret() const { return reply_secret_; }

  // Every way to carry the statement into another frame.
  std::vector<Bytes> Frames() {
    std::vector<Bytes> frames;
    for (int slots = 0; slots < 4; ++slots) {           // bit: the other twin in this position
      for (int subject = 0; subject < 3; ++subject) {   // as signed, the other twin's number, both
        for (bool fresh_nonce : {false, true}) {
          for (bool later : {false, true}) {
            frames.push_back(Make(slots, subject, fresh_nonce, later));
          }
        }
      }
    }
    return frames;
  }

 private:
  Bytes Make(int slots, int subject, bool fresh_nonce, bool later) {
    Statement statement = *Statement::Parse(original_.statement);
    for (size_t p = 0; p < kSubjectSlots; ++p) {
      if (subject > static_cast<int>(p)) statement.subject[p] = EntryAt(kTwins[1], p);
    }
    const Bytes plain = statement.Serialize();
    Header header = original_.header;
    header.reply_key = X25519Public(reply_secret_);
    header.commitment = CommitTo(plain);
    if (fresh_nonce) header.nonce = random_.NewFixed<QuestionNonce>();
    if (later) header.issued_s += 10;
    for (uint8_t j = 0; j < header.slots.size(); ++j) {
      if (slots >> j & 1) {
        header.slots[j] = RealSlot(KeysAt(kTwins[1], j), original_.content_key, header.nonce, j);
      } else if (j == 0) {
        header.slots[j] = RealSlot(KeysAt(kTwins[0], j), original_.content_key, header.nonce, j);
      } else {
        header.slots[j] = DummySlot(statement.seed, header.nonce, j);
      }
    }
    return SealFrame(header, plain, original_.signature, original_.content_key);
  }

  const SignedQuestion& original_;
  Random& random_;
  Secret<32> reply_secret_;
};

Tally Rewrap(const std::vector<Child>& held, unsigned forgives, uint64_t runs, uint64_t seed) {
  SeededRandom random(seed);
  Tally tally;
  for (uint64_t run = 0; run < runs; ++run) {
    const SignedQuestion original = AskedBySocialCare(forgives, random);
    Rewrapper rewrapper(original, random);
    ForgivingHolder third(held, forgives, random.Below(1u << 30));
    bool won = false;
    uint64_t tries = 0;
    for (const Bytes& frame : rewrapper.Frames()) {
      if (won) break;
      const auto result = third.Take(frame, rewrapper.reply_secret());
      won = result.entered || !result.disclosed.empty();
      ++tries;
    }
    tally.Count(won, tries);
  }
  return tally;
}

TEST(Game06, AStatementRewrappedForAnotherChild) {
  const std::vector<Child> second = {kTwins[1]}, both = {kTwins[0], kTwins[1]};
  Tally honest = Rewrap(second, Forgives::kNothing, 12, Seed() + 6);
  const Tally of_both = Rewrap(both, Forgives::kNothing, 12, Seed() + 61);
  honest.runs += of_both.runs, honest.wins += of_both.wins, honest.tries += of_both.tries;
  // Over the statement only: with a reply key of its own the adversary reads what a holder of both
  // would tell social care. For the twin whom the statement does not name it takes a holder that
  // does not compare the subject either: two walls, and the table shows each without the other.
  EXPECT_TRUE(Judge(
      6, "statement about x re-wrapped for y", Measure::kCount, honest,
      {{"the header signed (statement only)",
        Rewrap(both, Forgives::kHeaderNotSigned, 15, Seed() + 62)},
       {"the header signed, and the subject compared",
        Rewrap(second, Forgives::kHeaderNotSigned | Forgives::kNoSubject, 15, Seed() + 63)}}));
  EXPECT_EQ(Rewrap(second, Forgives::kHeaderNotSigned, 5, Seed() + 64).wins, 0u);
}

// --- game 8 --------------------------------------------------------------------------------------

// A frame of a dishonest asker, with all that opens it.
struct CraftedFrame {
  QuestionOpening opening;
  bool garbage = false;   // a slot that belongs to nobody
};

class CraftyAsker {
 public:
  explicit CraftyAsker(Random& random) : random_(random) {}

  CraftedFrame Craft() {
    Question base = Ask(BasicStatement(), random_);
    Statement statement = *Statement::Parse(base.statement);
    statement.subject = {};
    while (statement.subject == Subject{}) {
      for (size_t p = 0; p < kSubjectSlots; ++p) {
        const uint64_t who = random_.Below(3);
        statement.subject[p] = who < 2 ? EntryAt(kTwins[who], p) : SubjectEntry{};
      }
    }
    Header header = base.frame.header();
    bool garbage = false;
    for (uint8_t j = 0; j < header.slots.size(); ++j) {
      const uint64_t what = random_.Below(4);
      // Perhaps another content key than the other slot's.
      const ContentKey other = random_.NewSecret<32>();
      const ContentKey& key = random_.Below(6) == 0 ? other : base.content_key;
      garbage = garbage || what == 2;
      const Slot noise{random_.NewFixed<Siphash128>(), random_.NewFixed<WrapBytes>()};
      header.slots[j] = what < 2   ? RealSlot(KeysAt(kTwins[what], j), key, header.nonce, j)
                        : what < 3 ? noise
                                   : DummySlot(statement.seed, header.nonce, j);
    }
    Bytes plain = statement.Serialize();
    header.commitment = CommitTo(plain);
    Bytes frame = SealFrame(header, plain, SignHeader(header, kSocialCare), base.content_key);
    return {{std::move(plain), std::move(base.content_key), std::move(base.reply_secret_key),
             std::move(frame)},
            garbage};
  }

 private:
  Random& random_;
};

bool NamesNobodyBut(const Child& claimed, const Statement& statement) {
  for (size_t p = 0; p < kSubjectSlots; ++p) {
    const SubjectEntry& entry = statement.subject[p];
    if (entry.type != KeyType::kNone && entry != EntryAt(claimed, p)) return false;
  }
  return true;
}
bool ChecksHold(const OpeningVerdict& verdict) {
  return std::ranges::all_of(verdict.checks, [](Finding f) { return f == Finding::kHolds; });
}

// Whether an auditor takes the frame for a question about this child.
using Auditor = bool (*)(const Child& claimed, const OpeningVerdict& verdict,
                         const QuestionOpening& opening);

// The auditor of this protocol: everything holds, and the statement names this child and no other.
bool AcceptedAs(const Child& claimed, const OpeningVerdict& verdict, const QuestionOpening&) {
  return verdict.Holds() && NamesNobodyBut(claimed, *verdict.statement);
}
// Strawman: statements name nobody. Every slot is the claimed child's or noise of the seed.
bool AcceptedWithoutSubject(const Child& claimed, const OpeningVerdict& verdict,
                            const QuestionOpening& opening) {
  if (!ChecksHold(verdict)) return false;
  const Frame frame = *Frame::Parse(opening.frame, VectorFederation());
  const Header& header = frame.header();
  bool finds = false;
  for (uint8_t j = 0; j < header.slots.size(); ++j) {
    const bool is_claimed =
        header.slots[j] == RealSlot(KeysAt(claimed, j), opening.content_key, header.nonce, j);
    finds |= is_claimed;
    if (!is_claimed &&
        header.slots[j] != DummySlot(verdict.statement->seed, header.nonce, j)) {
      return false;
    }
  }
  return finds;
}
// Strawman: reads what the statement says, and no slot.
bool AcceptedWithoutSlots(const Child& claimed, const OpeningVerdict& verdict,
                          const QuestionOpening&) {
  return ChecksHold(verdict) && NamesNobodyBut(claimed, *verdict.statement);
}

OpeningVerdict Audit(const QuestionOpening& opening) {
  const Statement statement = *Statement::Parse(opening.statement);
  SubjectKeys keys;
  for (size_t p = 0; p < kSubjectSlots; ++p) {
    const SubjectEntry& entry = statement.subject[p];
    if (entry.type != KeyType::kNone) keys[1][p] = SubKeysOf(entry.type, entry.value, 1);
  }
  const std::vector<AgencyItem> items(RosterOf(7)->agencies.size(), RelayCode::kDeadline);
  const std::vector<AnsweredItem> hashes(items.size(), ItemOf(RelayCode::kDeadline));
  return CheckOpening(opening, *RosterOf(7), keys,
                      {{kRelay, 4, {kNow, Frame::HashOf(opening.frame)},
                        AnsweredEntry{4, kNow + 3000, AnswersHash(hashes)}, items}});
}

// Wins when one frame drew disclosures about two children, or was accepted as a question about a
// child other than the one it drew a disclosure about, or with a slot that belongs to nobody.
Tally AskCraftily(unsigned forgives, Auditor accepted_as, uint64_t runs, uint64_t seed,
                  uint64_t* plain_successes) {
  constexpr uint64_t kFrames = 60;
  SeededRandom random(seed);
  Tally tally;
  for (uint64_t run = 0; run < runs; ++run) {
    CraftyAsker asker(random);
    ForgivingHolder of_both({kTwins[0], kTwins[1]}, forgives, random.Below(1u << 30));
    ForgivingHolder of_second({kTwins[1]}, forgives, random.Below(1u << 30));
    bool won = false;
    uint64_t tries = 0;
    for (; tries < kFrames && !won; ++tries) {
      const CraftedFrame crafted = asker.Craft();
      std::set<std::string> disclosed;
      for (ForgivingHolder* holder : {&of_both, &of_second}) {
        disclosed.merge(
            holder->Take(crafted.opening.frame, crafted.opening.reply_secret_key).disclosed);
      }
      won |= disclosed.size() > 1;
      const OpeningVerdict verdict = Audit(crafted.opening);
      for (const Child& claimed : kTwins) {
        const bool accepted = accepted_as(claimed, verdict, crafted.opening);
        const bool other_child = !disclosed.empty() && !disclosed.contains(claimed.number);
        won |= accepted && (other_child || crafted.garbage);
        *plain_successes += accepted && disclosed.contains(claimed.number);
      }
    }
    tally.Count(won, tries);
  }
  return tally;
}

TEST(Game08, SeveralChildrenInOneFrame) {
  uint64_t plain = 0, ignored = 0;
  const Tally honest = AskCraftily(Forgives::kNothing, AcceptedAs, 15, Seed() + 8, &plain);
  EXPECT_TRUE(Judge(8, "several children in one frame; false openings", Measure::kCount, honest,
                    {{"the subject in the statement",
                      AskCraftily(Forgives::kNoSubject, AcceptedWithoutSubject, 15, Seed() + 8,
                                  &ignored)},
                     {"every slot accounted for",
                      AskCraftily(Forgives::kNothing, AcceptedWithoutSlots, 15, Seed() + 8,
                                  &ignored)}}));
  // Plain questions were among them, answered and opened as what they are.
  EXPECT_GT(plain, 5u);
}

}  // namespace
}  // namespace whoelse::games
