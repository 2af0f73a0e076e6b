#include "audit/checkpoint.h"

#include <gtest/gtest.h>

#include "tests/audit/support.h"
#include "tests/support/doc.h"
#include "tests/support/mutate.h"
#include "tests/support/random.h"

namespace whoelse {
namespace {

using absl::StatusCode;

constexpr std::string_view kRoot = "huSmGN9NpSqtTxaePMuIXs8uplkCoR0HYPvj7tE8Vb0=";
constexpr std::string_view kEmptyRoot = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

std::string Text(std::string_view origin, std::string_view size, std::string_view root) {
  return std::string(origin) + "\n" + std::string(size) + "\n" + std::string(root) + "\n";
}

TEST(Checkpoint, Vectors) {
  const Note note = SignCheckpoint(LogCheckpoint(), KeyFromSeed(LogOwner()["log_seed"]));
  EXPECT_EQ(note.Serialize(), HexText(LogVectors()["checkpoint"]));
  EXPECT_EQ(CosignedCheckpoint().Serialize(), HexText(LogVectors()["cosigned"]));
}

TEST(Checkpoint, ThePagesExampleIsReal) {
  EXPECT_EQ(CosignedCheckpoint().Serialize(), DocExample("docs/formats/checkpoint.md", "cosigned"));
}

TEST(Checkpoint, OpensWithTheLogsKey) {
  const auto note = Note::Parse(HexText(LogVectors()["cosigned"]));
  ASSERT_TRUE(note.ok());
  const auto checkpoint = OpenCheckpoint(*note, LogVerifier());
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_EQ(*checkpoint, LogCheckpoint());
  EXPECT_EQ(checkpoint->size, 6u);
}

TEST(Checkpoint, OpensOnlyWithTheLogsKey) {
  const auto& other = Protocol1()["keys"]["coordinators"][1];
  const auto other_log = *NoteVerifier::Parse(other["log_vkey"].get<std::string>());
  Note note = CosignedCheckpoint();
  EXPECT_EQ(OpenCheckpoint(note, other_log).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(OpenCheckpoint(note, WitnessVerifiers()[0]).status().code(), StatusCode::kNotFound);

  note.text = LogCheckpoint().Serialize();
  note.text[0] = 'L';
  EXPECT_EQ(OpenCheckpoint(note, LogVerifier()).status().code(), StatusCode::kInvalidArgument);

  // Well signed by the other log, but as a statement about this one.
  Note foreign;
  foreign.text = LogCheckpoint().Serialize();
  foreign.signatures = {SignNote(foreign.text, other_log.name, KeyFromSeed(other["log_seed"]))};
  EXPECT_EQ(OpenCheckpoint(foreign, other_log).status().code(), StatusCode::kInvalidArgument);

  // Well signed, but no checkpoint.
  Note extended;
  extended.text = LogCheckpoint().Serialize() + "extension\n";
  extended.signatures = {
      SignNote(extended.text, LogVerifier().name, KeyFromSeed(LogOwner()["log_seed"]))};
  EXPECT_EQ(OpenCheckpoint(extended, LogVerifier()).status().code(),
            StatusCode::kInvalidArgument);
}

TEST(Checkpoint, ParsesWhatItWrites) {
  const std::string largest = Text("log.example/whoelse", "9223372036854775807", kRoot);
  for (const std::string& text : {Text("log.example/whoelse", "6", kRoot),
                                  Text("log.example/whoelse", "0", kEmptyRoot), largest,
                                  Text("łog.example", "10", kRoot)}) {
    const auto checkpoint = Checkpoint::Parse(text);
    ASSERT_TRUE(checkpoint.ok()) << text << checkpoint.status();
    EXPECT_EQ(checkpoint->Serialize(), text);
  }
}

TEST(Checkpoint, SaysWhereItBroke) {
  const auto words = [](const std::string& text) {
    return std::string(Checkpoint::Parse(text).status().message());
  };
  EXPECT_EQ(words(Text("", "6", kRoot)),
            "checkpoint, line 1 (byte 0): the origin is empty or not plain text");
  EXPECT_EQ(words(Text("log.example", "06", kRoot)),
            "checkpoint, line 2 (byte 12): the size is not a plain decimal of at most " +
                std::to_string(kTreeSizeMax));
  EXPECT_EQ(words(Text("log.example", "6", "")),
            "checkpoint, line 3 (byte 14): the root is not 32 bytes in base64");
  EXPECT_EQ(words(Text("log.example", "0", kRoot)),
            "checkpoint, line 3 (byte 14): an empty tree has another root");
  EXPECT_EQ(words(Text("log.example", "6", kRoot) + "extension\n"),
            "checkpoint, line 4 (byte 59): more follows where the file should end");
}

TEST(Checkpoint, RefusesWhatItDoesNotWrite) {
  const std::string good = Text("log.example", "6", kRoot);
  const std::vector<std::pair<const char*, std::string>> cases = {
      {"empty", ""},
      {"no last LF", good.substr(0, good.size() - 1)},
      {"two lines", "log.example\n6\n"},
      {"an extension line", good + "extension\n"},
      {"a blank line", good + "\n"},
      {"a byte after the end", good + "x"},
      {"no origin", Text("", "6", kRoot)},
      {"a control character in the origin", Text("log\r", "6", kRoot)},
      {"an invisible character in the origin", Text("log\xE2\x80\xAE", "6", kRoot)},
      {"malformed UTF-8 in the origin", Text("log\xFF", "6", kRoot)},
      {"a leading zero", Text("log.example", "06", kRoot)},
      {"two zeros", Text("log.example", "00", kEmptyRoot)},
      {"a plus", Text("log.example", "+6", kRoot)},
      {"a minus", Text("log.example", "-6", kRoot)},
      {"a space before", Text("log.example", " 6", kRoot)},
      {"a space after", Text("log.example", "6 ", kRoot)},
      {"hexadecimal", Text("log.example", "0x6", kRoot)},
      {"no size", Text("log.example", "", kRoot)},
      {"2^63", Text("log.example", "9223372036854775808", kRoot)},
      {"2^64", Text("log.example", "18446744073709551616", kRoot)},
      {"CRLF", "log.example\n6\r\n" + std::string(kRoot) + "\n"},
      {"no root", Text("log.example", "6", "")},
      {"no padding", Text("log.example", "6", kRoot.substr(0, 43))},
      {"stray bits before the padding",
       Text("log.example", "6", std::string(kRoot.substr(0, 42)) + "1=")},
      {"the alphabet of URLs",
       Text("log.example", "0", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=")},
      {"31 bytes", Text("log.example", "6", "huSmGN9NpSqtTxaePMuIXs8uplkCoR0HYPvj7tE8VQ==")},
      {"33 bytes", Text("log.example", "6", "huSmGN9NpSqtTxaePMuIXs8uplkCoR0HYPvj7tE8Vb0A")},
      {"an empty tree with a root", Text("log.example", "0", kRoot)},
  };
  for (const auto& [why, text] : cases) {
    EXPECT_EQ(Checkpoint::Parse(text).status().code(), StatusCode::kInvalidArgument) << why;
  }
}

TEST(Checkpoint, WhatParsesSerialisesBack) {
  constexpr uint64_t kSeed = 20260401;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  const std::vector<std::string> seeds = {LogCheckpoint().Serialize(),
                                          Text("log.example", "0", kEmptyRoot)};
  size_t parsed = 0;
  for (int i = 0; i < 40'000; ++i) {
    const std::string& seed = seeds[random.Below(seeds.size())];
    const Bytes bytes = Mutate(ToBytes(AsBytes(seed)), "\n\r 0169+-=AQaxz.\xC3\xA9", random);
    const auto checkpoint = Checkpoint::Parse(AsText(bytes));
    if (!checkpoint.ok()) continue;
    ++parsed;
    ASSERT_EQ(checkpoint->Serialize(), AsText(bytes));
  }
  EXPECT_GT(parsed, 1000u);
}

TEST(Cosignature, Vectors) {
  const auto note = Note::Parse(HexText(LogVectors()["cosigned"]));
  ASSERT_TRUE(note.ok());
  const auto witnessed = VerifyCosignatures(*note, WitnessVerifiers());
  ASSERT_TRUE(witnessed.ok()) << witnessed.status();
  const TimeS at = LogVectors()["cosigned_at"];
  EXPECT_EQ(*witnessed, (std::vector<Witnessed>{{0, at}, {1, at}}));
  for (size_t i = 1; i < note->signatures.size(); ++i) {
    const Bytes& payload = note->signatures[i].signature;
    EXPECT_EQ(Cosignature::Parse(payload)->Serialize(), payload);
  }
}

TEST(Cosignature, NobodyKnownIsNoError) {
  const Note note = SignCheckpoint(LogCheckpoint(), KeyFromSeed(LogOwner()["log_seed"]));
  EXPECT_EQ(VerifyCosignatures(note, WitnessVerifiers())->size(), 0u);
  EXPECT_EQ(VerifyCosignatures(CosignedCheckpoint(), {})->size(), 0u);
  // A log's own signature is no cosignature.
  EXPECT_EQ(VerifyCosignatures(note, {LogVerifier()})->size(), 0u);
}

TEST(Cosignature, OfAnUnknownWitnessIsIgnored) {
  const auto known = WitnessVerifiers();
  Note note = CosignedCheckpoint();
  note.signatures[1].signature[20] ^= 1;   // witness 1's is bad now
  const auto witnessed = VerifyCosignatures(note, {known[1]});
  ASSERT_TRUE(witnessed.ok());
  EXPECT_EQ(witnessed->size(), 1u);
  EXPECT_EQ(witnessed->front().witness, 0u);

  // Neither a known key id under another name is that witness, nor a known name with another id.
  note.signatures[2].name = "elsewhere.example";
  EXPECT_EQ(VerifyCosignatures(note, {known[1]})->size(), 0u);
  note = CosignedCheckpoint();
  note.signatures[2].key_id ^= 1;
  EXPECT_EQ(VerifyCosignatures(note, {known[1]})->size(), 0u);
}

TEST(Cosignature, OfAKnownWitnessMustBeGood) {
  const auto known = WitnessVerifiers();
  for (size_t byte = 0; byte < 72; ++byte) {   // every byte of the time and of the signature
    Note note = CosignedCheckpoint();
    note.signatures[2].signature[byte] ^= 1;
    EXPECT_EQ(VerifyCosignatures(note, known).status().code(), StatusCode::kInvalidArgument);
  }
  Note shorter = CosignedCheckpoint();
  shorter.signatures[2].signature.pop_back();
  EXPECT_FALSE(VerifyCosignatures(shorter, known).ok());
  Note longer = CosignedCheckpoint();
  longer.signatures[2].signature.push_back(0);
  EXPECT_FALSE(VerifyCosignatures(longer, known).ok());

  Note other_size = CosignedCheckpoint();
  other_size.text = Text(LogCheckpoint().origin, "7", kRoot);
  EXPECT_FALSE(VerifyCosignatures(other_size, known).ok());
}

TEST(Cosignature, TimeIsBelowTwoToThe63) {
  const auto& witness = Protocol1()["keys"]["witnesses"][0];
  const auto sign = [&](TimeS time) {
    Note note = SignCheckpoint(LogCheckpoint(), KeyFromSeed(LogOwner()["log_seed"]));
    note.signatures.push_back(Cosign(LogCheckpoint(), time, witness["name"].get<std::string>(),
                                     KeyFromSeed(witness["seed"])));
    return VerifyCosignatures(note, WitnessVerifiers());
  };
  EXPECT_TRUE(sign((uint64_t{1} << 63) - 1).ok());
  EXPECT_FALSE(sign(uint64_t{1} << 63).ok());
}

// The signature does not cover the name, so one signature can be shown under two.
TEST(Cosignature, CountsAKeyOnce) {
  const auto& witness = Protocol1()["keys"]["witnesses"][0];
  const SigningKey key = KeyFromSeed(witness["seed"]);
  auto known = WitnessVerifiers();
  known.push_back(*NoteVerifier::Create("second.example", NoteKeyType::kCosignatureV1,
                                        key.verify_key()));
  Note note = CosignedCheckpoint();
  note.signatures.push_back(note.signatures[1]);   // the same line twice
  note.signatures.push_back({known[2].name, known[2].key_id, note.signatures[1].signature});
  const auto witnessed = VerifyCosignatures(note, known);
  ASSERT_TRUE(witnessed.ok()) << witnessed.status();
  EXPECT_EQ(witnessed->size(), 2u);
}

}  // namespace
}  // namespace whoelse
