#include "audit/opening_check.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/node/federation.h"

namespace whoelse {
namespace {

using Check = OpeningCheck;
using Verdict = OpeningVerdict;

const std::vector<LoggedCollection> kNoLogs;

SubjectKeys EvaluateSubject(const Statement& statement, const std::vector<KeyVersion>& versions) {
  SubjectKeys keys;
  for (KeyVersion kv : versions) {
    for (size_t p = 0; p < kSubjectSlots; ++p) {
      const SubjectEntry& entry = statement.subject[p];
      if (entry.type != KeyType::kNone) keys[kv][p] = SubKeysOf(entry.type, entry.value, kv);
    }
  }
  return keys;
}

QuestionOpening OpeningOf(const Question& question) {
  return {question.statement, question.content_key.Clone(), question.reply_secret_key.Clone(),
          ToBytes(question.frame.bytes())};
}

std::vector<SlotIs> SlotsOf(const Verdict& verdict) {
  std::vector<SlotIs> slots;
  for (const auto& slot : verdict.slots) slots.push_back(slot.is);
  return slots;
}

// The collection of these items, logged as it should be.
LoggedCollection Logged(const FrameHash& hash, std::vector<AgencyItem> items) {
  std::vector<AnsweredItem> hashes;
  for (const AgencyItem& item : items) {
    const auto* code = std::get_if<RelayCode>(&item);
    hashes.push_back(code ? ItemOf(*code) : ItemOf(std::get<Bytes>(item)));
  }
  return {kRelay, 5, {kNow, hash}, AnsweredEntry{5, kNow + 900, AnswersHash(hashes)},
          std::move(items)};
}

Bytes WireFrom(AgencyId agency, const Question& question, bool disclosed, Random& random) {
  Answer answer;
  answer.disclosed = disclosed;
  answer.roster_version = question.frame.header().roster_version;
  answer.complete[0] = question.frame.header().kv_a;
  if (disclosed) {
    answer.confirm = ConfirmValue(question.content_key, question.frame.hash(), agency);
    answer.entries.emplace_back();
    answer.entries[0].kind = EntryKind::kContact;
    answer.entries[0].organisation = "Riverside surgery";
  }
  return *SealAnswer(answer.Sign(IdentityKeyOfAgency(agency), question.frame.hash(), agency),
                     question.frame.hash(), agency, question.frame.header().reply_key, random);
}

// A question with everything that came for it: a contact, a nothing, a refusal, two silences.
class OpeningCheckTest : public ::testing::Test {
 protected:
  OpeningCheckTest() : question_(Ask(AboutBoth(), random_)) {
    Refusal refusal{kPolice, question_.frame.hash(), RefusalCode::kBusy, 7, 5, kNow, {}};
    refusal.Sign(IdentityKeyOfAgency(kPolice));
    items_ = {WireFrom(kSurgery, question_, true, random_),
              WireFrom(kSchools, question_, false, random_), RelayCode::kNotAttached,
              refusal.Serialize(), RelayCode::kDeadline};
  }
  static Statement AboutBoth() {
    Statement statement = BasicStatement();
    statement.subject[1] = {KeyType::kUpn, kUpn};
    return statement;
  }
  Verdict Examine(const QuestionOpening& opening,
                  const std::vector<LoggedCollection>& collections) const {
    return CheckOpening(opening, *RosterOf(7), subject_keys_, collections);
  }
  Verdict Examine(const QuestionOpening& opening) const {
    return Examine(opening, {Logged(question_.frame.hash(), items_)});
  }
  // The question whose slots somebody set by hand, signed and sealed anew by the asker.
  static QuestionOpening Forge(const Question& question, Header header, ByteView statement);

