#include "audit/ledger_file.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/audit/support.h"
#include "tests/support/doc.h"
#include "tests/support/mutate.h"
#include "tests/support/random.h"

namespace whoelse {
namespace {

template <typename F>
F Filled(uint8_t byte) {
  F value;
  std::fill_n(value.data(), F::kSize, byte);
  return value;
}

// What a node answered in two logs, with the first log's digests logged at the second's
// coordinator, and the rows of the first of them gone.
LedgerFile Example() {
  LedgerFile file;
  file.federation = Filled<FederationId>(0xfe);
  file.agency = 1001;
  const uint32_t key = 0xdb9e50f3, other = 0x5c04a1b2;
  const auto row = [](uint64_t index, uint8_t byte) {
    return LedgerRow{index, Filled<FrameHash>(byte), Filled<Digest>(byte)};
  };
  file.rows = {{101, key, row(2, 0x11), false},
               {101, key, row(2, 0x14), true},
               {101, key, row(9, 0x12), false},
               {102, other, row(4, 0x13), false}};
  const auto root = LedgerRoot(2, 5, {file.rows[0].row});
  file.whole = {{101, key, 2}};
  file.digests = {{101, key, 0, 1, Filled<TreeHash>(0x15), 102, 70},
                  {101, key, 2, 5, *root, 102, 77}};
  return file;
}

TEST(LedgerFile, RoundTripsAndThePagesExampleIsReal) {
  const std::string text = Example().Serialize();
  EXPECT_EQ(text, DocExample("docs/formats/ledger.md", "ledger"));
  const auto parsed = LedgerFile::Parse(text);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->Serialize(), text);
  EXPECT_EQ(parsed->whole, Example().whole);
  EXPECT_EQ(parsed->rows, Example().rows);
  EXPECT_EQ(parsed->digests, Example().digests);
}

TEST(LedgerFile, ADigestHoldsOverItsRowsAndNoOthers) {
  LedgerFile file = Example();
  EXPECT_TRUE(*DigestHolds(file, file.digests[1]));
  LedgerFile hidden = file;
  hidden.rows.erase(hidden.rows.begin());
  EXPECT_FALSE(*DigestHolds(hidden, file.digests[1]));
  file.rows[1].late = false;
  EXPECT_FALSE(*DigestHolds(file, file.digests[1]));
  LedgerFile::Digest other_log = file.digests[1];
  other_log.log_key_id ^= 1;
  EXPECT_FALSE(*DigestHolds(Example(), other_log));
}

TEST(LedgerFile, RefusesWhatItDoesNotWriteAndSaysWhere) {
  const std::string good = Example().Serialize();
  const auto replaced = [&](std::string_view what, std::string_view with) {
    const size_t at = good.find(what);
    if (at == std::string::npos) throw std::runtime_error("nothing to replace");
    return std::string(good).replace(at, what.size(), with);
  };
  const std::string first_row = good.substr(good.find("row"), good.find("late") - good.find("row"));
  for (const auto& [why, text, where] : std::vector<std::tuple<const char*, std::string, const char*>>{
           {"empty", "", "line 1 (byte 0)"},
           {"another version", replaced("v1", "v2"), "line 1"},
           {"a short federation", replaced("federation fe", "federation "), "line 2"},
           {"an agency of 33 bits", replaced("agency 1001", "agency 4294967296"), "line 3"},
           {"an upper-case key", replaced("db9e50f3", "DB9E50F3"), "line 4"},
           {"a line that no digest fixes", replaced("f3 2\n", "f3 3\n"), "no digest ends below"},
           {"a line from nothing", replaced("f3 2\n", "f3 0\n"), "no digest ends below"},
           {"two lines of a log", replaced("digest", "whole 101 db9e50f3 6\ndigest"), "line 5"},
           {"a row below the line", replaced("row 101 db9e50f3 2", "row 101 db9e50f3 1"), "line 7"},
           {"a range of nothing", replaced("2 5 ", "6 5 "), "line 6"},
           {"a field too many", replaced("102 77", "102 77 1"), "line 6"},
           {"a row twice", replaced(first_row, first_row + first_row), "line 8"},
           {"rows out of order", replaced(first_row, "") + first_row, "not above"},
           {"another word", replaced("late 101", "early 101"), "line 8"},
           {"a digest after the rows", good + good.substr(good.find("digest"), 30) + "\n",
            "line 11"},
           {"no last LF", good.substr(0, good.size() - 1), "line 10"}}) {
    const absl::Status status = LedgerFile::Parse(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << why;
    EXPECT_NE(status.message().find(where), absl::string_view::npos) << why << ": " << status;
  }
}

// A relay may give an index of long ago to a frame of now: that row is there, and marked.
TEST(LedgerFile, ALateRowMayStandBelowTheLine) {
  LedgerFile file = Example();
  file.rows.insert(file.rows.begin(),
                   {101, 0xdb9e50f3, {1, Filled<FrameHash>(0x16), Filled<Digest>(0x16)}, true});
  const auto parsed = LedgerFile::Parse(file.Serialize());
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->rows, file.rows);
}

TEST(LedgerFile, WhatParsesSerialisesBack) {
  constexpr uint64_t kSeed = 20260504;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  const std::string good = Example().Serialize();
  size_t parsed_back = 0;
  for (int i = 0; i < 40'000; ++i) {
    const Bytes bytes = Mutate(ToBytes(AsBytes(good)), "\n 0123456789abfrowlate", random);
    const auto parsed = LedgerFile::Parse(AsText(bytes));
    if (!parsed.ok()) continue;
    ++parsed_back;
    ASSERT_EQ(parsed->Serialize(), AsText(bytes));
  }
  EXPECT_GT(parsed_back, 100u);
}

}  // namespace
}  // namespace whoelse
