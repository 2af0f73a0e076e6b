#include "audit/proof_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/audit/support.h"
#include "tests/support/doc.h"
#include "tests/support/mutate.h"
#include "tests/support/random.h"

namespace whoelse {
namespace {

using absl::StatusCode;

ProofFile Make(uint64_t index) {
  return {std::nullopt, index, *InclusionProof(index, LogLeaves()), CosignedCheckpoint()};
}

std::string Replaced(std::string text, std::string_view what, std::string_view with) {
  const size_t at = text.find(what);
  if (at == std::string::npos) throw std::runtime_error("nothing to replace");
  return text.replace(at, what.size(), with);
}

TEST(ProofFile, Vectors) {
  const auto& files = LogVectors()["proof_files"];
  ASSERT_EQ(files.size(), 6u);
  for (const auto& file : files) {
    const std::string bytes = HexText(file["bytes"]);
    const uint64_t index = file["index"];
    EXPECT_EQ(Make(index).Serialize(), bytes);

    const auto parsed = ProofFile::Parse(bytes);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->Serialize(), bytes);
    const auto proven = parsed->Verify(LogLeaves()[index], LogVerifier(), WitnessVerifiers());
    ASSERT_TRUE(proven.ok()) << proven.status();
    EXPECT_EQ(proven->index, index);
    EXPECT_EQ(proven->checkpoint, LogCheckpoint());
    EXPECT_EQ(proven->witnessed.size(), 2u);
  }
}

TEST(ProofFile, ThePagesExampleIsReal) {
  const std::string page = "docs/formats/checkpoint.md";
  EXPECT_EQ(Make(3).Serialize(), DocExample(page, "proof") + "\n" + DocExample(page, "cosigned"));
}

TEST(ProofFile, ProvesOnlyItsLeaf) {
  const ProofFile file = Make(3);
  const auto leaves = LogLeaves();
  for (size_t i = 0; i < leaves.size(); ++i) {
    EXPECT_EQ(file.Verify(leaves[i], LogVerifier(), {}).ok(), i == 3) << i;
  }
  ProofFile moved = file;
  moved.index = 2;
  EXPECT_EQ(moved.Verify(leaves[3], LogVerifier(), {}).status().code(),
            StatusCode::kUnauthenticated);
  ProofFile beyond = file;
  beyond.index = 6;
  EXPECT_EQ(beyond.Verify(leaves[3], LogVerifier(), {}).status().code(),
            StatusCode::kInvalidArgument);
}

TEST(ProofFile, EveryAlteredHashIsRefused) {
  const auto leaves = LogLeaves();
  for (uint64_t index = 0; index < leaves.size(); ++index) {
    const ProofFile good = Make(index);
    for (size_t i = 0; i < good.proof.size(); ++i) {
      for (size_t byte = 0; byte < TreeHash::kSize; ++byte) {
        ProofFile bad = good;
        bad.proof[i].data()[byte] ^= 0x40;
        EXPECT_EQ(bad.Verify(leaves[index], LogVerifier(), {}).status().code(),
                  StatusCode::kUnauthenticated);
      }
    }
    ProofFile longer = good;
    longer.proof.push_back(TreeHash());
    EXPECT_FALSE(longer.Verify(leaves[index], LogVerifier(), {}).ok());
    ProofFile shorter = good;
    shorter.proof.pop_back();
    EXPECT_FALSE(shorter.Verify(leaves[index], LogVerifier(), {}).ok());
  }
}

TEST(ProofFile, NeedsTheLogsSignatureAndGoodCosignatures) {
  const TreeHash leaf = LogLeaves()[3];
  ProofFile file = Make(3);
  file.checkpoint.signatures[2].signature[30] ^= 1;
  EXPECT_FALSE(file.Verify(leaf, LogVerifier(), WitnessVerifiers()).ok());
  EXPECT_TRUE(file.Verify(leaf, LogVerifier(), {}).ok());   // nobody known has failed
  file.checkpoint.signatures.erase(file.checkpoint.signatures.begin());
  EXPECT_EQ(file.Verify(leaf, LogVerifier(), {}).status().code(), StatusCode::kNotFound);
}

TEST(ProofFile, ReadsExtraAndLetsNothingRestOnIt) {
  const std::string bytes = Replaced(Make(3).Serialize(), "index", "extra AAEC\nindex");
  const auto file = ProofFile::Parse(bytes);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->extra, (Bytes{0, 1, 2}));
  EXPECT_EQ(file->Serialize(), bytes);
  EXPECT_TRUE(file->Verify(LogLeaves()[3], LogVerifier(), WitnessVerifiers()).ok());
}