  SeededRandom random_{2027};
  const SubjectKeys subject_keys_ = EvaluateSubject(AboutBoth(), {1});
  Question question_;
  std::vector<AgencyItem> items_;
};

QuestionOpening OpeningCheckTest::Forge(const Question& question, Header header,
                                        ByteView statement) {
  header.commitment = CommitTo(statement);
  const Bytes header_bytes = header.Serialize();
  const Digest header_hash = H("whoelse/1/header", header_bytes);
  const Signature signature =
      IdentityKeyOfAgency(kSocialCare).Sign("whoelse/1/question", {header_hash});
  const Secret<32> key = K(question.content_key.Reveal(), "whoelse/1/body", {header_hash});
  const Bytes body =
      SealOnce(key.Reveal(), header_bytes, Writer().Raw(statement).Raw(signature).Take());
  return {ToBytes(statement), question.content_key.Clone(), question.reply_secret_key.Clone(),
          Writer().Raw(header_bytes).Raw(body).Take()};
}

TEST_F(OpeningCheckTest, EveryQuestionOfTheVectorsHolds) {
  const auto& questions = ProtocolVectors()["questions"];
  ASSERT_FALSE(questions.empty());
  for (const auto& vector : questions) {
    SCOPED_TRACE(vector["name"]);
    const Question question = BuildVector(vector);
    const Roster& roster = *RosterOf(vector["roster_version"]);
    const Statement statement = StatementOf(vector["statement_fields"]);
    const Verdict verdict =
        CheckOpening(OpeningOf(question), roster,
                     EvaluateSubject(statement, roster.AskedKeyVersions()),
                     {Logged(question.frame.hash(),
                             std::vector<AgencyItem>(roster.agencies.size(), RelayCode::kOrphan))});
    EXPECT_TRUE(verdict.Holds());
    EXPECT_FALSE(verdict.Violated());
    EXPECT_EQ(verdict.statement->subject, statement.subject);
    for (size_t j = 0; j < vector["slots"].size(); ++j) {
      EXPECT_EQ(verdict.slots[j].is,
                vector["slots"][j]["dummy"] ? SlotIs::kDummy : SlotIs::kSubject);
    }
  }
}

// The log of the vectors, with what the relay sent for their first question.
TEST_F(OpeningCheckTest, LeavesOfTheVectorsHold) {
  const auto& leaves = ProtocolVectors()["leaves"];
  const auto& vector = QuestionVector("one key version, number only");
  const Question question = BuildVector(vector);
  LoggedCollection collection{kRelay, leaves["answered"]["asked_index"], {}, {}, {}};
  collection.asked = std::get<AskedEntry>(*ParseLogEntry(Hex(leaves["asked"]["bytes"])));
  collection.answered = std::get<AnsweredEntry>(*ParseLogEntry(Hex(leaves["answered"]["bytes"])));
  for (const auto& item : leaves["answered"]["items"]) {
    collection.items.push_back(item.is_number() ? AgencyItem(item.get<RelayCode>())
                                                : AgencyItem(Hex(item)));
  }
  const Verdict verdict =
      CheckOpening(OpeningOf(question), *RosterOf(7),
                   EvaluateSubject(StatementOf(vector["statement_fields"]), {1}), {collection});
  EXPECT_TRUE(verdict.Holds());
  const auto& received = verdict.collections[0].received;
  EXPECT_FALSE(std::get<ReceivedAnswer>(received[0].second).answer.disclosed);
  EXPECT_TRUE(std::get<ReceivedAnswer>(received[1].second).answer.disclosed);
  EXPECT_EQ(std::get<RelayCode>(received[2].second), RelayCode::kDeadline);
}

TEST_F(OpeningCheckTest, SaysWhatEachAgencyMade) {
  const Verdict verdict = Examine(OpeningOf(question_));
  EXPECT_TRUE(verdict.Holds());
  ASSERT_EQ(verdict.collections.size(), 1u);
  const auto& received = verdict.collections[0].received;
  ASSERT_EQ(received.size(), 5u);
  EXPECT_EQ(received[0].first, kSurgery);
  EXPECT_TRUE(std::get<ReceivedAnswer>(received[0].second).answer.disclosed);
  EXPECT_FALSE(std::get<ReceivedAnswer>(received[1].second).answer.disclosed);
  EXPECT_EQ(std::get<RelayCode>(received[2].second), RelayCode::kNotAttached);
  EXPECT_EQ(std::get<Refusal>(received[3].second).code, RefusalCode::kBusy);
  EXPECT_EQ(std::get<RelayCode>(received[4].second), RelayCode::kDeadline);
}

TEST_F(OpeningCheckTest, EveryByteOfTheFrameCounts) {
  for (size_t i = 0; i < question_.frame.bytes().size(); ++i) {
    QuestionOpening opening = OpeningOf(question_);
    opening.frame[i] ^= 1;
    ASSERT_TRUE(Examine(opening).Violated()) << "byte " << i;
  }
}

TEST_F(OpeningCheckTest, EveryByteOfTheStatementCounts) {
  for (size_t i = 0; i < kStatementSize; ++i) {
    QuestionOpening opening = OpeningOf(question_);
    opening.statement[i] ^= 1;
    const Verdict verdict = Examine(opening, kNoLogs);
    ASSERT_EQ(verdict.Of(Check::kCommitment), Finding::kViolated) << "byte " << i;
    ASSERT_EQ(verdict.Of(Check::kBody), Finding::kViolated) << "byte " << i;
  }
}

TEST_F(OpeningCheckTest, AnotherKeyOpensNothing) {
  QuestionOpening opening = OpeningOf(question_);
  opening.content_key = random_.NewSecret<32>();
  const Verdict verdict = Examine(opening);
  EXPECT_EQ(verdict.Of(Check::kBody), Finding::kViolated);
  EXPECT_EQ(verdict.Of(Check::kSignature), Finding::kViolated);
  EXPECT_EQ(SlotsOf(verdict), std::vector(2, SlotIs::kUnexplained));
}

TEST_F(OpeningCheckTest, ReplyKeyIsTheHeaders) {
  QuestionOpening opening = OpeningOf(question_);
  opening.reply_secret_key = random_.NewSecret<32>();
  const Verdict verdict = Examine(opening);
  EXPECT_EQ(verdict.Of(Check::kReplyKey), Finding::kViolated);
  EXPECT_TRUE(std::holds_alternative<ProvesNothing>(verdict.collections[0].received[0].second));
}

// A slot asks about a second child while the statement owns up to one only.
TEST_F(OpeningCheckTest, SecondChildInASlotIsUnexplained) {
  Header header = question_.frame.header();
  header.slots[1] = RealSlot(SubKeysOf(KeyType::kUpn, kOtherUpn, 1), question_.content_key,
                             header.nonce, 1);
  const QuestionOpening named = Forge(question_, header, question_.statement);
  EXPECT_EQ(SlotsOf(Examine(named)), (std::vector{SlotIs::kSubject, SlotIs::kUnexplained}));

  Statement hidden = *Statement::Parse(question_.statement);
  hidden.subject[1] = {};
  const Verdict verdict = Examine(Forge(question_, header, hidden.Serialize()));
  EXPECT_EQ(SlotsOf(verdict), (std::vector{SlotIs::kSubject, SlotIs::kUnexplained}));
  EXPECT_EQ(verdict.Of(Check::kSignature), Finding::kHolds);
}

// The statement names a child that no slot asks about: every "nothing disclosed" would be hollow.
TEST_F(OpeningCheckTest, NamedChildThatWasNotAskedAboutIsUnexplained) {
  Header header = question_.frame.header();
  header.slots[0] =
      DummySlot(Statement::Parse(question_.statement)->seed, header.nonce, 0);
  const QuestionOpening opening = Forge(question_, header, question_.statement);
  EXPECT_EQ(SlotsOf(Examine(opening)), (std::vector{SlotIs::kUnexplained, SlotIs::kSubject}));
  // That shows without any evaluation.
  EXPECT_TRUE(CheckOpening(opening, *RosterOf(7), {}, {}).Violated());
}

TEST_F(OpeningCheckTest, SlotsOfARetiredKeyVersionAreNotVerifiable) {
  const Verdict verdict = CheckOpening(OpeningOf(question_), *RosterOf(7), {},
                                       {Logged(question_.frame.hash(), items_)});
  EXPECT_EQ(SlotsOf(verdict), std::vector(2, SlotIs::kNotVerifiable));
  EXPECT_FALSE(verdict.Violated());
  EXPECT_FALSE(verdict.Holds());
  for (Finding finding : verdict.checks) EXPECT_EQ(finding, Finding::kHolds);
}

TEST_F(OpeningCheckTest, WholeHeaderIsSigned) {
  Header header = question_.frame.header();
  header.issued_s += 10;
  QuestionOpening opening = Forge(question_, header, question_.statement);
  EXPECT_EQ(Examine(opening).Of(Check::kSignature), Finding::kHolds);
  // The signature of the header as it was, sealed under the changed one.
  const Bytes header_bytes = header.Serialize();
  const OpenedBody body = *OpenBody(question_.frame, question_.content_key);
  const Secret<32> key = K(question_.content_key.Reveal(), "whoelse/1/body",
                           {H("whoelse/1/header", header_bytes)});
  opening.frame = Writer()
                      .Raw(header_bytes)
                      .Raw(SealOnce(key.Reveal(), header_bytes,
                                    Writer().Raw(body.statement).Raw(body.signature).Take()))
                      .Take();
  const Verdict verdict = Examine(opening);
  EXPECT_EQ(verdict.Of(Check::kBody), Finding::kHolds);
  EXPECT_EQ(verdict.Of(Check::kSignature), Finding::kViolated);
}

TEST_F(OpeningCheckTest, AskerTagAndRelaysAreTheAgencys) {
  Header header = question_.frame.header();
  header.asker_tag = TagAsker(Statement::Parse(question_.statement)->r, kSchools);
  EXPECT_EQ(Examine(Forge(question_, header, question_.statement)).Of(Check::kAskerTag),
            Finding::kViolated);

  header = question_.frame.header();
  header.relays = {kOtherRelay, kRelay};
  EXPECT_EQ(Examine(Forge(question_, header, question_.statement)).Of(Check::kRelays),
            Finding::kViolated);

  Statement stranger = *Statement::Parse(question_.statement);
  stranger.agency = 4711;
  const Verdict verdict =
      Examine(Forge(question_, question_.frame.header(), stranger.Serialize()));
  EXPECT_EQ(verdict.Of(Check::kAskerTag), Finding::kViolated);
  EXPECT_EQ(verdict.Of(Check::kRelays), Finding::kViolated);
}

TEST_F(OpeningCheckTest, RosterIsTheHeaders) {
  const Verdict verdict = CheckOpening(OpeningOf(question_), *RosterOf(8), subject_keys_, {});
  EXPECT_EQ(verdict.Of(Check::kRoster), Finding::kViolated);
  EXPECT_EQ(verdict.Of(Check::kSignature), Finding::kNotVerifiable);
}

TEST_F(OpeningCheckTest, StatementIsWellFormed) {
  Bytes statement = question_.statement;
  statement.back() = 1;
  const Verdict verdict = Examine(Forge(question_, question_.frame.header(), statement));
  EXPECT_EQ(verdict.Of(Check::kStatement), Finding::kViolated);
  EXPECT_EQ(verdict.Of(Check::kBody), Finding::kHolds);
  EXPECT_FALSE(verdict.statement.has_value());
}

TEST_F(OpeningCheckTest, LeavesAreTheQuestions) {
  const auto examine = [&](const LoggedCollection& collection) {
    return Examine(OpeningOf(question_), {collection}).collections.at(0);
  };
  const LoggedCollection good = Logged(question_.frame.hash(), items_);
  EXPECT_EQ(examine(good).asked, Finding::kHolds);
  EXPECT_EQ(examine(good).answered, Finding::kHolds);

  LoggedCollection bad = good;
  bad.asked.frame_hash = FrameHash();
  EXPECT_EQ(examine(bad).asked, Finding::kViolated);
  bad = good;
  bad.relay = kNoRelay;
  EXPECT_EQ(examine(bad).asked, Finding::kViolated);
  bad = good;
  bad.answered->asked_index = 6;
  EXPECT_EQ(examine(bad).answered, Finding::kViolated);
  bad = good;
  bad.answered.reset();
  EXPECT_EQ(examine(bad).answered, Finding::kNotVerifiable);
  bad = good;
  bad.items.pop_back();
  EXPECT_EQ(examine(bad).answered, Finding::kViolated);
}

// A wire taken out, swapped or exchanged for another shows against the leaf.
TEST_F(OpeningCheckTest, ItemsAreTheLeafs) {
  const LoggedCollection good = Logged(question_.frame.hash(), items_);
  const Bytes another = WireFrom(kSurgery, question_, false, random_);
  for (const AgencyItem& other : {AgencyItem(RelayCode::kDeadline), AgencyItem(another)}) {
    LoggedCollection bad = good;
    bad.items[0] = other;
    const Verdict verdict = Examine(OpeningOf(question_), {good, bad});
    EXPECT_EQ(verdict.collections[0].answered, Finding::kHolds);
    EXPECT_EQ(verdict.collections[1].answered, Finding::kViolated);
    EXPECT_TRUE(verdict.Violated());
  }
}

// What an agency or a relay made of it is a finding about them, not about the asker.
TEST_F(OpeningCheckTest, ItemThatProvesNothingIsShownAsSuch) {
  items_[0] = WireFrom(kSchools, question_, true, random_);
  const Verdict verdict = Examine(OpeningOf(question_));
  EXPECT_TRUE(std::holds_alternative<ProvesNothing>(verdict.collections[0].received[0].second));
  EXPECT_TRUE(verdict.Holds());
}

TEST_F(OpeningCheckTest, NothingIsHeldWithoutALog) {
  const Verdict verdict = Examine(OpeningOf(question_), kNoLogs);
  EXPECT_FALSE(verdict.Holds());
  EXPECT_FALSE(verdict.Violated());
}

TEST(OpeningCheckNames, AreDistinct) {
  std::set<std::string_view> names(kOpeningCheckNames.begin(), kOpeningCheckNames.end());
  EXPECT_EQ(names.size(), 9u);
  EXPECT_EQ(Name(Check::kReplyKey), "reply key");
}

}  // namespace
}  // namespace whoelse
