// The lead officers' key as files: made, shared, replaced.
#include "cli/lead_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/key_file.h"
#include "nlohmann/json.hpp"
#include "tests/cli/captured.h"
#include "tests/cli/folder.h"

namespace whoelse {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::ordered_json;

class LeadKeyCommandTest : public testing::Test {
 protected:
  std::string File(const std::string& name) const { return folder_ / (name + ".key"); }
  // "alice=<public half>", their own key in a file.
  std::string Person(const std::string& name) {
    return name + "=" + Did({"make-own", File(name)})["key"].get<std::string>();
  }
  Json Did(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "lead-key");
    arguments.push_back("--json");
    const Captured done = Whoelse(arguments);
    EXPECT_EQ(done.exit, kExitOk) << done.err;
    return Json::parse(done.out, nullptr, false);
  }
  void Refused(std::vector<std::string> arguments, ExitCode exit, const char* why) {
    arguments.insert(arguments.begin(), "lead-key");
    const Captured refused = Whoelse(arguments);
    EXPECT_EQ(refused.exit, exit);
    EXPECT_THAT(refused.out, IsEmpty());
    EXPECT_THAT(refused.err, HasSubstr(why));
  }
  bool Opens(const std::string& file, const std::string& own) {
    const auto read = ReadLeadKeyFile(File(file));
    return read.ok() && read->Open(*ReadKeyFile(File(own))).ok();
  }

  TestFolder folder_;
};

TEST_F(LeadKeyCommandTest, SeveralHoldIt) {
  const Json made = Did({"new", File("first"), "--holder", Person("alice"), "--holder", Person("bob")});
  EXPECT_EQ(made["holders"], Json({"alice", "bob"}));
  EXPECT_EQ(made["lead_officer"], ToHex(ReadLeadKeyFile(File("first"))->key()));
  EXPECT_EQ(Did({"show", File("first")}), made);
  const std::string carol = Person("carol");
  Refused({"add", File("first"), "--holder", carol, "--own", File("carol")}, kExitFailed,
          "is not held by this key");
  EXPECT_FALSE(Opens("first", "carol"));
  const Json added = Did({"add", File("first"), "--holder", carol, "--own", File("bob")});
  EXPECT_EQ(added["lead_officer"], made["lead_officer"]);
  for (const char* holder : {"alice", "bob", "carol"}) EXPECT_TRUE(Opens("first", holder)) << holder;
}

TEST_F(LeadKeyCommandTest, AnotherTakesItsPlaceWhenSomebodyLeaves) {
  const Json first =
      Did({"new", File("first"), "--holder", Person("alice"), "--holder", Person("bob")});
  Refused({"new", File("second"), "--from", File("first"), "--without", "bop"}, kExitBadInput,
          "without: bop holds no share");
  Refused({"new", File("first"), "--from", File("first")}, kExitFailed, "is there already");
  const Json second = Did({"new", File("second"), "--from", File("first"), "--without", "bob",
                           "--holder", Person("dan")});
  EXPECT_EQ(second["holders"], Json({"alice", "dan"}));
  EXPECT_NE(second["lead_officer"], first["lead_officer"]);
  EXPECT_TRUE(Opens("second", "alice"));
  EXPECT_FALSE(Opens("second", "bob"));
  EXPECT_TRUE(Opens("first", "bob"));   // what was sealed before
}

TEST_F(LeadKeyCommandTest, SaysWhatIsWrong) {
  const std::string alice = Person("alice");
  Refused({"make-own", File("alice")}, kExitFailed, "is there already");
  Refused({"new", File("first")}, kExitBadInput, "holder: is missing");
  for (const std::string& bad : {std::string("alice"), std::string("alice=12"), alice + "0"}) {
    Refused({"new", File("first"), "--holder", bad}, kExitBadInput, "holder: should be NAME=KEY");
  }
  Refused({"new", File("first"), "--holder", "two words" + alice.substr(5)}, kExitBadInput,
          "a name is one word");
  Refused({"show", File("alice")}, kExitBadInput, "lead key: line 1");
  Refused({"show", File("first")}, kExitFailed, "first.key");
  EXPECT_FALSE(std::filesystem::exists(File("first")));
}

}  // namespace
}  // namespace whoelse
