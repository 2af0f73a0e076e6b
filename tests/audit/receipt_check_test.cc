#include "audit/receipt_check.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/audit/receipt_maker.h"

namespace whoelse {
namespace {

constexpr uint64_t kSeed = 20260502;
using Came = ReceiptAgency::Came;

struct Fixture {
  SeededRandom random{kSeed};
  Question question = BuildVector(ProtocolVectors()["questions"][0]);
  Receipt receipt = ReceiptOf(question, random);

  ReceiptPart& part() { return receipt.parts[0]; }
  ReceiptCheck Check(const std::vector<int>& versions = {7}) const {
    std::vector<Roster> rosters;
    for (int version : versions) rosters.push_back(*RosterOf(version));
    return CheckReceipt(receipt, rosters);
  }
};

// The findings of one claim; a test about a claim that was never made fails.
Finding Of(const ReceiptCheck& check, ReceiptClaim claim, CoordinatorId relay = kRelay) {
  for (const ReceiptFinding& finding : check.findings) {
    if (finding.claim == claim && finding.relay == relay) return finding.finding;
  }
  ADD_FAILURE() << "no finding about " << Name(claim);
  return Finding::kNotVerifiable;
}

std::string WordsOf(const ReceiptCheck& check, ReceiptClaim claim) {
  for (const ReceiptFinding& finding : check.findings) {
    if (finding.claim == claim) return finding.words;
  }
  return "";
}

TEST(ReceiptCheck, ProvesWhatItSaysAndNamesWhatItDoesNot) {
  const Fixture f;
  const ReceiptCheck check = f.Check();
  EXPECT_EQ(check.Overall(), Finding::kHolds);
  for (ReceiptClaim claim : {ReceiptClaim::kAdmitted, ReceiptClaim::kLogged, ReceiptClaim::kAnswers,
                             ReceiptClaim::kWitnessed}) {
    EXPECT_EQ(Of(check, claim), Finding::kHolds) << Name(claim);
  }
  EXPECT_EQ(check.summary,
            "Asked 5: 3 gave a sealed answer, 1 could not process the question (NOT_READY), "
            "1 did not answer (NOT_ATTACHED).");
  EXPECT_EQ(check.not_shown.size(), 2u);
  EXPECT_NE(WordsOf(check, ReceiptClaim::kAdmitted).find("leaf 2 of its log, at 2027-01-15 08:00:02"),
            std::string::npos);
  EXPECT_NE(WordsOf(check, ReceiptClaim::kWitnessed).find("2 of 2 witnesses (2 are needed)"),
            std::string::npos);
}

TEST(ReceiptCheck, WithTheOpeningCountsWhatWasAnswered) {
  Fixture f;
  f.receipt.opening = OpeningOf(f.question);
  const ReceiptCheck check = f.Check();
  EXPECT_EQ(check.Overall(), Finding::kHolds);
  EXPECT_EQ(check.summary,
            "Asked 5: 1 gave a contact or a duty line, 2 disclosed nothing, 1 could not process the "
            "question (NOT_READY), 1 did not answer (NOT_ATTACHED).");
  EXPECT_EQ(check.agencies[2].came, Came::kDisclosed);
  // Whether the slots are about that child takes an evaluation: not said without one.
  EXPECT_NE(check.not_shown[0].find("audit open"), std::string::npos);
  SubjectKeys keys;
  keys[1][0] = SubKeysOf(KeyType::kNhsNumber,
                         Statement::Parse(f.question.statement)->subject[0].value, 1);
  EXPECT_EQ(CheckReceipt(f.receipt, {*RosterOf(7)}, keys).not_shown.size(), 1u);
}

// A receipt of nothing is proven like any other.
TEST(ReceiptCheck, ANegativeIsAsGood) {
  Fixture f;
  std::vector<ReceiptItem> items = f.part().items;
  for (ReceiptItem& item : items) {
    item.what = WireOf(f.question, item.agency, false, f.random);
  }
  TestLog log;
  f.part() = PartOf(f.question, log, kRelay, std::move(items));
  f.receipt.opening = OpeningOf(f.question);
  const ReceiptCheck check = f.Check();
  EXPECT_EQ(check.Overall(), Finding::kHolds);
  EXPECT_EQ(check.summary, "Asked 5: 5 disclosed nothing.");
}

// Whatever is changed in a receipt that was proven, no check still says so.
TEST(ReceiptCheck, RefutesWhatWasChanged) {
  struct Case {
    const char* why;
    ReceiptClaim claim;
    std::function<void(Fixture&)> change;
  };
  const auto flip = [](Bytes& bytes) { bytes[bytes.size() / 2] ^= 1; };
  const std::vector<Case> cases = {
      {"the admission's time", ReceiptClaim::kAdmitted,
       [](Fixture& f) { f.part().admission->time_ms += 1; }},
      {"the admission's signature", ReceiptClaim::kAdmitted,
       [](Fixture& f) { f.part().admission->signature.data()[0] ^= 1; }},
      {"the admission's log key", ReceiptClaim::kAdmitted,
       [](Fixture& f) {
         f.part().admission->log_key_id ^= 1;
         f.part().admission->Sign(AdmissionKeyOf(0), VectorFederation());
       }},
      {"the leaf", ReceiptClaim::kLogged, [&](Fixture& f) { flip(f.part().asked->entry); }},
      {"its proof", ReceiptClaim::kLogged,
       [](Fixture& f) { f.part().asked->proof[0].data()[0] ^= 1; }},
      {"a proof cut short", ReceiptClaim::kLogged,
       [](Fixture& f) { f.part().asked->proof.pop_back(); }},
      {"the log's signature", ReceiptClaim::kLogged,
       [&](Fixture& f) { flip(f.part().checkpoint->signatures[0].signature); }},
      {"the tree's root", ReceiptClaim::kLogged,
       [](Fixture& f) {
         Checkpoint other = *Checkpoint::Parse(f.part().checkpoint->text);
         other.root.data()[0] ^= 1;
         f.part().checkpoint = SignCheckpoint(other, LogKeyOf(kRelay));
       }},
      {"a cosignature", ReceiptClaim::kWitnessed,
       [&](Fixture& f) { flip(f.part().checkpoint->signatures[1].signature); }},
      {"an answer", ReceiptClaim::kAnswers,
       [&](Fixture& f) { flip(std::get<Bytes>(f.part().items[0].what)); }},
      {"a relay's word in place of an answer", ReceiptClaim::kAnswers,
       [](Fixture& f) { f.part().items[1].what = RelayCode::kDeadline; }},
      {"another word of the relay's", ReceiptClaim::kAnswers,
       [](Fixture& f) { f.part().items[4].what = RelayCode::kDeadline; }},
      {"the leaf of the answers", ReceiptClaim::kAnswers,
       [&](Fixture& f) { flip(f.part().answered->entry); }},
      {"the question's leaf as that of its answers", ReceiptClaim::kAnswers,
       [](Fixture& f) {
         f.part().answered = f.part().asked;
         f.part().answered_index = f.part().admission->index;
       }},
  };
  for (const Case& c : cases) {
    Fixture f;
    c.change(f);
    const ReceiptCheck check = f.Check();
    EXPECT_EQ(Of(check, c.claim), Finding::kViolated) << c.why;
    EXPECT_EQ(check.Overall(), Finding::kViolated) << c.why;
  }
}

// Its own signatures convict a relay that logs something else than it admits, or answers nobody gave.
TEST(ReceiptCheck, ConvictsALyingRelay) {
  Fixture f;
  TestLog log;
  const uint64_t index = log.Append(AskedEntry{kAskedAt, FrameHash()});
  const uint64_t answered = log.Append(AnsweredEntry{index, kAnsweredAt, Digest()});
  f.part().admission = Admit(f.question.frame.hash(), index, kAskedAt);
  f.part().asked = log.LeafAt(index);
  f.part().answered = log.LeafAt(answered);
  f.part().answered_index = answered;
  f.part().checkpoint = log.Cosigned(2, kCosignedAt);
  EXPECT_EQ(Of(f.Check(), ReceiptClaim::kLogged), Finding::kViolated);

  // Logged only when the answers were known: the leaves stand the wrong way round.
  TestLog late;
  const Digest hash = AnswersHash(AnsweredItemsOf(f.part().items));
  late.Append(AnsweredEntry{1, kAnsweredAt, hash});
  late.Append(AskedEntry{kAskedAt, f.question.frame.hash()});
  f.part().admission = Admit(f.question.frame.hash(), 1, kAskedAt);
  f.part().asked = late.LeafAt(1);
  f.part().answered = late.LeafAt(0);
  f.part().answered_index = 0;
  f.part().checkpoint = late.Cosigned(2, kCosignedAt);
  EXPECT_EQ(Of(f.Check(), ReceiptClaim::kLogged), Finding::kHolds);
  EXPECT_EQ(Of(f.Check(), ReceiptClaim::kAnswers), Finding::kViolated);
}

TEST(ReceiptCheck, NeverSaysProvedOfWhatItCannotSee) {
  struct Case {
    const char* why;
    ReceiptClaim claim;
    std::function<void(ReceiptPart&)> change;
  };
  const std::vector<Case> cases = {
      {"no admission", ReceiptClaim::kAdmitted, [](ReceiptPart& p) { p.admission.reset(); }},
      {"no checkpoint", ReceiptClaim::kLogged, [](ReceiptPart& p) { p.checkpoint.reset(); }},
      {"no leaf", ReceiptClaim::kLogged, [](ReceiptPart& p) { p.asked.reset(); }},
      {"no answered leaf", ReceiptClaim::kAnswers, [](ReceiptPart& p) { p.answered.reset(); }},
      {"an item missing", ReceiptClaim::kAnswers,
       [](ReceiptPart& p) { p.items[1].what = std::monostate(); }},
      {"an agency left out", ReceiptClaim::kAnswers, [](ReceiptPart& p) { p.items.pop_back(); }},
      {"one witness too few", ReceiptClaim::kWitnessed,
       [](ReceiptPart& p) { p.checkpoint->signatures.pop_back(); }},
      {"one witness twice", ReceiptClaim::kWitnessed,
       [](ReceiptPart& p) { p.checkpoint->signatures[2] = p.checkpoint->signatures[1]; }},
      {"a log that nobody knows", ReceiptClaim::kLogged,
       [](ReceiptPart& p) { p.checkpoint->signatures.erase(p.checkpoint->signatures.begin()); }},
  };
  for (const Case& c : cases) {
    Fixture f;
    c.change(f.part());
    const ReceiptCheck check = f.Check();
    EXPECT_EQ(Of(check, c.claim), Finding::kNotVerifiable) << c.why;
    EXPECT_EQ(check.Overall(), Finding::kNotVerifiable) << c.why;
  }
  Fixture f;
  f.receipt.parts.clear();
  EXPECT_EQ(f.Check().Overall(), Finding::kNotVerifiable);
}

TEST(ReceiptCheck, NeedsTheRosterThatWasAskedUnder) {
  Fixture f;
  for (const auto& versions : {std::vector<int>{}, std::vector<int>{8}}) {
    const ReceiptCheck check = f.Check(versions);
    EXPECT_EQ(check.Overall(), Finding::kNotVerifiable);
    EXPECT_TRUE(check.agencies.empty());
    EXPECT_NE(check.findings[0].words.find("version 7"), std::string::npos);
  }
  EXPECT_EQ(f.Check({8, 7}).Overall(), Finding::kHolds);
  f.receipt.roster_hash.data()[0] ^= 1;
  EXPECT_EQ(f.Check().Overall(), Finding::kNotVerifiable);
}

// The log goes on under a new key and with other witnesses; the receipt is exported after that.
TEST(ReceiptCheck, OutlivesAChangeOfLogKeyAndWitnesses) {
  const SigningKey new_key = NewKey(0x51), new_witness = NewKey(0x52);
  const std::string origin = RosterOf(7)->FindCoordinator(kRelay)->log_key.name;
  const auto vkey = [](const std::string& name, NoteKeyType type, const SigningKey& key) {
    return NoteVerifier::Create(name, type, key.verify_key())->Encode();
  };
  const auto next = ChangedRoster(8, [&](nlohmann::ordered_json& roster) {
    roster["coordinators"][0]["log_vkey"] = vkey(origin, NoteKeyType::kEd25519, new_key);
    roster["witnesses"] = nlohmann::ordered_json::array(
        {{{"name", "new.example"},
          {"vkey", vkey("new.example", NoteKeyType::kCosignatureV1, new_witness)}}});
    roster["quorum"] = 1;
  });
  Fixture f;
  const Checkpoint head = *Checkpoint::Parse(f.part().checkpoint->text);
  f.part().checkpoint = SignCheckpoint(head, new_key);
  f.part().checkpoint->signatures.push_back(Cosign(head, kCosignedAt, "new.example", new_witness));
  EXPECT_EQ(CheckReceipt(f.receipt, {*RosterOf(7), *next}).Overall(), Finding::kHolds);
  EXPECT_EQ(Of(f.Check(), ReceiptClaim::kLogged), Finding::kNotVerifiable);

  // A key that the question's own roster no longer names proves nothing, whoever brings its roster.
  Question later = BuildVector(ProtocolVectors()["questions"][2]);
  Receipt receipt = ReceiptOf(later, f.random);
  receipt.roster_hash = next->hash;
  Admission& admission = *receipt.parts[0].admission;
  admission.log_key_id = next->FindCoordinator(kRelay)->log_key.key_id;
  admission.Sign(AdmissionKeyOf(0), VectorFederation());
  const ReceiptCheck check = CheckReceipt(receipt, {*RosterOf(7), *next});
  EXPECT_EQ(Of(check, ReceiptClaim::kAdmitted), Finding::kHolds);
  EXPECT_EQ(Of(check, ReceiptClaim::kLogged), Finding::kNotVerifiable);
}

TEST(ReceiptCheck, TakesTheBestOfBothRelays) {
  Fixture f;
  std::vector<ReceiptItem> items = f.part().items;
  items[3].what = WireOf(f.question, kPolice, false, f.random);
  items[0].what = RelayCode::kDeadline;
  TestLog other(kOtherRelay);
  f.receipt.parts.push_back(PartOf(f.question, other, kOtherRelay, std::move(items)));
  f.receipt.opening = OpeningOf(f.question);
  const ReceiptCheck check = f.Check();
  EXPECT_EQ(check.Overall(), Finding::kHolds);
  EXPECT_EQ(Of(check, ReceiptClaim::kAnswers, kOtherRelay), Finding::kHolds);
  EXPECT_EQ(check.agencies[3].came, Came::kNothingDisclosed);   // an answer outranks a refusal
  EXPECT_EQ(check.agencies[0].came, Came::kNothingDisclosed);   // and a relay's word
  EXPECT_EQ(check.summary,
            "Asked 5: 1 gave a contact or a duty line, 3 disclosed nothing, "
            "1 did not answer (NOT_ATTACHED).");

  // The same agency, two answers: whoever sees only one of them would be misled.
  f.receipt.parts.pop_back();
  items = f.part().items;
  items[2].what = WireOf(f.question, kSocialCare, false, f.random);
  TestLog again(kOtherRelay);
  f.receipt.parts.push_back(PartOf(f.question, again, kOtherRelay, std::move(items)));
  EXPECT_EQ(f.Check().agencies[2].came, Came::kDisputed);
}

// A relay cannot make an agency refuse, nor an agency answer for another or to another question.
TEST(ReceiptCheck, CountsOnlyWhatIsTheAgencysOwn) {
  Fixture f;
  const auto came = [&](std::variant<std::monostate, Bytes, RelayCode> what) {
    f.part().items[3].what = std::move(what);
    return f.Check().agencies[3].came;
  };
  const Admission& admission = *f.part().admission;
  Refusal forged = *Refusal::Parse(RefusalOf(f.question, kPolice, RefusalCode::kBusy, admission));
  EXPECT_EQ(came(forged.Serialize()), Came::kRefused);
  forged.code = RefusalCode::kExpired;
  EXPECT_EQ(came(forged.Serialize()), Came::kNothing);
  EXPECT_EQ(came(RefusalOf(f.question, kSchools, RefusalCode::kBusy, admission)), Came::kNothing);
  EXPECT_EQ(came(WireOf(f.question, kSchools, false, f.random)), Came::kNothing);
  const Question other = BuildVector(ProtocolVectors()["questions"][1]);
  EXPECT_EQ(came(WireOf(other, kPolice, false, f.random)), Came::kNothing);
  EXPECT_EQ(came(std::monostate()), Came::kNothing);
}

TEST(ReceiptCheck, RefutesAnOpeningThatIsNotThisQuestions) {
  Fixture f;
  f.receipt.opening = OpeningOf(BuildVector(ProtocolVectors()["questions"][1]));
  EXPECT_EQ(Of(f.Check(), ReceiptClaim::kOpening, 0), Finding::kViolated);
  EXPECT_EQ(f.Check().Overall(), Finding::kViolated);
}

}  // namespace
}  // namespace whoelse
