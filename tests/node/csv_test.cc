#include "node/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/random.h"

namespace whoelse {
namespace {

using Table = std::vector<std::vector<std::string>>;

Table Read(std::string_view file) {
  CsvReader reader(file);
  Table table;
  for (CsvRow row; reader.Next(row);) table.push_back(row.cells);
  return table;
}

TEST(Csv, ReadsCellsAndLines) {
  EXPECT_EQ(Read(""), Table{});
  EXPECT_EQ(Read("a,b\n1,2\n"), (Table{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(Read("a,b\r\n1,2"), (Table{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(Read(",\n"), (Table{{"", ""}}));
  EXPECT_EQ(Read("a,"), (Table{{"a", ""}}));
  EXPECT_EQ(Read("\n\na"), (Table{{""}, {""}, {"a"}}));
  EXPECT_EQ(Read("\xEF\xBB\xBF""a"), (Table{{"a"}}));
}

TEST(Csv, ReadsQuotedCells) {
  EXPECT_EQ(Read("\"a,b\",\"c\"\"d\"\n"), (Table{{"a,b", "c\"d"}}));
  EXPECT_EQ(Read("\"1 Road\r\nTown\",x\r\n"), (Table{{"1 Road\r\nTown", "x"}}));
  EXPECT_EQ(Read("\"\",\"\""), (Table{{"", ""}}));
  EXPECT_EQ(Read("\"\"\"\""), (Table{{"\""}}));
}

TEST(Csv, CountsLinesInsideQuotes) {
  CsvReader reader("a\n\"b\n\nc\"\nd\n");
  std::vector<size_t> lines;
  for (CsvRow row; reader.Next(row);) lines.push_back(row.line);
  EXPECT_EQ(lines, (std::vector<size_t>{1, 2, 5}));
}

TEST(Csv, NamesTheCellWithAQuoteInTheWrongPlace) {
  for (const auto& [line, cell] : std::vector<std::pair<const char*, size_t>>{
           {"a,b\"c,d", 1}, {"\"a\"b,c", 0}, {"a,b,\"c\" ", 2}, {"\"a\"\r,b", 0}}) {
    CsvReader reader(line);
    CsvRow row;
    ASSERT_TRUE(reader.Next(row)) << line;
    EXPECT_EQ(row.misquoted_cell, cell) << line;
  }
}

TEST(Csv, NamesTheLineOfAQuoteThatIsNeverClosed) {
  CsvReader reader("a\nb,\"c\nd\n");
  CsvRow row;
  EXPECT_TRUE(reader.Next(row));
  EXPECT_FALSE(reader.Next(row));
  EXPECT_EQ(reader.unclosed_quote_line(), 2u);
}

TEST(Csv, BlankRows) {
  for (const char* line : {"\n", ",,\n", " ,\t\n"}) {
    EXPECT_TRUE((CsvRow{1, Read(line)[0], {}}).Blank()) << line;
  }
  EXPECT_FALSE((CsvRow{1, {"", "a"}, {}}).Blank());
}

TEST(Csv, ReadsBackWhatWasQuoted) {
  const uint64_t seed = 41;
  RecordProperty("seed", std::to_string(seed));
  SeededRandom random(seed);
  for (int round = 0; round < 500; ++round) {
    Table table;
    std::string file;
    for (uint64_t rows = 1 + random.Below(4); rows > 0; --rows) {
      auto& row = table.emplace_back();
      for (uint64_t cells = 1 + random.Below(4); cells > 0; --cells) {
        std::string& cell = row.emplace_back();
        for (uint64_t n = random.Below(6); n > 0; --n) cell += "a\",\r\n "[random.Below(6)];
        file += row.size() > 1 ? ",\"" : "\"";
        for (const char c : cell) file += c == '"' ? std::string("\"\"") : std::string(1, c);
        file += '"';
      }
      file += random.Below(2) ? "\n" : "\r\n";
    }
    ASSERT_EQ(Read(file), table) << "seed " << seed << " round " << round;
  }
}

TEST(Csv, NeverReadsPastTheEnd) {
  const uint64_t seed = 42;
  RecordProperty("seed", std::to_string(seed));
  SeededRandom random(seed);
  for (int round = 0; round < 5000; ++round) {
    std::string file;
    for (uint64_t n = random.Below(30); n > 0; --n) file += "a\",\r\n"[random.Below(5)];
    size_t bytes = 0;
    for (const auto& row : Read(file)) {
      for (const auto& cell : row) bytes += cell.size();
    }
    ASSERT_LE(bytes, file.size());
  }
}

TEST(Csv, SaysWhichRowIsNotUtf8) {
  const auto is_utf8 = [](std::string_view file) {
    CsvReader reader(file);
    CsvRow row;
    return reader.Next(row) && row.IsUtf8();
  };
  EXPECT_TRUE(is_utf8("Zo\xC3\xAB,a\n"));
  EXPECT_FALSE(is_utf8("a,Zo\xEB,c\n"));       // Windows-1252
  EXPECT_FALSE(is_utf8("a\xC3"));              // cut off
  EXPECT_FALSE(is_utf8("\xC0\xAF"));           // overlong
  EXPECT_FALSE(is_utf8("\xED\xA0\x80"));       // a surrogate
}

TEST(Csv, InPiecesOfAnySizeTheRowsAreTheSame) {
  const uint64_t seed = 43;
  RecordProperty("seed", std::to_string(seed));
  SeededRandom random(seed);
  for (int round = 0; round < 5000; ++round) {
    std::string file = random.Below(2) == 0 ? "" : "\xEF\xBB\xBF";
    for (uint64_t n = random.Below(40); n > 0; --n) file += "ab\",\r\n"[random.Below(6)];
    CsvReader whole(file), pieces;
    CsvRow row;
    std::vector<CsvRow> expected, read;
    while (whole.Next(row)) expected.push_back(row);
    for (size_t at = 0; at < file.size();) {
      const size_t piece = 1 + random.Below(5);
      pieces.Feed(std::string_view(file).substr(at, piece));
      at += piece;
      while (pieces.Next(row)) read.push_back(row);
    }
    pieces.End();
    while (pieces.Next(row)) read.push_back(row);
    ASSERT_EQ(read.size(), expected.size()) << "seed " << seed << " round " << round;
    for (size_t i = 0; i < read.size(); ++i) {
      ASSERT_EQ(read[i].cells, expected[i].cells) << "seed " << seed << " round " << round;
      ASSERT_EQ(read[i].line, expected[i].line) << "seed " << seed << " round " << round;
      ASSERT_EQ(read[i].misquoted_cell, expected[i].misquoted_cell);
    }
    ASSERT_EQ(pieces.unclosed_quote_line(), whole.unclosed_quote_line());
  }
}

TEST(Csv, WhatNeedsQuotesGetsThem) {
  for (const std::string cell : {"", "a", "a,b", "a\"b", "\"", "a\nb", "\r", " a "}) {
    EXPECT_EQ(Read(CsvCell(cell) + ",x\n"), (Table{{cell, "x"}})) << cell;
  }
}

}  // namespace
}  // namespace whoelse
