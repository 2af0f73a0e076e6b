#include "cli/show_json.h"

#include <gtest/gtest.h>

#include <sstream>

#include "cli/terminal.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

TEST(ShowJsonTest, ObjectsAreAlignedAndListsAreTables) {
  const Json status = {{"agency", 1001},
                       {"federation_unconfirmed", false},
                       {"name", nullptr},
                       {"purposes", {"concern", "emergency"}},
                       {"records", {{"held", 12}}},
                       {"coordinators", {{{"id", 101}, {"attached", true}},
                                         {{"id", 7}, {"attached", false}, {"log_size", 5}}}},
                       {"alarms", Json::array()}};
  EXPECT_EQ(JsonAsText(status, 80),
            "agency                  1001\n"
            "federation unconfirmed  no\n"
            "name                    -\n"
            "purposes                concern, emergency\n"
            "records:\n"
            "  held  12\n"
            "coordinators:\n"
            "  id   attached  log size\n"
            "  101  yes\n"
            "  7    no        5\n"
            "alarms                  -\n");
}

TEST(ShowJsonTest, MomentsAreReadableAndDurationsStay) {
  const Json value = {{"last_ms", 1795322324804u}, {"slot_ms", 250}};
  EXPECT_EQ(JsonAsText(value, 80), "last     2026-11-22 04:38:44 UTC\nslot ms  250\n");
  EXPECT_EQ(JsonAsText(Json::array({value}), 80),
            "last                     slot ms\n2026-11-22 04:38:44 UTC  250\n");
}

TEST(ShowJsonTest, TablesAreCutBetweenCharacters) {
  const Json rows = {{{"name", "Añaño Ñuñez"}, {"x", "yyyyyyyyyy"}}};
  EXPECT_EQ(JsonAsText(rows, 7), "name\nAñaño Ñ\n");
}

TEST(ShowJsonTest, WhatIsNoJsonIsAnError) {
  EXPECT_TRUE(absl::IsInternal(ParseNodeJson("{").status()));
  EXPECT_TRUE(ParseNodeJson("{}").ok());
}

class TerminalTest : public testing::Test {
 protected:
  Terminal With(const std::string& input, bool draws = false) {
    in_.str(input);
    return {in_, out_, err_, false, draws, 80};
  }
  std::istringstream in_;
  std::ostringstream out_, err_;
};

TEST_F(TerminalTest, ALineOfAPipeIsTakenWithoutItsEnd) {
  Terminal terminal = With("999 000 0018\r\nmore\n");
  EXPECT_EQ(*ReadHiddenLine(terminal, "NHS number"), "999 000 0018");
  EXPECT_EQ(err_.str(), "");   // nobody is there to read a prompt
}

TEST_F(TerminalTest, NoLineIsBadInput) {
  for (const char* nothing : {"", "\n", "\r\n"}) {
    Terminal terminal = With(nothing);
    EXPECT_TRUE(absl::IsInvalidArgument(ReadHiddenLine(terminal, "NHS number").status()));
    in_.clear();
  }
}

TEST_F(TerminalTest, ABarIsDrawnOnTerminalsOnlyAndWiped) {
  Terminal pipe = With("");
  { ProgressBar(pipe, "Rows").Show(1, 2); }
  EXPECT_EQ(err_.str(), "");
  Terminal screen = With("", true);
  {
    ProgressBar bar(screen, "Rows");
    bar.Show(3, 6);
    bar.Show(3, 6);   // no change, nothing written
    EXPECT_EQ(err_.str(), "\rRows [###############...............] 3 of 6");
  }
  EXPECT_EQ(err_.str().back(), '\r');
}

}  // namespace
}  // namespace whoelse
