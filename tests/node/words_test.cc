// The words that people read: those of the page, letter by letter, and none of those it forbids.
#include "node/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/source_path.h"

namespace whoelse {
namespace {

namespace fs = std::filesystem;

TEST(Words, AreThePages) {
  EXPECT_EQ(words::kUnderNothingDisclosed,
            "This agency answered and gave no contact. It may or may not know this child. This is "
            "not evidence that it has no involvement.");
  EXPECT_EQ(std::string(words::kUnderNoAnswerBefore) + "busy" +
                std::string(words::kUnderNoAnswerAfter),
            "We could not reach this agency (busy). Ring it.");
  EXPECT_EQ(words::kNotEveryone, "Do not treat this as everyone who is involved.");
  EXPECT_EQ(words::kDanger,
            "Do not tell a parent, carer or caller which services or places appear here until you "
            "know who they must be kept from. The person who reports a child missing may be the "
            "person the child fled. Agencies that disclosed nothing may still know this child; if "
            "a child may be in danger, ring them.");
  EXPECT_EQ(words::kLogged,
            "Your question is logged for good, and the child's services can see that your agency "
            "asked.");
  EXPECT_EQ(words::kBirthDateDiffers, "date of birth differs: check that this is the right child");
  EXPECT_EQ(words::kUnconfirmed, "federation state unconfirmed");
  EXPECT_EQ(words::kStale, "may be out of date");
  EXPECT_EQ(words::kContactGiven, "contact given");
  EXPECT_EQ(words::kNothingDisclosed, "nothing disclosed");
  EXPECT_EQ(words::kNoAnswer, "no answer");
  EXPECT_EQ(words::kClosedNow, "closed at this hour");
  EXPECT_EQ(words::kNotConnected, "not connected");
  EXPECT_EQ(words::kBusy, "busy");
  EXPECT_EQ(words::kOutOfDate, "out of date");
}

// The text of all string literals of a source file, each piece on a line; adjacent literals are one
// text. Comments and character literals are skipped.
std::string LiteralsOf(const std::string& source) {
  std::string out;
  bool joined = false;   // nothing but space since the last literal
  for (size_t i = 0; i < source.size(); ++i) {
    if (source.compare(i, 2, "//") == 0) {
      i = std::min(source.find('\n', i), source.size());
    } else if (source[i] == '\'' && i + 2 < source.size() &&
               (source[i + 2] == '\'' || source[i + 1] == '\\')) {
      i = source.find('\'', i + 2);
      joined = false;
    } else if (source[i] == '"') {
      if (!joined) out += '\n';
      for (++i; i < source.size() && source[i] != '"'; ++i) {
        if (source[i] == '\\') ++i;
        out += source[i];
      }
      joined = true;
    } else if (std::isspace(static_cast<unsigned char>(source[i])) == 0) {
      joined = false;
    }
  }
  return out;
}

std::string ReadSource(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// Everything that a practitioner may read on a terminal or in a page.
std::vector<fs::path> FilesOfWords() {
  const fs::path root = SourcePath("");
  std::vector<fs::path> files = {root / "node/words.h"};
  for (const char* room : {"node", "cli"}) {
    for (const fs::directory_entry& entry : fs::directory_iterator(root / room)) {
      const std::string name = entry.path().filename();
      if (entry.path().extension() != ".cc") continue;
      if (std::string(room) == "cli" || name.starts_with("report")) files.push_back(entry.path());
    }
  }
  return files;
}

// Where this word stands for itself: "no records to list" is about a list, not about a child.
size_t FindWord(const std::string& text, const std::string& word) {
  const auto is_letter = [&](size_t i) {
    return i < text.size() && std::isalpha(static_cast<unsigned char>(text[i])) != 0;
  };
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    if (!is_letter(at + word.size()) && (at == 0 || !is_letter(at - 1))) return at;
  }
  return std::string::npos;
}

TEST(Words, NoneOfTheForbiddenOnes) {
  // Each tells, or seems to tell, whether the child is known: that is what must never be said.
  const std::vector<std::string> forbidden = {"refused",    "denied",    "blocked",
                                              "restricted", "no record", "not known"};
  const std::vector<fs::path> files = FilesOfWords();
  ASSERT_GT(files.size(), 4u);
  for (const fs::path& file : files) {
    std::string text = LiteralsOf(ReadSource(file));
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    for (const std::string& word : forbidden) {
      EXPECT_EQ(FindWord(text, word), std::string::npos)
          << file << " says \"" << word << "\": ..."
          << text.substr(text.rfind('\n', FindWord(text, word)) + 1, 80);
    }
  }
}

// The finder itself finds.
TEST(Words, LiteralsAreFoundWhereverTheyStand) {
  EXPECT_EQ(FindWord("no records, no record.", "no record"), 12u);
  EXPECT_EQ(FindWord("unrestricted", "restricted"), std::string::npos);
  const std::string found =
      LiteralsOf("f(\"no \"\n  \"record\", '\"', \"a\\\"b\"); // \"denied\"\n");
  EXPECT_THAT(found, ::testing::HasSubstr("no record\n"));
  EXPECT_THAT(found, ::testing::HasSubstr("a\"b"));
  EXPECT_THAT(found, ::testing::Not(::testing::HasSubstr("denied")));
}

// The sentences of words.h are written there and nowhere else.
TEST(Words, AreWrittenOnce) {
  const std::vector<std::string_view> sentences = {
      words::kUnderNothingDisclosed, words::kUnderNoAnswerBefore, words::kNotEveryone,
      words::kDanger, words::kLogged, words::kBirthDateDiffers, words::kUnconfirmed,
      words::kLeadNone, words::kLeadConflict, words::kNothingDisclosed, words::kNoAnswer};
  for (const fs::path& file : FilesOfWords()) {
    if (file.filename() == "words.h") continue;
    const std::string text = LiteralsOf(ReadSource(file));
    for (const std::string_view sentence : sentences) {
      EXPECT_EQ(text.find(sentence), std::string::npos) << file << ": " << sentence;
    }
  }
}

}  // namespace
}  // namespace whoelse
