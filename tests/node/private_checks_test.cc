// V1 to V7: the vectors' verdicts, and the attacks that the checks are there for.
#include "node/private_checks.h"

#include <gtest/gtest.h>

#include "node/noted.h"
#include "tests/node/register.h"

namespace whoelse {
namespace {

using nlohmann::json;
using Check = PrivateVerdict::Check;

const json& Section() { return ProtocolVectors()["private_checks"]; }

// A record of a case. A number with a wrong check digit cannot be held: the record then has none.
Record RecordOf(const json& r) {
  Record record;
  if (auto number = NhsNumber::Parse(ToString(Hex(r["nhs"]))); number.ok()) {
    record.nhs_number = *number;
  }
  if (auto upn = Upn::Parse(ToString(Hex(r["upn"]))); upn.ok()) record.upn = *upn;
  if (r["born"] != 0) record.born = *Date::FromYmd(r["born"]);
  return record;
}

// The wrap key of a key type, and what slot j's check must be, by the section's sub-keys.
const json& SubKeysOfType(const json& type) {
  for (const json& keys : Section()["sub_keys"]) {
    if (keys["key_type"] == type) return keys;
  }
  throw std::runtime_error("no sub-keys");
}

std::string NameOfCheck(Check check) {
  return check == Check::kPassed ? "ok" : "V" + std::to_string(static_cast<int>(check));
}

TEST(PrivateChecks, Vectors) {
  ASSERT_EQ(Section()["cases"].size(), 40u);
  for (const json& c : Section()["cases"]) {
    SCOPED_TRACE(c["why"]);
    const auto frame = Frame::Parse(Hex(Section()["frames"][c["frame"].get<size_t>()]),
                                    VectorFederation());
    ASSERT_TRUE(frame.ok()) << frame.status();
    std::vector<Record> records;
    for (const json& r : c["records"]) records.push_back(RecordOf(r));
    std::vector<std::unique_ptr<Secret<32>>> wraps;
    std::vector<Hit> hits;
    for (uint8_t position = 0; position < 2; ++position) {
      for (size_t i = 0; i < records.size(); ++i) {
        for (const json& type : c["records"][i]["enrolled"]) {
          if (type != position + 1) continue;
          const json& keys = SubKeysOfType(type);
          // Found by the index, or no hit.
          if (CheckValue(HexArray<16>(keys["k_check"]), frame->header().nonce, position) !=
              frame->header().slots[position].check) {
            continue;
          }
          wraps.push_back(std::make_unique<Secret<32>>(
              Secret<32>::From(HexArray<32>(keys["k_wrap"]))));
          hits.push_back({static_cast<RecordId>(i + 1), &records[i], position, wraps.back().get()});
        }
      }
    }
    const auto mine = ChangedRoster(7, [&](nlohmann::ordered_json& roster) {
      for (const json& id : c["mine_lacks"]) {
        std::erase_if(roster["agencies"].get_ref<nlohmann::ordered_json::array_t&>(),
                      [&](const auto& agency) { return agency["id"] == id; });
      }
    });
    const PrivateVerdict verdict = CheckOpened(*frame, hits, *RosterOf(7), *mine);
    EXPECT_EQ(NameOfCheck(verdict.failed), c["expect"]);
    std::vector<std::string> opened;
    for (const auto& o : verdict.opened) opened.push_back(c["records"][o.id - 1]["name"]);
    EXPECT_EQ(opened, c["opened_records"].get<std::vector<std::string>>());
    // domain.md, which rules: of each record for itself a person hears that it may be another
    // child's (docs/decisions/0028).
    const bool one_in_doubt =
        c["why"] == "two records with the number, one with another date of birth: the other alone";
    EXPECT_EQ(verdict.reasons != 0, c["inbox_item"] || one_in_doubt);
    EXPECT_EQ(verdict.doubtful.size(), verdict.reasons == Noted::kPossibleWrongChild ? 1u : 0u);
    if (c["why"] == "birth: one part differs") {
      EXPECT_TRUE(verdict.opened[0].birth_date_differs);
    }
    if (c["why"] == "as asked") {
      EXPECT_FALSE(verdict.opened[0].birth_date_differs);
    }
  }
}

// A frame, and a holder's records that its slots find.
class Opening : public ::testing::Test {
 protected:
  // Adds a hit of this record on slot j of the question under the keys of a value.
  void AddHit(RecordId id, const Record& record, uint8_t j, KeyType type, std::string_view value,
              KeyVersion kv = 1) {
    records_.push_back(std::make_unique<Record>(record));
    wraps_.push_back(std::make_unique<Secret<32>>(SubKeysOf(type, value, kv).wrap.Clone()));
    hits_.push_back({id, records_.back().get(), j, wraps_.back().get()});
  }
  PrivateVerdict Open(const Frame& frame, int roster = 7) const {
    return CheckOpened(frame, hits_, *RosterOf(roster), *RosterOf(roster));
  }
  static std::vector<RecordId> Ids(const PrivateVerdict& verdict) {
    std::vector<RecordId> ids;
    for (const auto& opened : verdict.opened) ids.push_back(opened.id);
    return ids;
  }

