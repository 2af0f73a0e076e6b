// Game 16: a node that does not hold the child answers DISCLOSED; the relay splices and swaps
// wires.
#include <gtest/gtest.h>

#include "tests/games/forge.h"
#include "tests/games/game.h"
#include "tests/games/node_under_attack.h"

namespace whoelse::games {
namespace {

// How wires are made and read. The strawmen differ in one thing each.
struct Production {
  static FrameHash Names(const FrameHash& hash) { return hash; }
  static Reading Read(const Bytes& item, AgencyId agency, const Question& question) {
    return ReadAlone(item, agency, question, *RosterOf(7));
  }
};
// Whoever signs DISCLOSED is believed.
struct NoConfirm {
  static FrameHash Names(const FrameHash& hash) { return hash; }
  static Reading Read(const Bytes& item, AgencyId agency, const Question& question) {
    Reading reading = Production::Read(item, agency, question);
    if (reading.kind != Reading::Kind::kInvalid) return reading;
    const auto wire = Wire::Parse(item);
    if (!wire.ok() || wire->agency != agency || wire->frame_hash != question.frame.hash()) {
      return reading;
    }
    const auto opened = OpenWire(*wire, question.reply_secret_key);
    if (!opened.ok() ||
        !AnswerSignedBy(RosterOf(7)->FindAgency(agency)->identity_key, question.frame.hash(),
                        agency, *opened)) {
      return reading;
    }
    const auto answer = Answer::Parse(*opened);
    if (!answer.ok()) return reading;
    reading.kind = Reading::Kind::kAnswered;
    reading.answer = *answer;
    reading.answer_bytes = *opened;
    return reading;
  }
};
// FH is in nothing that seals or signs an answer. (The specification binds it thrice: in the key,
// in the aad and in the signature. Without the aad alone, the other two still hold.)
struct FrameHashNowhere {
  static FrameHash Names(const FrameHash&) { return FrameHash(); }
  static Reading Read(const Bytes& item, AgencyId agency, const Question& question) {
    return ReadItem(item, agency,
                    {*RosterOf(7), question.frame.header(), FrameHash(), question.content_key,
                     question.reply_secret_key});
  }
};

constexpr AgencyId kHolder = kSurgery, kNonHolder = kSchools;

// The signed answer of an agency to the question that it names. `confirm`: its claim to have opened
// the body.
Bytes AnswerOf(AgencyId agency, bool disclosed, const Digest& confirm, const FrameHash& names) {
  Answer answer;
  answer.roster_version = 7;
  answer.complete[0] = 1;
  answer.disclosed = disclosed;
  if (disclosed) {
    answer.confirm = confirm;
    answer.entries.emplace_back();
    answer.entries[0].kind = EntryKind::kContact;
    answer.entries[0].name = "Sam Example";
  }
  return answer.Sign(IdentityKeyOfAgency(agency), names, agency);
}

// A relay, a member that does not hold the child and signs what it likes, and a member that has
// asked a question of its own. They want the asker to be shown an answer that its agency did not
// give to this question.
template <typename Build>
class Splicer {
 public:
  explicit Splicer(Random& random)
      : random_(random),
        asked_(Ask(BasicStatement(), random)),
        before_(Ask(BasicStatement(), random)),
        own_(Ask(BasicStatement(kPolice), random)) {}

  bool Play(uint64_t* tries) {
    bool won = false;
    for (const Forged& forged : Everything()) {
      won = won || Shows(forged);
      ++*tries;
    }
    return won;
  }
  // What the holder really answers is shown, or the game would be about nothing.
  bool GenuineIsShown() {
    return ShowsDisclosed(Build::Read(Genuine(kHolder, asked_, true), kHolder, asked_));
  }

 private:
  struct Forged {
    AgencyId shown_for;
    Bytes wire;
  };

  FrameHash NameOf(const Question& q) const { return Build::Names(q.frame.hash()); }
  Bytes Seal(const Bytes& answer, AgencyId agency, const Question& to) {
    return *SealAnswer(answer, NameOf(to), agency, to.frame.header().reply_key, random_);
  }
  Bytes SignedBy(AgencyId agency, const Question& q, bool disclosed) {
    return AnswerOf(agency, disclosed, ConfirmValue(q.content_key, NameOf(q), agency), NameOf(q));
  }
  Bytes Genuine(AgencyId agency, const Question& q, bool disclosed) {
    return Seal(SignedBy(agency, q, disclosed), agency, q);
  }
  // The cleartext of a wire, as a relay can rewrite it.
  Bytes Readdress(const Bytes& wire_bytes, AgencyId agency, const Question& to) {
    Wire wire = *Wire::Parse(wire_bytes);
    wire.agency = agency;
    wire.frame_hash = NameOf(to);
    return wire.Serialize();
  }

