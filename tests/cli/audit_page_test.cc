// docs/operating/audit.md: every command that stands there does what the page says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <map>
#include <sstream>

#include "tests/cli/audit_folder.h"
#include "tests/cli/captured.h"
#include "tests/support/source_path.h"

namespace whoelse {
namespace {

using testing::HasSubstr;

// The lines of the page's ```sh blocks, those that end in a backslash joined with the next.
std::vector<std::string> CommandsOfThePage() {
  std::istringstream page(ContentOf(SourcePath("docs/operating/audit.md")));
  std::vector<std::string> commands;
  bool inside = false, goes_on = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```")) {
      inside = line == "```sh";
      continue;
    }
    if (!inside) continue;
    const bool more = line.ends_with('\\');
    if (more) line.pop_back();
    if (goes_on) {
      commands.back() += line;
    } else {
      commands.push_back(line);
    }
    goes_on = more;
  }
  return commands;
}

std::vector<std::string> WordsIn(const std::string& command) {
  std::istringstream in(command);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

class AuditPageTest : public testing::Test {
 protected:
  void SetUp() override {
    before_ = std::filesystem::current_path();
    std::filesystem::current_path(folder_.path());
  }
  void TearDown() override { std::filesystem::current_path(before_); }
  AuditFolder folder_;
  std::filesystem::path before_;
};

TEST_F(AuditPageTest, EveryCommandDoesWhatItSays) {
  // Those that call coordinators come as far as the first one, which is not there.
  const std::map<std::string, ExitCode> expected = {
      {"mirror", kExitOk},       {"check", kExitOk},       {"prove", kExitOk},
      {"verify", kExitOk},       {"reconcile", kExitOk},   {"open", kExitFailed},
      {"volumes", kExitFailed},  {"draw", kExitFailed},    {"census", kExitFailed}};
  std::map<std::string, int> seen;
  for (const std::string& command : CommandsOfThePage()) {
    std::vector<std::string> words = WordsIn(command);
    ASSERT_FALSE(words.empty());
    if (words[0] != "whoelse") continue;   // Go's are run by audit_go_test.cc
    words.erase(words.begin());
    std::ranges::replace(words, std::string("receipts/6STF-5YE9-R7M2-Y7WH.receipt"),
                         std::string(kReceiptFile));
    std::ranges::replace(words, std::string("youth-offending.ledger"),
                         std::string("surgery.ledger"));
    std::ranges::replace(words, std::string("SECOND_PERSONS_KEY"),
                         ToHex(NewKey(9).verify_key().bytes()));
    // The agency's own commands, which say what an auditor may ask it for.
    if (words[0] == "receipt" || words[0] == "ledger") continue;
    ASSERT_EQ(words[0], "audit") << command;
    const Captured done = Whoelse(words);
    ASSERT_TRUE(expected.contains(words[1])) << command;
    EXPECT_EQ(done.exit, expected.at(words[1])) << command << "\n" << done.out << done.err;
    if (done.exit == kExitFailed) EXPECT_THAT(done.err, HasSubstr("does not answer"));
    ++seen[words[1]];
  }
  for (const auto& [command, exit] : expected) EXPECT_GE(seen[command], 1) << command;
}

TEST_F(AuditPageTest, TheGoLinesAreThoseOfTheGoTest) {
  const std::vector<std::string> commands = CommandsOfThePage();
  const auto has = [&](const std::string& line) {
    return std::ranges::find(commands, line) != commands.end();
  };
  EXPECT_TRUE(has("GO111MODULE=off GOPATH=/usr/share/gocode go build -o verify "
                  "../../tests/audit/go/verify.go"));
  EXPECT_TRUE(has("./verify mirror/coordinator-101"));
  EXPECT_TRUE(has("./verify mirror/coordinator-101 2.tlog-proof"));
}

}  // namespace
}  // namespace whoelse