TEST(ProofFile, RefusesWhatItDoesNotWrite) {
  const std::string good = Make(3).Serialize();
  const std::string first_hash = Base64Encode(Make(3).proof[0]) + "\n";
  std::string sixty_one;   // in place of one of three: the largest tree's 63
  for (int i = 0; i < 61; ++i) sixty_one += first_hash;
  const std::vector<std::pair<const char*, std::string>> cases = {
      {"empty", ""},
      {"another version", Replaced(good, "proof@v1", "proof@v2")},
      {"no first line", good.substr(good.find('\n') + 1)},
      {"a space after the first line", Replaced(good, "@v1\n", "@v1 \n")},
      {"CRLF", Replaced(good, "@v1\n", "@v1\r\n")},
      {"no index", Replaced(good, "index 3\n", "")},
      {"an empty index", Replaced(good, "index 3", "index ")},
      {"two spaces", Replaced(good, "index 3", "index  3")},
      {"a leading zero", Replaced(good, "index 3", "index 03")},
      {"a sign", Replaced(good, "index 3", "index +3")},
      {"a huge index", Replaced(good, "index 3", "index 9223372036854775808")},
      {"two index lines", Replaced(good, "index 3\n", "index 3\nindex 3\n")},
      {"extra after the index", Replaced(good, "index 3\n", "index 3\nextra AAEC\n")},
      {"two extra lines", Replaced(good, "index", "extra AAEC\nextra AAEC\nindex")},
      {"extra that is no base64", Replaced(good, "index", "extra ???\nindex")},
      {"extra without padding", Replaced(good, "index", "extra AA\nindex")},
      {"another line", Replaced(good, "index 3\n", "index 3\nnote\n")},
      {"a hash without padding", Replaced(good, "=\n", "\n")},
      {"a hash of 31 bytes",
       Replaced(good, first_hash, "huSmGN9NpSqtTxaePMuIXs8uplkCoR0HYPvj7tE8VQ==\n")},
      {"64 hashes", Replaced(good, first_hash, sixty_one + first_hash)},
      {"no empty line", Replaced(good, "\n\nlog1", "\nlog1")},
      {"two empty lines", Replaced(good, "\n\nlog1", "\n\n\nlog1")},
      {"no note", good.substr(0, good.find("\n\n") + 2)},
      {"an unsigned checkpoint", good.substr(0, good.rfind("\n\n") + 1)},
      {"no last LF", good.substr(0, good.size() - 1)},
      {"a note that is no checkpoint", Replaced(good, "\n6\n", "\n06\n")},
      {"more after the note", good + "\n"},
  };
  ASSERT_TRUE(ProofFile::Parse(good).ok());
  for (const auto& [why, bytes] : cases) {
    EXPECT_EQ(ProofFile::Parse(bytes).status().code(), StatusCode::kInvalidArgument) << why;
  }
  EXPECT_TRUE(ProofFile::Parse(Replaced(good, first_hash, sixty_one)).ok());
}

TEST(ProofFile, SaysWhereItBroke) {
  const std::string good = Make(3).Serialize();
  const std::vector<std::pair<std::string, const char*>> cases = {
      {"", "proof file, line 1 (byte 0)"},
      {Replaced(good, "index 3", "index 03"), "proof file, line 2 (byte 29)"},
      {Replaced(good, "index", "extra ?\nindex"), "proof file, line 2 (byte 29)"},
      {Replaced(good, "=\n", "\n"), "proof file, line 3 (byte 31)"},
      {Replaced(good, "\n6\n", "\n06\n"), "checkpoint, line 2 (byte "},
      {Replaced(good, "\xE2\x80\x94 log1", "\xE2\x80\x94  log1"), "note, byte "},
      {good + "\n", "more follows"}};
  for (const auto& [bytes, where] : cases) {
    const absl::Status status = ProofFile::Parse(bytes).status();
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr(where));
  }
}

TEST(ProofFile, WhatParsesSerialisesBack) {
  constexpr uint64_t kSeed = 20260406;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  const std::string plain = Make(3).Serialize();
  const std::string extended = Replaced(plain, "index", "extra AAEC\nindex");
  size_t parsed = 0;
  for (int i = 0; i < 40'000; ++i) {
    const Bytes bytes = Mutate(ToBytes(AsBytes(i % 2 ? plain : extended)),
                               "\n\r 0123+/=AQgwxtr@\xE2\x80\x94", random);
    const auto file = ProofFile::Parse(AsText(bytes));
    if (!file.ok()) continue;
    ++parsed;
    ASSERT_EQ(file->Serialize(), AsText(bytes));
  }
  EXPECT_GT(parsed, 1000u);
}

}  // namespace
}  // namespace whoelse