  std::vector<Forged> Everything() {
    std::vector<Forged> all;
    // The non-holder claims the child, with every confirm that it can come by.
    for (const Digest& confirm :
         {Digest(), random_.NewFixed<Digest>(),
          ConfirmValue(own_.content_key, NameOf(own_), kNonHolder),
          ConfirmValue(own_.content_key, NameOf(asked_), kNonHolder),
          ConfirmValue(own_.content_key, NameOf(asked_), kHolder),
          Digest(asked_.frame.header().commitment)}) {
      const Bytes claim = AnswerOf(kNonHolder, true, confirm, NameOf(asked_));
      all.push_back({kNonHolder, Seal(claim, kNonHolder, asked_)});
    }
    // Wires of other agencies and other questions, as they are and readdressed.
    const std::vector<std::pair<AgencyId, const Question*>> sources = {
        {kHolder, &before_}, {kHolder, &own_}, {kNonHolder, &before_}, {kNonHolder, &own_}};
    for (const auto& [agency, question] : sources) {
      for (bool disclosed : {false, true}) {
        const Bytes wire = Genuine(agency, *question, disclosed);
        for (AgencyId shown : {kHolder, kNonHolder}) {
          all.push_back({shown, wire});
          all.push_back({shown, Readdress(wire, shown, asked_)});
        }
        // Opened by the member that asked, and sealed anew to the other's reply key.
        const Bytes answer = SignedBy(agency, *question, disclosed);
        for (AgencyId shown : {kHolder, kNonHolder}) {
          all.push_back({shown, Seal(answer, shown, asked_)});
        }
      }
    }
    // The other agency's wire to the same question; one's ephemeral key, the other's ciphertext.
    const Bytes first = Genuine(kHolder, asked_, true);
    const Bytes second = Genuine(kNonHolder, asked_, false);
    all.push_back({kNonHolder, Readdress(first, kNonHolder, asked_)});
    all.push_back({kHolder, Readdress(second, kHolder, asked_)});
    Wire spliced = *Wire::Parse(first);
    spliced.ephemeral_key = Wire::Parse(second)->ephemeral_key;
    all.push_back({kHolder, spliced.Serialize()});
    spliced = *Wire::Parse(first);
    spliced.ciphertext = Wire::Parse(second)->ciphertext;
    all.push_back({kHolder, spliced.Serialize()});
    for (int i = 0; i < 20; ++i) {
      Bytes damaged = first;
      damaged[random_.Below(damaged.size())] ^= static_cast<uint8_t>(1 + random_.Below(255));
      all.push_back({kHolder, std::move(damaged)});
    }
    return all;
  }

  // The holder would disclose; the non-holder's own "nothing" to this question is its right.
  bool Shows(const Forged& forged) {
    const Reading reading = Build::Read(forged.wire, forged.shown_for, asked_);
    if (!reading.Answered()) return false;
    const bool its_own =
        forged.shown_for == kHolder
            ? reading.answer_bytes == SignedBy(kHolder, asked_, true)
            : reading.answer_bytes == SignedBy(kNonHolder, asked_, false);
    return !its_own;
  }

  Random& random_;
  Question asked_, before_, own_;
};

template <typename Build>
Tally Splice(uint64_t runs, uint64_t seed) {
  SeededRandom random(seed);
  Tally tally;
  for (uint64_t run = 0; run < runs; ++run) {
    Splicer<Build> splicer(random);
    EXPECT_TRUE(splicer.GenuineIsShown());
    uint64_t tries = 0;
    const bool won = splicer.Play(&tries);
    tally.Count(won, tries);
  }
  return tally;
}

TEST(Game16, SplicedAndBlindAnswers) {
  EXPECT_TRUE(Judge(16, "blind DISCLOSED; spliced and swapped wires", Measure::kCount,
                    Splice<Production>(25, Seed() + 16),
                    {{"the confirm", Splice<NoConfirm>(15, Seed() + 16)},
                     {"FH in key, aad and signature", Splice<FrameHashNowhere>(15, Seed() + 16)}}));
}

}  // namespace
}  // namespace whoelse::games