  SeededRandom random_{4};
  std::vector<std::unique_ptr<Record>> records_;
  std::vector<std::unique_ptr<Secret<32>>> wraps_;
  std::vector<Hit> hits_;
};

TEST_F(Opening, NoHitIsAMiss) {
  const Question question = Ask(BasicStatement(), random_);
  const PrivateVerdict verdict = Open(question.frame);
  EXPECT_EQ(verdict.failed, Check::kV1);
  EXPECT_FALSE(verdict.statement.has_value());
  EXPECT_FALSE(verdict.content_key.has_value());
}

TEST_F(Opening, GivesTheStatementAndTheKey) {
  const Question question = Ask(BasicStatement(), random_);
  AddHit(3, BasicRecord(), 0, KeyType::kNhsNumber, kChild);
  const PrivateVerdict verdict = Open(question.frame);
  ASSERT_EQ(verdict.failed, Check::kPassed);
  EXPECT_EQ(verdict.statement->Serialize(), question.statement);
  EXPECT_EQ(ToHex(verdict.content_key->Reveal()), ToHex(question.content_key.Reveal()));
  EXPECT_EQ(Ids(verdict), std::vector<RecordId>{3});
  EXPECT_EQ(verdict.about, std::vector<RecordId>{3});
}

// A holder of x takes a signed statement about x and wraps its key for y. Whoever holds y opens it,
// and must see that the statement is not about y and the signature not about these slots.
TEST_F(Opening, ARewrappedStatementIsNoQuestionAboutAnotherChild) {
  const Question honest = Ask(BasicStatement(), random_);
  const SubKeys y = SubKeysOf(KeyType::kNhsNumber, kOtherChild, 1);
  Header header = honest.frame.header();
  header.slots[0] = RealSlot(y, honest.content_key, header.nonce, 0);
  const Bytes header_bytes = header.Serialize();
  const OpenedBody body = *OpenBody(honest.frame, honest.content_key);
  const Secret<32> key = K(honest.content_key.Reveal(), "whoelse/1/body",
                           {H("whoelse/1/header", header_bytes)});
  const Bytes sealed =
      SealOnce(key.Reveal(), header_bytes, Writer().Raw(body.statement).Raw(body.signature).Take());
  const auto frame =
      Frame::Parse(Writer().Raw(header_bytes).Raw(sealed).Take(), VectorFederation());
  ASSERT_TRUE(frame.ok());
  AddHit(1, BasicRecord(kOtherChild), 0, KeyType::kNhsNumber, kOtherChild);
  const PrivateVerdict verdict = Open(*frame);
  EXPECT_EQ(verdict.failed, Check::kV4);
  EXPECT_TRUE(verdict.opened.empty());
  EXPECT_EQ(verdict.reasons, 0);
}

// The asker itself signs a slot for y under a statement about x: the record decides.
TEST_F(Opening, ASlotOfAnotherChildThanTheSubjectIsAMiss) {
  const SubKeys y = SubKeysOf(KeyType::kNhsNumber, kOtherChild, 1);
  const QuestionParts parts{VectorFederation(), 7, {1}, kIssued, {{&y, nullptr}}};
  const Question question = Question::Build(parts, BasicStatement(),
                                            IdentityKeyOfAgency(kSocialCare), random_);
  AddHit(1, BasicRecord(kOtherChild), 0, KeyType::kNhsNumber, kOtherChild);
  EXPECT_EQ(Open(question.frame).failed, Check::kV6);
}

// Two content keys in one frame would be two questions under one admission.
TEST_F(Opening, HitsThatWrapAnotherKeyAreDropped) {
  Statement statement = BasicStatement();
  statement.subject[1] = {KeyType::kUpn, kUpn};
  const SubKeys x = SubKeysOf(KeyType::kNhsNumber, kChild, 1);
  const SubKeys u = SubKeysOf(KeyType::kUpn, kUpn, 1);
  // The second slot wraps noise: sub-keys whose pad is another one's.
  const SubKeys mixed{u.check.Clone(), x.wrap.Clone()};
  const QuestionParts parts{VectorFederation(), 7, {1}, kIssued, {{&x, &mixed}}};
  const Question question = Question::Build(parts, statement, IdentityKeyOfAgency(kSocialCare),
                                            random_);
  Record by_upn = BasicRecord("");
  by_upn.upn = *Upn::Parse(kUpn);
  AddHit(1, by_upn, 1, KeyType::kUpn, kUpn);
  EXPECT_EQ(Open(question.frame).failed, Check::kV1);   // alone it opens nothing
  AddHit(2, BasicRecord(), 0, KeyType::kNhsNumber, kChild);
  const PrivateVerdict verdict = Open(question.frame);
  EXPECT_EQ(verdict.failed, Check::kPassed);
  EXPECT_EQ(Ids(verdict), std::vector<RecordId>{2});
}

TEST_F(Opening, EitherKeyVersionOpensAndARecordCountsOnce) {
  const Question question = Ask(BasicStatement(), random_, 8);
  AddHit(1, BasicRecord(), 2, KeyType::kNhsNumber, kChild, 2);
  EXPECT_EQ(Ids(Open(question.frame, 8)), std::vector<RecordId>{1});
  AddHit(1, BasicRecord(), 0, KeyType::kNhsNumber, kChild, 1);
  EXPECT_EQ(Ids(Open(question.frame, 8)), std::vector<RecordId>{1});
}

// Block two's dummies too: a slot that hides behind type 0 is a question nobody owns up to.
TEST_F(Opening, DummiesOfBothBlocksAreTheSeeds) {
  for (const size_t block : {0u, 1u}) {
    const SubKeys a = SubKeysOf(KeyType::kNhsNumber, kChild, 1);
    const SubKeys b = SubKeysOf(KeyType::kNhsNumber, kChild, 2);
    const SubKeys hidden = SubKeysOf(KeyType::kUpn, kUpn, 1 + static_cast<KeyVersion>(block));
    QuestionParts parts{VectorFederation(), 8, {1, 2}, kIssued, {{&a, nullptr}, {&b, nullptr}}};
    parts.sub_keys[block][1] = &hidden;
    const Question question = Question::Build(parts, BasicStatement(),
                                              IdentityKeyOfAgency(kSocialCare), random_);
    hits_.clear();
    AddHit(1, BasicRecord(), 0, KeyType::kNhsNumber, kChild, 1);
    EXPECT_EQ(Open(question.frame, 8).failed, Check::kV6) << block;
  }
}

TEST_F(Opening, ThePurposeMustBeAllowedByBothRosters) {
  const Question question = Ask(BasicStatement(), random_);
  AddHit(1, BasicRecord(), 0, KeyType::kNhsNumber, kChild);
  const auto without = ChangedRoster(7, [](nlohmann::ordered_json& roster) {
    roster["agencies"][2]["ask"] = {"coordination"};
  });
  for (const auto& [frames, mine] : {std::pair{RosterOf(7), without}, {without, RosterOf(7)}}) {
    const PrivateVerdict verdict = CheckOpened(question.frame, hits_, *frames, *mine);
    EXPECT_EQ(verdict.failed, Check::kV7);
    EXPECT_EQ(verdict.reasons, Noted::kPurposeNotAllowed);
    EXPECT_EQ(verdict.about, std::vector<RecordId>{1});
    EXPECT_TRUE(verdict.opened.empty());
  }
}

TEST_F(Opening, NotAMemberOfTheFramesRoster) {
  const Question question = Ask(BasicStatement(), random_);
  AddHit(1, BasicRecord(), 0, KeyType::kNhsNumber, kChild);
  const auto without = ChangedRoster(7, [](nlohmann::ordered_json& roster) {
    roster["agencies"].erase(2);
  });
  EXPECT_EQ(CheckOpened(question.frame, hits_, *without, *RosterOf(7)).failed, Check::kV3);
}

TEST_F(Opening, SignatureAndRelaysByTheFramesRoster) {
  const Question question = Ask(BasicStatement(), random_);
  AddHit(1, BasicRecord(), 0, KeyType::kNhsNumber, kChild);
  const auto changed = ChangedRoster(7, [](nlohmann::ordered_json& roster) {
    roster["agencies"][2]["identity_key"] = ToHex(NewKey(9).verify_key().bytes());
    roster["agencies"][2]["relays"] = {103, 101};
  });
  EXPECT_EQ(CheckOpened(question.frame, hits_, *RosterOf(7), *changed).failed, Check::kPassed);
  EXPECT_EQ(CheckOpened(question.frame, hits_, *changed, *RosterOf(7)).failed, Check::kV4);
}

struct BirthCase {
  uint32_t asked;
  uint32_t held;
  bool disputed;
  Purpose purpose;
  bool opens;
  bool differs;
};

TEST_F(Opening, DatesOfBirth) {
  constexpr Purpose kS47 = Purpose::kSection47, kDanger = Purpose::kEmergency;
  const std::vector<BirthCase> cases = {
      {20150314, 20150314, false, kS47, true, false},
      {20150314, 20150315, false, kS47, true, true},     // day
      {20150314, 20150414, false, kS47, true, true},     // month
      {20150314, 20140314, false, kS47, true, true},     // year
      {20150314, 20150403, false, kS47, false, false},   // day and month
      {20150314, 20140315, false, kS47, false, false},
      {20150314, 20140403, false, kS47, false, false},
      {20150314, 20150314, true, kS47, false, false},    // disputed is missing
      {0, 20150314, false, kS47, false, false},
      {20150314, 0, false, kS47, false, false},
      {0, 20150314, false, kDanger, true, false},
      {20150314, 0, false, kDanger, true, false},
      {20150314, 20100101, true, kDanger, true, false},
      {20150314, 20150403, false, kDanger, false, false},   // another child, also in an emergency
  };
  for (const BirthCase& c : cases) {
    Statement statement = BasicStatement();
    statement.purpose = c.purpose;
    statement.born = c.asked;
    const Question question = Ask(statement, random_);
    Record record = BasicRecord();
    record.born.reset();
    if (c.held != 0) record.born = *Date::FromYmd(c.held);
    record.born_disputed = c.disputed;
    hits_.clear();
    AddHit(1, record, 0, KeyType::kNhsNumber, kChild);
    const PrivateVerdict verdict = Open(question.frame);
    SCOPED_TRACE(std::to_string(c.asked) + " " + std::to_string(c.held));
    EXPECT_EQ(verdict.failed, c.opens ? Check::kPassed : Check::kV7);
    EXPECT_EQ(verdict.reasons, c.opens ? 0 : Noted::kPossibleWrongChild);
    if (c.opens) {
      EXPECT_EQ(verdict.opened[0].birth_date_differs, c.differs);
    }
  }
}

TEST_F(Opening, EachRecordsDateOfBirthIsComparedForItself) {
  const Question question = Ask(BasicStatement(), random_);
  Record unknown = BasicRecord(), differs = BasicRecord(), other = BasicRecord();
  unknown.born.reset();
  differs.born = *Date::FromYmd(20150315);
  other.born = *Date::FromYmd(20111225);
  RecordId id = 0;
  for (const Record& record : {unknown, BasicRecord(), other, differs}) {
    AddHit(++id, record, 0, KeyType::kNhsNumber, kChild);
  }
  const PrivateVerdict verdict = Open(question.frame);
  EXPECT_EQ(verdict.failed, Check::kPassed);
  EXPECT_EQ(Ids(verdict), (std::vector<RecordId>{2, 4}));
  EXPECT_EQ(verdict.doubtful, (std::vector<RecordId>{1, 3}));
  EXPECT_EQ(verdict.about, (std::vector<RecordId>{1, 2, 3, 4}));
  EXPECT_EQ(verdict.reasons, Noted::kPossibleWrongChild);
}

TEST_F(Opening, AUpnThatIsAnotherChildsIsTold) {
  Statement statement = BasicStatement();
  statement.subject[1] = {KeyType::kUpn, kUpn};
  const Question question = Ask(statement, random_);
  Record other = BasicRecord(kOtherChild);
  other.upn = *Upn::Parse(kUpn);
  AddHit(1, BasicRecord(), 0, KeyType::kNhsNumber, kChild);
  AddHit(2, other, 1, KeyType::kUpn, kUpn);
  const PrivateVerdict verdict = Open(question.frame);
  EXPECT_EQ(verdict.failed, Check::kPassed);
  EXPECT_EQ(Ids(verdict), std::vector<RecordId>{1});
  EXPECT_EQ(verdict.reasons, Noted::kTwoChildren);
}

// A wrong UPN hides nobody: the number finds the child all the same.
TEST_F(Opening, AWrongUpnHidesNobody) {
  Statement statement = BasicStatement();
  statement.subject[1] = {KeyType::kUpn, kOtherUpn};
  const Question question = Ask(statement, random_);
  Record record = BasicRecord();
  record.upn = *Upn::Parse(kUpn);
  AddHit(1, record, 0, KeyType::kNhsNumber, kChild);
  EXPECT_EQ(Ids(Open(question.frame)), std::vector<RecordId>{1});
}

TEST_F(Opening, ByUpnAlone) {
  Statement statement = BasicStatement();
  statement.subject = {SubjectEntry{}, {KeyType::kUpn, kUpn}};
  const Question question = Ask(statement, random_);
  Record record = BasicRecord();
  record.upn = *Upn::Parse(kUpn);
  AddHit(4, record, 1, KeyType::kUpn, kUpn);
  EXPECT_EQ(Ids(Open(question.frame)), std::vector<RecordId>{4});
  // The record has another UPN by now: what it was enrolled with does not count.
  hits_.clear();
  record.upn = *Upn::Parse(kOtherUpn);
  AddHit(4, record, 1, KeyType::kUpn, kUpn);
  EXPECT_EQ(Open(question.frame).failed, Check::kV6);
}

TEST_F(Opening, AWrongContactIsTold) {
  Statement statement = BasicStatement();
  statement.flags = kFlagContactWasWrong;
  const Question question = Ask(statement, random_);
  AddHit(1, BasicRecord(), 0, KeyType::kNhsNumber, kChild);
  EXPECT_EQ(Open(question.frame).reasons, Noted::kContactWasWrong);
}

}  // namespace
}  // namespace whoelse
