#include "protocol/note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/limits.h"
#include "tests/protocol/roster_fixture.h"
#include "tests/support/mutate.h"

namespace whoelse {
namespace {

using ::testing::HasSubstr;

constexpr char kDash[] = "\xE2\x80\x94";

std::string Error(const absl::Status& status) { return std::string(status.message()); }

// A well-formed signature line of `size` bytes or a little less, without the LF.
std::string LineOfSize(const std::string& name, size_t size) {
  const size_t base64 = (size - 3 - 1 - name.size() - 1) / 4 * 4;
  return std::string(kDash) + " " + name + " " + std::string(base64, 'A');
}

std::string WithLines(size_t count, const std::string& line) {
  std::string note = "text\n\n";
  for (size_t i = 0; i < count; ++i) note += line + "\n";
  return note;
}

TEST(Note, VectorsParseSerialiseAndVerify) {
  for (const auto& roster : ProtocolVectors()["rosters"]) {
    const std::string bytes = roster["note"];
    const auto note = Note::Parse(bytes);
    ASSERT_TRUE(note.ok()) << note.status();
    EXPECT_EQ(note->Serialize(), bytes);
    const auto signers = VerifyNote(*note, VectorAnchor().roots);
    ASSERT_TRUE(signers.ok()) << signers.status();
    EXPECT_EQ(*signers, (std::vector<size_t>{0, 1}));
    // Ed25519 is deterministic: the same keys sign the same bytes.
    EXPECT_EQ(SignedByFirst(note->text), bytes);
  }
}

TEST(Note, VectorsOfTheLogParse) {
  for (const char* name : {"checkpoint", "cosigned"}) {
    const std::string bytes = ToString(Hex(ProtocolVectors()["log"][name]));
    const auto note = Note::Parse(bytes);
    ASSERT_TRUE(note.ok()) << note.status();
    EXPECT_EQ(note->Serialize(), bytes);
    const auto& log = ProtocolVectors()["keys"]["coordinators"][0];
    EXPECT_TRUE(VerifyNote(*note, {*NoteVerifier::Parse(std::string(log["log_vkey"]))}).ok());
  }
}

TEST(Note, SplitsAtTheLastBlankLine) {
  const Root root = RootOf(0);
  // A text that looks like a signed note is still a text.
  const std::string inner = SignedBy("inner\n", {&root});
  const std::string outer = SignedBy(inner, {&root});
  const auto note = Note::Parse(outer);
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_EQ(note->text, inner);
  EXPECT_EQ(note->signatures.size(), 1u);
  EXPECT_TRUE(VerifyNote(*note, VectorAnchor().roots).ok());

  const auto blanks = Note::Parse("a\n\n\n" + LineOfSize("n", 20) + "\n");
  ASSERT_TRUE(blanks.ok());
  EXPECT_EQ(blanks->text, "a\n\n");
}

TEST(Note, RefusesWithTheOffset) {
  const std::string line = std::string(kDash) + " name AAAAAAAA\n";
  ASSERT_TRUE(Note::Parse("text\n\n" + line).ok());
  const struct { std::string bytes; size_t offset; } cases[] = {
      {"", 0},
      {"text\n", 5},
      {"text\n" + line, 5 + line.size()},                       // no blank line
      {line, line.size()},
      {"text\n\n", 6},                                          // no signature
      {"text\n\n" + line.substr(0, line.size() - 1), 5 + line.size()},
      {"text\n\n" + line + "\n", 6 + line.size() + 1},
      {"text\r\n\n" + line, 4},
      {"te\txt\n\n" + line, 2},
      {std::string("te\0xt\n\n", 7) + line, 2},
      {"te\x7fxt\n\n" + line, 2},
      {"te\xC2\x85xt\n\n" + line, 2},
      {"te\xC0\xAFxt\n\n" + line, 2},
      {"te\xED\xA0\x80xt\n\n" + line, 2},
      {"text\n\n- name AAAAAAAA\n", 6},
      {"text\n\n\xE2\x80\x93 name AAAAAAAA\n", 6},               // U+2013
      {"text\n\n\xE2\x80\x94name AAAAAAAA\n", 6},
      {"text\n\n\xE2\x80\x94 name\n", 6},
      {"text\n\n\xE2\x80\x94  AAAAAAAA\n", 10},                  // empty name
      {"text\n\n\xE2\x80\x94 na+me AAAAAAAA\n", 10},
      {"text\n\n\xE2\x80\x94 na\xC2\xA0me AAAAAAAA\n", 10},      // U+00A0
      {"text\n\n\xE2\x80\x94 na\xE3\x80\x80me AAAAAAAA\n", 10},  // U+3000
      {"text\n\n\xE2\x80\x94 name  AAAAAAAA\n", 15},
      {"text\n\n\xE2\x80\x94 name AAAAAAAA \n", 15},
      {"text\n\n\xE2\x80\x94 name AAAAAAA\n", 15},
      {"text\n\n\xE2\x80\x94 name AAAAAAA=A\n", 15},
      {"text\n\n\xE2\x80\x94 name AAAAAAB=\n", 15},              // bits that count for nothing
      {"text\n\n\xE2\x80\x94 name AAAA-AAA\n", 15},
      {"text\n\n\xE2\x80\x94 name AAAAAA==\n", 15},              // a key id without a signature
      {"text\n\n\xE2\x80\x94 name \n", 15},
      {"text\n\n" + line + "junk\n", 6 + line.size()},
      {"text\n\n" + line + "\n" + line + "x", 6 + 2 * line.size() + 2},
  };
  for (const auto& c : cases) {
    const auto note = Note::Parse(c.bytes);
    ASSERT_FALSE(note.ok()) << c.bytes;
    EXPECT_TRUE(absl::IsInvalidArgument(note.status()));
    EXPECT_THAT(Error(note.status()), HasSubstr("byte " + std::to_string(c.offset) + ":"))
        << c.bytes;
  }
}

TEST(Note, LimitsAreInclusive) {
  // What C2SP asks every verifier to take.
  EXPECT_TRUE(Note::Parse(WithLines(16, LineOfSize("name", 5000))).ok());
  EXPECT_TRUE(Note::Parse(WithLines(kNoteSignaturesMax, LineOfSize("name", 100))).ok());
  EXPECT_FALSE(Note::Parse(WithLines(kNoteSignaturesMax + 1, LineOfSize("name", 100))).ok());

  // Names whose lengths bring the line to exactly the limit, and one byte above it.
  std::string at_limit;
  for (size_t n = 1; n <= 4; ++n) {
    const std::string line = LineOfSize(std::string(n, 'n'), kNoteSignatureLineMax);
    if (line.size() == kNoteSignatureLineMax) at_limit = line;
  }
  ASSERT_EQ(at_limit.size(), kNoteSignatureLineMax);
  EXPECT_TRUE(Note::Parse(WithLines(1, at_limit)).ok());
  at_limit.insert(4, "n");
  EXPECT_FALSE(Note::Parse(WithLines(1, at_limit)).ok());

  EXPECT_TRUE(Note::Parse(WithLines(1, LineOfSize(std::string(kNoteNameMax, 'n'), 400))).ok());
  EXPECT_FALSE(Note::Parse(WithLines(1, LineOfSize(std::string(kNoteNameMax + 1, 'n'), 400))).ok());

  const std::string tail = WithLines(1, LineOfSize("name", 100));
  EXPECT_TRUE(Note::Parse(std::string(kNoteMax - tail.size(), 'x') + tail).ok());
  EXPECT_FALSE(Note::Parse(std::string(kNoteMax - tail.size() + 1, 'x') + tail).ok());
}

TEST(NoteText, SaysWhatMayBeSigned) {
  EXPECT_TRUE(CheckNoteText("one\n\ntwo\n").ok());
  EXPECT_TRUE(CheckNoteText("a right-to-left override \xE2\x80\xAE is no control\n").ok());
  for (const char* text : {"", "one", "one\ttwo\n", "one\r\n", "\xFF\n"}) {
    EXPECT_FALSE(CheckNoteText(text).ok()) << text;
  }
}

TEST(VerifyNote, IgnoresStrangersAndRefusesBadOnes) {
  const Root root = RootOf(0), other = RootOf(1), stranger{"stranger.example", NewKey(9)};
  const std::vector<NoteVerifier> known = VectorAnchor().roots;
  const std::string text = "a text\n";

  const auto signers = [&](const Note& note) { return VerifyNote(note, known); };
  const auto mixed = Note::Parse(SignedBy(text, {&stranger, &other, &root, &root}));
  ASSERT_TRUE(signers(*mixed).ok());
  EXPECT_EQ(*signers(*mixed), (std::vector<size_t>{0, 1}));   // each once

  EXPECT_TRUE(absl::IsNotFound(signers(*Note::Parse(SignedBy(text, {&stranger}))).status()));
  // Another key under a known name is a stranger: its id differs.
  const Root impostor{root.name, NewKey(9)};
  EXPECT_TRUE(absl::IsNotFound(signers(*Note::Parse(SignedBy(text, {&impostor}))).status()));

  Note bad = *Note::Parse(SignedBy(text, {&other, &root}));
  bad.signatures[1].signature[63] ^= 1;
  EXPECT_TRUE(absl::IsInvalidArgument(signers(bad).status()));
  bad.signatures[1].signature = SignNote("another text\n", root.name, root.key).signature;
  EXPECT_TRUE(absl::IsInvalidArgument(signers(bad).status()));
  bad = *Note::Parse(SignedBy(text, {&other, &root}));
  bad.signatures[1].signature.push_back(0);
  EXPECT_TRUE(absl::IsInvalidArgument(signers(bad).status()));
  // One good and one bad line of the same key.
  bad = *Note::Parse(SignedBy(text, {&root, &root}));
  bad.signatures[1].signature[0] ^= 1;
  EXPECT_TRUE(absl::IsInvalidArgument(signers(bad).status()));
}

TEST(VerifyNote, ACosignatureKeyIsNoNoteKey) {
  const Root root = RootOf(0);
  Note note = *Note::Parse(SignedBy("a text\n", {&root}));
  const auto witness =
      NoteVerifier::Create(root.name, NoteKeyType::kCosignatureV1, root.key.verify_key());
  note.signatures[0].key_id = witness->key_id;
  EXPECT_TRUE(absl::IsNotFound(VerifyNote(note, {*witness}).status()));
}

TEST(NoteVerifier, VectorsParseAndEncode) {
  const auto& keys = ProtocolVectors()["keys"];
  const auto check = [](const nlohmann::json& party, const char* vkey, NoteKeyType type) {
    const std::string text = party[vkey];
    const auto verifier = NoteVerifier::Parse(text);
    ASSERT_TRUE(verifier.ok()) << verifier.status();
    EXPECT_EQ(verifier->type, type);
    EXPECT_EQ(verifier->Encode(), text);
  };
  for (const auto& root : keys["roots"]) check(root, "vkey", NoteKeyType::kEd25519);
  for (const auto& log : keys["coordinators"]) {
    check(log, "log_vkey", NoteKeyType::kEd25519);
    EXPECT_EQ(ToHex(Writer().U32(NoteVerifier::Parse(std::string(log["log_vkey"]))->key_id).view()),
              log["log_key_id"]);
  }
  for (const auto& witness : keys["witnesses"]) check(witness, "vkey", NoteKeyType::kCosignatureV1);
}

// A vkey with a matching id, whatever its name, type and key bytes.
std::string ForgedVkey(const std::string& name, const Bytes& typed) {
  const Sha256Digest digest = Sha256({AsBytes(name), AsBytes("\n"), typed});
  return name + "+" + ToHex(ByteView(digest).first(4)) + "+" + Base64Encode(typed);
}

TEST(NoteVerifier, Refuses) {
  const Root root = RootOf(0);
  const std::string good = root.Vkey();
  const Bytes key = ToBytes(root.key.verify_key().bytes());
  const auto typed = [&](uint8_t type, const Bytes& bytes) {
    return Writer().U8(type).Raw(bytes).Take();
  };
  ASSERT_EQ(ForgedVkey(root.name, typed(1, key)), good);
  ASSERT_TRUE(NoteVerifier::Parse(ForgedVkey("x", typed(4, key))).ok());

  std::string wrong_id = good, upper = good;
  wrong_id[good.find('+') + 1] ^= 1;
  upper[good.find('+') + 1] = 'C';   // of c9f4e2b7
  ASSERT_NE(upper, good);
  Bytes small_order(32);
  small_order[0] = 1;
  const std::string bad[] = {
      "",
      "name",
      "name+00000000",
      wrong_id,
      upper,
      good + "=",
      good.substr(0, good.size() - 1),
      " " + good,
      ForgedVkey("", typed(1, key)),
      ForgedVkey("na me", typed(1, key)),
      ForgedVkey("na\nme", typed(1, key)),
      ForgedVkey("na\xC2\xA0me", typed(1, key)),
      ForgedVkey("na\xFFme", typed(1, key)),
      ForgedVkey(std::string(kNoteNameMax + 1, 'n'), typed(1, key)),
      ForgedVkey("x", typed(0, key)),
      ForgedVkey("x", typed(2, key)),
      ForgedVkey("x", typed(6, key)),
      ForgedVkey("x", typed(1, Bytes(key.begin(), key.end() - 1))),
      ForgedVkey("x", typed(1, Writer().Raw(key).U8(0).Take())),
      ForgedVkey("x", typed(1, small_order)),
      ForgedVkey("x", typed(1, Bytes(32))),
      ForgedVkey("x", typed(1, Bytes(32, 0xff))),
  };
  for (const std::string& vkey : bad) {
    EXPECT_TRUE(absl::IsInvalidArgument(NoteVerifier::Parse(vkey).status())) << vkey;
  }
  EXPECT_FALSE(
      NoteVerifier::Create("na+me", NoteKeyType::kEd25519, root.key.verify_key()).ok());
}

TEST(Base64, IsCanonical) {
  for (const auto& [bytes, text] : std::vector<std::pair<std::string, std::string>>{
           {"", ""}, {"00", "AA=="}, {"0000", "AAA="}, {"000000", "AAAA"}, {"fbff", "+/8="}}) {
    EXPECT_EQ(Base64Encode(Hex(bytes)), text);
    EXPECT_EQ(*Base64Decode(text), Hex(bytes));
  }
  for (const char* text : {"A", "AA", "AA=", "AAA", "AB==", "AAB=", "AA==\n", " AA==", "AA= =",
                           "-_8=", "====", "AA==AA==", "AAAA="}) {
    EXPECT_FALSE(Base64Decode(text).ok()) << text;
  }
  // Every byte outside the alphabet, those above 0x7F included: libsodium reads them as '/'.
  const std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int byte = 0; byte < 256; ++byte) {
    const char letter = static_cast<char>(byte);
    const bool is_letter = alphabet.find(letter) != std::string_view::npos;
    EXPECT_EQ(Base64Decode(std::string{'A', 'A', letter, 'A'}).ok(), is_letter) << byte;
  }
}

std::string Mutated(const std::string& text, Random& random) {
  constexpr std::string_view kAlphabet("\n\n\n\n   +=AB/09az\xE2\x80\x94\xC2\xA0\xFF\r\0\x7F", 25);
  return ToString(Mutate(ToBytes(AsBytes(text)), kAlphabet, random));
}

TEST(Note, WhatParsesSerialisesToTheSameBytes) {
  const uint64_t seed = 20'240'917;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::cout << "seed " << seed << "\n";
  SeededRandom random(seed);
  const std::string cosigned = ToString(Hex(ProtocolVectors()["log"]["cosigned"]));
  const Root root = RootOf(0), other = RootOf(1);
  const std::string notes[] = {cosigned, SignedBy("t\n", {&root}),
                               SignedBy("a\n\nb\n", {&root, &other, &root})};
  const std::string vkeys[] = {root.Vkey(), ProtocolVectors()["keys"]["witnesses"][0]["vkey"]};
  size_t notes_parsed = 0, notes_refused = 0, vkeys_refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string bytes = Mutated(notes[random.Below(3)], random);
    const auto note = Note::Parse(bytes);
    (note.ok() ? notes_parsed : notes_refused) += 1;
    if (note.ok()) { ASSERT_EQ(note->Serialize(), bytes); }

    const std::string vkey = Mutated(vkeys[random.Below(2)], random);
    const auto verifier = NoteVerifier::Parse(vkey);
    vkeys_refused += !verifier.ok();
    if (verifier.ok()) { ASSERT_EQ(verifier->Encode(), vkey); }
  }
  // The mutations reach both sides.
  EXPECT_GT(notes_parsed, 1'000u);
  EXPECT_GT(notes_refused, 1'000u);
  EXPECT_GT(vkeys_refused, 1'000u);
}

}  // namespace
}  // namespace whoelse
