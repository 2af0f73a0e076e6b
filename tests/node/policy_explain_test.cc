// What a records manager reads of the policy: which cells act, what waits, which rule decides.
#include "node/policy_explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nlohmann/json.hpp"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;

const Date kToday = *Date::Parse("2026-03-11");
const std::map<std::string, ServiceClass> kServices = {{"Family help", ServiceClass::kTargeted},
                                                       {"Larchwood", ServiceClass::kProtected}};

Json Explained(const ExplainInput& input) {
  auto explained = ExplainJson(input, PolicyTable::Default(), kServices, kToday);
  if (const auto* error = std::get_if<FieldError>(&explained)) {
    ADD_FAILURE() << error->field << " " << error->reason;
    return {};
  }
  return std::get<Json>(explained);
}

TEST(PolicyExplain, SaysOutcomeAndRules) {
  EXPECT_EQ(Explained({"Counselling", "concern", "", {"outside-s16la"}}),
            Json::parse(R"({"service": "Counselling", "class": "sensitive", "in_map": false,
              "purpose": "concern", "outcome": "brokered", "discloses": false,
              "decided_by": "sensitive, not asked", "row": "sensitive, not asked",
              "column": "concern, missing-child",
              "rules": [{"rule": "sensitive, not asked", "at_most": "brokered"},
                        {"rule": "asker outside s16LA", "at_most": "duty_line"}]})"));
  EXPECT_EQ(Explained({"Family help", "concern", "", {}})["outcome"], "contact");
  EXPECT_EQ(Explained({"Family help", "concern", "", {}})["in_map"], true);
  EXPECT_EQ(Explained({"universal", "concern", "", {}})["class"], "universal");
  EXPECT_EQ(Explained({"Larchwood", "section-47", "young-person-agreed", {}})["outcome"],
            "duty_line");
  EXPECT_EQ(Explained({"Counselling", "coordination", "young-person-refused", {}})["outcome"],
            "nothing");
  EXPECT_EQ(Explained({"Counselling", "emergency", "", {"section-47-asker"}})["outcome"],
            "duty_line");
}

// Each flag changes some decision: none is a word without an effect.
TEST(PolicyExplain, EveryFlagAndConsentDoesSomething) {
  for (const ExplainFlag& flag : kExplainFlags) {
    bool differs = false;
    for (const char* service : {"universal", "targeted", "justice", "sensitive", "protected"}) {
      for (const std::string_view purpose : kPurposeNames) {
        std::vector<std::string> others;
        // A new place matters to another area only, and the other way round.
        if (flag.word == "new") others = {"other-area"};
        if (flag.word == "other-area") others = {"new"};
        ExplainInput input{service, std::string(purpose), "", others};
        const Json before = Explained(input)["outcome"];
        input.flags.emplace_back(flag.word);
        differs = differs || Explained(input)["outcome"] != before;
      }
    }
    EXPECT_TRUE(differs) << flag.word;
  }
  EXPECT_NE(Explained({"targeted", "coordination", "parent-refused", {}})["outcome"],
            Explained({"targeted", "coordination", "parent-agreed", {}})["outcome"]);
  EXPECT_NE(Explained({"sensitive", "coordination", "adult-agreed", {"about-parent"}})["outcome"],
            Explained({"sensitive", "coordination", "adult-refused", {"about-parent"}})["outcome"]);
}

TEST(PolicyExplain, NamesTheFieldToPutRight) {
  for (const auto& [input, field] : std::vector<std::pair<ExplainInput, std::string>>{
           {{"", "concern", "", {}}, "service"},
           {{"Counselling", "XYZZY", "", {}}, "purpose"},
           {{"Counselling", "concern", "XYZZY", {}}, "consent"},
           {{"Counselling", "concern", "", {"new", "XYZZY"}}, "flags"}}) {
    const auto explained = ExplainJson(input, PolicyTable::Default(), kServices, kToday);
    const auto* error = std::get_if<FieldError>(&explained);
    ASSERT_NE(error, nullptr) << field;
    EXPECT_EQ(error->field, field);
    EXPECT_THAT(error->remedy, Not(HasSubstr("XYZZY")));
  }
}

TEST(PolicyExplain, ShowsWhatActsAndWhatWaits) {
  const Adoption adoption{"Board", "DPIA-1", *Date::Parse("2026-03-02"), *Date::Parse("2027-03-01")};
  PolicyInForce policy({adoption, PolicyTable()}, kToday);
  PolicyTable looser;
  looser.cells[kRowCovert][kColumnSection47] = Outcome::kContact;
  policy.Adopt({adoption, looser}, kToday);
  const Json shown = PolicyJson(policy, kToday, "line 3: is wrong");
  EXPECT_EQ(shown["adoption"], Json::parse(R"({"adopted_by": "Board", "dpia": "DPIA-1",
                                               "day": "2026-03-02", "review_by": "2027-03-01"})"));
  EXPECT_EQ(shown["overdue"], false);
  EXPECT_EQ(shown["hash"], ToHex(PolicyTable::Default().Hash()));
  EXPECT_EQ(shown["rows"].size(), kPolicyRows);
  EXPECT_EQ(shown["rows"]["covert"]["section-47"], "urgent");
  EXPECT_EQ(shown["looser_on"], "2026-04-01");
  EXPECT_EQ(shown["waiting"], Json::parse(R"([{"row": "covert", "column": "section-47",
                                               "now": "urgent", "then": "contact"}])"));
  EXPECT_EQ(shown["problem"], "line 3: is wrong");
  const Json nobody = PolicyJson(PolicyInForce({}, kToday), kToday, "");
  EXPECT_TRUE(nobody["adoption"].is_null());
  EXPECT_EQ(nobody["overdue"], true);
  EXPECT_TRUE(nobody["looser_on"].is_null() && nobody["problem"].is_null());
}

}  // namespace
}  // namespace whoelse
