#include "audit/entry.h"

#include <gtest/gtest.h>

#include "protocol/answer.h"
#include "tests/audit/support.h"
#include "tests/support/doc.h"
#include "tests/support/mutate.h"
#include "tests/support/random.h"

namespace whoelse {
namespace {

using absl::StatusCode;

const nlohmann::json& Of(const char* name) { return Protocol1()["leaves"][name]; }

uint32_t KeyId(const nlohmann::json& hex) { return Reader(Hex(hex)).U32(); }

std::vector<AnsweredItem> Items(const nlohmann::json& items) {
  std::vector<AnsweredItem> out;
  for (const auto& item : items) {
    out.push_back(item.is_number() ? ItemOf(item.get<RelayCode>()) : ItemOf(Hex(item)));
  }
  return out;
}

std::vector<LedgerRow> LedgerRows() {
  std::vector<LedgerRow> rows;
  for (const auto& row : Of("ledger")["rows"]) {
    rows.push_back({row["index"], HexFixed<FrameHash>(row["FH"]),
                    HexFixed<Digest>(row["wire_hash"])});
  }
  return rows;
}

AskedEntry Asked() { return {Of("asked")["time_ms"], HexFixed<FrameHash>(Of("asked")["FH"])}; }

AnsweredEntry Answered(const nlohmann::json& of) {
  return {of["asked_index"], of["time_ms"], AnswersHash(Items(of["items"]))};
}

EvaluatedEntry Evaluated() {
  std::vector<EvaluatedRow> rows;
  for (const auto& row : Of("evaluated")["rows"]) {
    rows.push_back({row[0], row[1].get<EvaluationKind>(), row[2], row[3]});
  }
  const auto salt = HexFixed<EvaluatedSalt>(Of("evaluated")["salt"]);
  return {Of("evaluated")["hour"], EvaluatedTableHash(salt, rows)};
}

SigningKey LedgerKey() {
  return KeyFromSeed(Protocol1()["keys"]["agencies"][0]["identity_seed"]);
}

LedgerEntry Ledger() {
  const auto& of = Of("ledger");
  LedgerEntry entry{of["agency"], of["coordinator"], KeyId(of["log_key_id"]), of["first"],
                    of["last"], {}, {}};
  entry.root = *LedgerRoot(entry.from, entry.to, LedgerRows());
  entry.Sign(LedgerKey());
  return entry;
}

RosterEntry Roster() {
  return {Of("roster")["version"], HexFixed<RosterHash>(Of("roster")["hash"])};
}

KeyEventEntry KeyEventOfVectors() {
  const auto& of = Of("key_event");
  return {of["event"].get<KeyEvent>(), of["kv"], HexFixed<Digest>(of["statement_hash"])};
}

OpenedSalt CountingSalt() {
  OpenedSalt salt;
  for (size_t i = 0; i < salt.size(); ++i) salt.data()[i] = static_cast<uint8_t>(i);
  return salt;
}

// The opening of the page: younger than the vectors.
OpenedEntry Opened() {
  const auto hash = OpenedHash(CountingSalt(), Asked().frame_hash, "Written authority 2027/14",
                               LedgerKey().verify_key());
  return {9001, Asked().time_ms + 86'400'000, *hash};
}

// One of each type of the vectors, in the order of their log.
std::vector<LogEntry> VectorEntries() {
  return {Asked(), Answered(Of("answered")), Evaluated(), Ledger(), Roster(), KeyEventOfVectors()};
}
std::vector<LogEntry> AllEntries() {
  auto entries = VectorEntries();
  entries.push_back(Opened());
  return entries;
}

TEST(LogEntry, Vectors) {
  EXPECT_EQ(SerializeLogEntry(Asked()), Hex(Of("asked")["bytes"]));
  EXPECT_EQ(SerializeLogEntry(Answered(Of("answered"))), Hex(Of("answered")["bytes"]));
  EXPECT_EQ(SerializeLogEntry(Answered(Of("orphan"))), Hex(Of("orphan")["bytes"]));
  EXPECT_EQ(SerializeLogEntry(Evaluated()), Hex(Of("evaluated")["bytes"]));
  EXPECT_EQ(SerializeLogEntry(Ledger()), Hex(Of("ledger")["bytes"]));
  EXPECT_EQ(SerializeLogEntry(Roster()), Hex(Of("roster")["bytes"]));
  EXPECT_EQ(SerializeLogEntry(KeyEventOfVectors()), Hex(Of("key_event")["bytes"]));
}

TEST(LogEntry, ParsesTheVectorsLog) {
  const auto expected = VectorEntries();
  const auto& entries = LogVectors()["entries"];
  ASSERT_EQ(entries.size(), expected.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    const auto entry = ParseLogEntry(Hex(entries[i]));
    ASSERT_TRUE(entry.ok()) << i << entry.status();
    EXPECT_EQ(*entry, expected[i]) << i;
    EXPECT_EQ(SerializeLogEntry(*entry), Hex(entries[i]));
  }
}

TEST(LogEntry, ThePagesExampleIsReal) {
  std::string lines;
  for (const LogEntry& entry : VectorEntries()) lines += ToHex(SerializeLogEntry(entry)) + "\n";
  EXPECT_EQ(lines, DocExample("docs/formats/log-entries.md", "entries"));
  // That example was computed from the page by hand, not by this code.
  EXPECT_EQ(ToHex(SerializeLogEntry(Opened())) + "\n",
            DocExample("docs/formats/log-entries.md", "opened"));
}

TEST(LogEntry, RefusesWhatTheVectorsRefuse) {
  size_t cases = 0;
  for (const auto& refused : Protocol1()["refused"]) {
    if (refused["kind"] != "log entry") continue;
    ++cases;
    EXPECT_EQ(ParseLogEntry(Hex(refused["bytes"])).status().code(), StatusCode::kInvalidArgument)
        << refused["why"] << " " << refused["bytes"];
  }
  EXPECT_EQ(cases, 20u);
}

TEST(LogEntry, RefusesEveryOtherLengthAndType) {
  for (const LogEntry& entry : AllEntries()) {
    const Bytes good = SerializeLogEntry(entry);
    for (size_t size = 0; size < 200; ++size) {
      Bytes bytes = good;
      bytes.resize(size);
      EXPECT_EQ(ParseLogEntry(bytes).ok(), size == good.size()) << size;
    }
    for (const int type : {0, 8, 9, 255}) {
      Bytes bytes = good;
      bytes[0] = static_cast<uint8_t>(type);
      EXPECT_FALSE(ParseLogEntry(bytes).ok()) << type;
    }
  }
}

TEST(LogEntry, RefusesImpossibleValues) {
  KeyEventEntry event = KeyEventOfVectors();
  for (int code = 0; code < 256; ++code) {
    event.event = static_cast<KeyEvent>(code);
    EXPECT_EQ(ParseLogEntry(SerializeLogEntry(event)).ok(), code >= 1 && code <= 4) << code;
  }
  LedgerEntry ledger = Ledger();
  ledger.from = ledger.to;
  EXPECT_TRUE(ParseLogEntry(SerializeLogEntry(ledger)).ok());
  ledger.from = ledger.to + 1;
  EXPECT_FALSE(ParseLogEntry(SerializeLogEntry(ledger)).ok());
}

TEST(LogEntry, KeyEventsHaveTheVectorsNames) {
  const auto& names = Protocol1()["codes"]["key_event"];
  ASSERT_EQ(names.size(), kKeyEventNames.size());
  for (size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(Name(static_cast<KeyEvent>(i + 1)), names[i].get<std::string>());
  }
}

TEST(LogEntry, WhatParsesSerialisesBack) {
  constexpr uint64_t kSeed = 20260402;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  const std::string bytes_to_put{"\0\x01\x02\x03\x04\x05\x06\x07\x08\x7F\x80\xFF", 12};
  const auto entries = AllEntries();
  size_t parsed = 0;
  for (int i = 0; i < 40'000; ++i) {
    const Bytes seed = SerializeLogEntry(entries[random.Below(entries.size())]);
    const Bytes bytes = Mutate(seed, bytes_to_put, random);
    const auto entry = ParseLogEntry(bytes);
    if (!entry.ok()) continue;
    ++parsed;
    ASSERT_EQ(SerializeLogEntry(*entry), bytes);
  }
  EXPECT_GT(parsed, 1000u);
}

TEST(AnswersHash, Vectors) {
  const auto& of = Of("answered");
  const auto items = Items(of["items"]);
  ASSERT_EQ(items.size(), 5u);
  for (size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ(items[i], HexFixed<AnsweredItem>(of["item_bytes"][i]));
  }
  EXPECT_EQ(AnswersHash(items), HexFixed<Digest>(of["answers_hash"]));
}

TEST(AnswersHash, HangsOnEveryItemAndItsPlace) {
  const auto items = Items(Of("answered")["items"]);
  const Digest hash = AnswersHash(items);
  for (size_t i = 0; i < items.size(); ++i) {
    auto other = items;
    other[i] = ItemOf(RelayCode::kQueueFull);
    EXPECT_NE(AnswersHash(other), hash) << i;
    other = items;
    other.erase(other.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_NE(AnswersHash(other), hash) << i;
    if (i > 0) {
      other = items;
      std::swap(other[i], other[i - 1]);
      EXPECT_NE(AnswersHash(other), hash) << i;
    }
  }
}

TEST(EvaluatedTable, ReadsOnlyWhatItWrites) {
  const std::vector<EvaluatedRow> rows = {{1001, EvaluationKind::kAsk, 2, 20},
                                          {1002, EvaluationKind::kAudit, 1, 8}};
  const Bytes bytes = EncodeEvaluatedRows(rows);
  EXPECT_EQ(ParseEvaluatedRows(bytes).value(), rows);
  EXPECT_TRUE(ParseEvaluatedRows({}).value().empty());
  for (size_t size = 1; size < bytes.size(); ++size) {
    if (size == bytes.size() / 2) continue;   // the first row alone
    EXPECT_FALSE(ParseEvaluatedRows(ByteView(bytes).first(size)).ok()) << size;
  }
  Bytes unsorted(bytes.begin() + bytes.size() / 2, bytes.end());
  unsorted.insert(unsorted.end(), bytes.begin(), bytes.begin() + bytes.size() / 2);
  EXPECT_FALSE(ParseEvaluatedRows(unsorted).ok());
  for (const uint8_t kind : {uint8_t{0}, uint8_t{5}}) {
    Bytes bad = bytes;
    bad[4] = kind;
    EXPECT_FALSE(ParseEvaluatedRows(bad).ok());
  }
}

TEST(EvaluatedTable, RefusesOneCounterTwiceAndSaysWhere) {
  const EvaluatedRow row{1001, EvaluationKind::kAsk, 2, 20};
  EvaluatedRow more = row;
  more.elements = 21;
  for (const EvaluatedRow& second : {row, more}) {
    const absl::Status status = ParseEvaluatedRows(EncodeEvaluatedRows({row, second})).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message(), "evaluated, byte 13: the row is not above the one before");
  }
}

TEST(EvaluatedTable, SortsItsRows) {
  const EvaluatedSalt salt;
  const EvaluatedRow a{1001, EvaluationKind::kAsk, 2, 20};
  const EvaluatedRow b{1001, EvaluationKind::kEnrol, 1, 10};
  const EvaluatedRow c{1002, EvaluationKind::kAsk, 1, 8};
  const Digest hash = EvaluatedTableHash(salt, {a, b, c});
  EXPECT_EQ(EvaluatedTableHash(salt, {c, b, a}), hash);
  EXPECT_NE(EvaluatedTableHash(salt, {a, b}), hash);
  EvaluatedSalt other_salt;
  other_salt.data()[0] = 1;
  EXPECT_NE(EvaluatedTableHash(other_salt, {a, b, c}), hash);
}

TEST(OpenedHash, HangsOnEveryPart) {
  const auto key = LedgerKey().verify_key();
  const FrameHash hash = Asked().frame_hash;
  const Digest good = *OpenedHash(CountingSalt(), hash, "ref", key);
  EXPECT_NE(*OpenedHash(OpenedSalt(), hash, "ref", key), good);
  EXPECT_NE(*OpenedHash(CountingSalt(), FrameHash(), "ref", key), good);
  EXPECT_NE(*OpenedHash(CountingSalt(), hash, "re", key), good);
  const auto other = KeyFromSeed(Protocol1()["keys"]["agencies"][1]["identity_seed"]);
  EXPECT_NE(*OpenedHash(CountingSalt(), hash, "ref", other.verify_key()), good);
}

TEST(OpenedHash, RefusesAReferenceOutsideOfItsBounds) {
  const auto key = LedgerKey().verify_key();
  for (const size_t size : {size_t{0}, kAuthorityMax + 1}) {
    const auto hash = OpenedHash(CountingSalt(), FrameHash(), std::string(size, 'x'), key);
    EXPECT_EQ(hash.status().code(), StatusCode::kInvalidArgument) << size;
  }
  EXPECT_TRUE(OpenedHash(CountingSalt(), FrameHash(), std::string(kAuthorityMax, 'x'), key).ok());
}

TEST(KeyEvent, DestructionHasAHashOfItsOwn) {
  EXPECT_EQ(ToHex(DestroyedHash(2)),
            "e4379b8c70d1778cc9585bf2a7eaa16c3d3f7ff8495e300098de2214376f6d61");
}

TEST(Ledger, Vectors) {
  const LedgerEntry entry = Ledger();
  EXPECT_EQ(entry.root, HexFixed<TreeHash>(Of("ledger")["root"]));
  EXPECT_TRUE(entry.SignedBy(LedgerKey().verify_key()));
  const auto parsed = ParseLogEntry(Hex(Of("ledger")["bytes"]));
  ASSERT_TRUE(parsed.ok());
  EXPECT_TRUE(std::get<LedgerEntry>(*parsed).SignedBy(LedgerKey().verify_key()));
}

TEST(Ledger, SignatureCoversEveryField) {
  const SigningKey key = LedgerKey();
  const Bytes good = SerializeLogEntry(Ledger());
  for (size_t i = 1; i < good.size(); ++i) {
    Bytes bytes = good;
    bytes[i] ^= 1;
    const auto entry = ParseLogEntry(bytes);
    if (!entry.ok()) continue;   // from > to
    EXPECT_FALSE(std::get<LedgerEntry>(*entry).SignedBy(key.verify_key())) << i;
  }
  const auto other = KeyFromSeed(Protocol1()["keys"]["agencies"][1]["identity_seed"]);
  EXPECT_FALSE(Ledger().SignedBy(other.verify_key()));
}

TEST(Ledger, RootIsAFunctionOfTheSetOfRows) {
  auto rows = LedgerRows();
  const TreeHash root = *LedgerRoot(0, 17, rows);
  std::swap(rows[0], rows[2]);
  EXPECT_EQ(*LedgerRoot(0, 17, rows), root);
  rows.push_back(rows[1]);   // one admission that a relay sent twice
  EXPECT_EQ(*LedgerRoot(0, 17, rows), root);
  EXPECT_EQ(*LedgerRoot(3, 4, {}), EmptyRoot());

  // A second frame under an index that was used counts, and in either order.
  LedgerRow twin = rows[1];
  twin.frame_hash.data()[0] ^= 1;
  rows.push_back(twin);
  const TreeHash with_twin = *LedgerRoot(0, 17, rows);
  EXPECT_NE(with_twin, root);
  std::reverse(rows.begin(), rows.end());
  EXPECT_EQ(*LedgerRoot(0, 17, rows), with_twin);
}

TEST(Ledger, RefusesRowsOutsideOfTheRange) {
  const auto rows = LedgerRows();   // indexes 0, 5, 17
  EXPECT_TRUE(LedgerRoot(0, 17, rows).ok());
  EXPECT_EQ(LedgerRoot(0, 16, rows).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(LedgerRoot(1, 17, rows).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(LedgerRoot(1, 0, {}).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace whoelse
