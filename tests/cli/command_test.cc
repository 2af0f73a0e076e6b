// What was typed: bad input, help, and what the federation's commands print.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/federation_draft.h"
#include "cli/key_file.h"
#include "nlohmann/json.hpp"
#include "tests/cli/captured.h"
#include "tests/cli/folder.h"
#include "tests/support/random.h"

namespace whoelse {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::vector<std::vector<std::string>> kCommands = {
    {"ask"}, {"shield"}, {"status"}, {"inbox", "list"}, {"inbox", "show"}, {"inbox", "done"},
    {"inbox", "approve"}, {"inbox", "refuse"}, {"inbox", "counts"}, {"lead-key", "make-own"},
    {"lead-key", "new"}, {"lead-key", "add"}, {"lead-key", "show"}, {"ledger", "open"},
    {"ledger", "export"}, {"records", "import"}, {"records", "list"}, {"records", "end"},
    {"records", "supersede"}, {"records", "close"}, {"records", "merge"}, {"records", "unmerge"},
    {"records", "erase"}, {"records", "lead"}, {"records", "export"},
    {"policy", "show"}, {"policy", "let-through"}, {"policy", "check"}, {"policy", "explain"},
    {"audit", "mirror"}, {"audit", "check"}, {"audit", "prove"},
    {"audit", "verify"}, {"audit", "open"}, {"audit", "reconcile"}, {"audit", "volumes"},
    {"audit", "draw"}, {"audit", "census"}, {"federation", "init"},
    {"federation", "add-coordinator"}, {"federation", "add-agency"}, {"federation", "add-auditor"},
    {"federation", "remove-agency"}, {"federation", "sign"}, {"federation", "show"}, {"demo"}};

TEST(CommandTest, EveryCommandsHelpShowsAnExample) {
  for (std::vector<std::string> command : kCommands) {
    command.push_back("--help");
    const Captured help = Whoelse(command);
    EXPECT_EQ(help.exit, kExitOk) << command[0];
    EXPECT_THAT(help.out, HasSubstr("Example:\n  whoelse ")) << command[0];
  }
  EXPECT_THAT(Whoelse({"records", "import", "--help"}).out, HasSubstr("nhs_number *"));
  EXPECT_THAT(Whoelse({"ask", "--help"}).out, HasSubstr("section-47"));
}

TEST(CommandTest, WhatIsNotUnderstoodIsBadInput) {
  const std::vector<std::vector<std::string>> bad = {
      {}, {"aks"}, {"ask"}, {"ask", "--purpose", "concern", "--nsh-number", "1"},
      {"records"}, {"records", "import"}, {"inbox"}, {"inbox", "done", "1"},
      {"inbox", "refuse", "1"}, {"federation"}, {"federation", "sign"},
      {"federation", "init", "x", "--name", "N", "--slot-ms", "0"},
      {"federation", "sign", "x", "--retire-key-version", "0"}, {"demo", "--once"}};
  for (const auto& arguments : bad) {
    const Captured refused = Whoelse(arguments);
    EXPECT_EQ(refused.exit, kExitBadInput) << testing::PrintToString(arguments);
    EXPECT_THAT(refused.out, IsEmpty());
    EXPECT_THAT(refused.err, Not(IsEmpty()));
  }
}

TEST(CommandTest, WithoutADoorNothingIsAsked) {
  unsetenv("WHOELSE_DOOR");
  const Captured no_door = Whoelse({"status"});
  EXPECT_EQ(no_door.exit, kExitBadInput);
  EXPECT_THAT(no_door.err, HasSubstr("--door PATH"));
  TestFolder folder;
  const Captured nobody = Whoelse({"status", "--door", folder / "door"});
  EXPECT_EQ(nobody.exit, kExitFailed);
  EXPECT_THAT(nobody.err, HasSubstr("start it with whoelse-node"));
  const Captured too_long = Whoelse({"status", "--door", folder / std::string(120, 'a')});
  EXPECT_EQ(too_long.exit, kExitBadInput);
  EXPECT_THAT(too_long.err, HasSubstr("107 bytes"));
}

TEST(CommandTest, AFederationIsSetUpAndShown) {
  TestFolder folder;
  const std::string dir = folder / "northbridge";
  const Captured started = Whoelse({"federation", "init", dir, "--name", "Northbridge", "--json"});
  ASSERT_EQ(started.exit, kExitOk) << started.err;
  EXPECT_EQ(nlohmann::json::parse(started.out)["folder"], dir);
  for (const char* name : {"Council", "Health Board", "Police"}) {
    const std::string endpoint = SlugOf(name) + ".example:7443";
    ASSERT_EQ(Whoelse({"federation", "add-coordinator", dir, name, "--endpoint", endpoint}).exit,
              kExitOk);
  }
  PutInto(folder / "services", "Pastoral care = universal\n");
  const std::vector<std::string> add = {
      "federation", "add-agency", dir, "Hilltop School", "--kind", "school", "--area",
      "Northbridge", "--organisation", "999001", "--ask", "coordination,concern",
      "--register-size", "900", "--duty", "01632 960001", "--duty-hours", "Mon-Fri 08:30-17:00",
      "--out-of-hours", "01632 960002", "--services", folder / "services"};
  const Captured added = Whoelse(add);
  ASSERT_EQ(added.exit, kExitOk) << added.err;
  EXPECT_THAT(added.out, HasSubstr("agencies/hilltop-school"));

  const Captured draft = Whoelse({"federation", "show", dir});
  EXPECT_THAT(draft.out, HasSubstr("No roster is signed yet"));
  EXPECT_THAT(draft.out, HasSubstr("health-board"));

  const Captured done = Whoelse({"federation", "sign", dir});
  ASSERT_EQ(done.exit, kExitOk) << done.err;
  EXPECT_THAT(done.err, HasSubstr("FOR DEMONSTRATION ONLY"));
  EXPECT_THAT(done.out, HasSubstr("Roster version 1"));
  const Captured again = Whoelse({"federation", "sign", dir, "--json"});
  EXPECT_EQ(again.exit, kExitOk);
  EXPECT_THAT(again.err, Not(HasSubstr("DEMONSTRATION")));   // it dealt nothing
  const auto signed_again = nlohmann::json::parse(again.out);
  EXPECT_EQ(signed_again["version"], 2);
  EXPECT_EQ(signed_again["dealt"], false);

  for (const std::string& path : {dir, dir + "/agencies/hilltop-school/roster.signed"}) {
    const Captured shown = Whoelse({"federation", "show", path});
    EXPECT_THAT(shown.out, HasSubstr("Hilltop School"));
    EXPECT_THAT(shown.out, HasSubstr("ASKED"));
    const auto json = nlohmann::json::parse(Whoelse({"federation", "show", path, "--json"}).out);
    EXPECT_EQ(json["signed"], true);
    EXPECT_EQ(json["roster"]["version"], 2);
    EXPECT_EQ(json["signed_by"].size(), 2u);
    EXPECT_TRUE(json["not_signed_yet"].empty());
  }
}

TEST(CommandTest, BadInputOfTheFederationToolNamesTheFieldAndTheRemedy) {
  TestFolder folder;
  const std::string dir = folder / "f";
  const auto refused = [&](std::vector<std::string> arguments, const char* what) {
    const Captured result = Whoelse(arguments);
    EXPECT_EQ(result.exit, kExitBadInput) << result.err;
    EXPECT_THAT(result.err, HasSubstr(what));
    EXPECT_THAT(result.err, HasSubstr("Nothing was changed"));
  };
  refused({"federation", "init", dir, "--name", "N", "--needed", "4"}, "needed:");
  refused({"federation", "init", dir, "--name", "N", "--threshold", "1"}, "threshold:");
  EXPECT_FALSE(std::filesystem::exists(dir));
  ASSERT_EQ(Whoelse({"federation", "init", dir, "--name", "N"}).exit, kExitOk);
  refused({"federation", "add-coordinator", dir, "C", "--endpoint", "nowhere"}, "endpoint:");
  ASSERT_EQ(Whoelse({"federation", "add-coordinator", dir, "C", "--endpoint", "c:1"}).exit, kExitOk);
  refused({"federation", "add-coordinator", dir, "D", "--endpoint", "c:1"}, "endpoint:");
  PutInto(folder / "bad", "Pastoral care\n");
  refused({"federation", "add-agency", dir, "A", "--kind", "school", "--area", "N",
           "--organisation", "1", "--register-size", "1", "--duty", "1", "--duty-hours", "24 hours",
           "--out-of-hours", "1", "--services", folder / "bad"}, "services: line 1");
  PutInto(folder / "garbage", "not a roster");
  refused({"federation", "show", folder / "garbage"}, "signed roster");
  const Captured nowhere = Whoelse({"federation", "sign", folder / "nowhere"});
  EXPECT_EQ(nowhere.exit, kExitFailed);
  EXPECT_THAT(nowhere.err, HasSubstr("federation init"));
}

TEST(KeyFileTest, KeysComeBackAndAreNeverOverwritten) {
  TestFolder folder;
  SeededRandom random(5);
  const Secret<32> key = random.NewSecret<32>();
  const std::string path = folder / "k.key";
  ASSERT_EQ(WriteKeyFile(path, key), absl::OkStatus());
  EXPECT_TRUE(absl::IsAlreadyExists(WriteKeyFile(path, random.NewSecret<32>())));
  const auto read = ReadKeyFile(path);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(std::ranges::equal(read->Reveal(), key.Reveal()));
  std::filesystem::permissions(path, std::filesystem::perms(0644));
  EXPECT_TRUE(absl::IsPermissionDenied(ReadKeyFile(path).status()));
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  PutInto(path, "0123");
  EXPECT_TRUE(absl::IsInvalidArgument(ReadKeyFile(path).status()));
}

TEST(CommandTest, APolicyIsMadeOfTheGivenDefaultAndChecked) {
  TestFolder folder;
  const std::string file = folder / "policy.toml";
  std::string text = Whoelse({"policy", "show", "--default"}).out;
  PutInto(file, text);
  const Captured blank = Whoelse({"policy", "check", file});
  EXPECT_EQ(blank.exit, kExitBadInput);
  EXPECT_THAT(blank.err, HasSubstr("line 3, adoption.adopted_by: is missing"));
  const auto put = [&](const std::string& piece, const std::string& other) {
    text.replace(text.find(piece), piece.size(), other);
    PutInto(file, text);
  };
  put("adopted_by = \"\"", "adopted_by = \"Board\"");
  put("dpia       = \"\"", "dpia = \"DPIA-1\"");
  put("day        = \"\"", "day = 2020-01-01");
  put("review_by  = \"\"", "review_by = 9999-12-31");
  const Captured good = Whoelse({"policy", "check", file});
  EXPECT_EQ(good.exit, kExitOk) << good.err;
  EXPECT_THAT(good.out, HasSubstr("Every cell is there."));
  EXPECT_THAT(good.out, Not(HasSubstr("given default's")));
  put("\"contact\"", "\"brokered\"");
  put("\"nothing\"", "\"contact\"");
  const Captured other = Whoelse({"policy", "check", file});
  EXPECT_THAT(other.out, HasSubstr("universal, coordination: brokered, in place of the given "
                                   "default's contact\n"));
  EXPECT_THAT(other.out, HasSubstr("sensitive, refused, coordination: contact, LOOSER than the "
                                   "given default's nothing\n"));
  const auto json = nlohmann::json::parse(Whoelse({"policy", "check", file, "--json"}).out);
  EXPECT_EQ(json["differences"].size(), 2u);
  EXPECT_EQ(json["differences"][1]["looser"], true);
  put("2020-01-01", "2020-01-01\nreview = 1");
  EXPECT_EQ(Whoelse({"policy", "check", file}).exit, kExitBadInput);
  EXPECT_EQ(Whoelse({"policy", "check", folder / "none"}).exit, kExitFailed);
}

}  // namespace
}  // namespace whoelse
