// Which records cannot both be right about whose they are.
#include "node/conflict.h"

#include <gtest/gtest.h>

#include "tests/node/register.h"

namespace whoelse {
namespace {

Record Ada() {
  Record record = BasicRecord();
  record.given_name = "Ada";
  record.family_name = "Testwood";
  record.upn = *Upn::Parse(kUpn);
  return record;
}
// A brother under the same number, by mistake.
Record Ben() {
  Record record = Ada();
  record.given_name = "Ben";
  record.born = *Date::FromYmd(20180702);
  record.upn.reset();
  return record;
}

TEST(Conflict, OneNumberAndTwoChildren) {
  EXPECT_EQ(ConflictOf(Ada(), Ben()), Conflict::kOneNumber);
  EXPECT_EQ(ConflictOf(Ben(), Ada()), Conflict::kOneNumber);
  Record nameless = Ben();   // then by the other name
  nameless.given_name = "";
  EXPECT_EQ(ConflictOf(Ada(), nameless), std::nullopt);
  nameless.family_name = "Oakhill";
  EXPECT_EQ(ConflictOf(Ada(), nameless), Conflict::kOneNumber);
}

TEST(Conflict, NoneWhereOneOfTheTwoMayBeMistyped) {
  const struct {
    const char* what;
    void (*change)(Record&);
  } cases[] = {
      {"one part of the birth date", [](Record& r) { r.born = *Date::FromYmd(20150315); }},
      {"an unknown birth date", [](Record& r) { r.born.reset(); }},
      {"a disputed one", [](Record& r) { r.born_disputed = true; }},
      {"the same name", [](Record& r) { r.given_name = "ADA"; }},
      {"a preferred name", [](Record& r) { r.preferred_name = "Ada"; }},
      {"another number", [](Record& r) { r.nhs_number = *NhsNumber::Parse(kOtherChild); }},
      {"closed: it is never joined", [](Record& r) { r.restrictions.closed = true; }},
      {"archived", [](Record& r) { r.archived_on = *Date::FromYmd(20260101); }},
      {"answered by another", [](Record& r) { r.answered_by = 9; }},
  };
  for (const auto& c : cases) {
    Record other = Ben();
    c.change(other);
    EXPECT_EQ(ConflictOf(Ada(), other), std::nullopt) << c.what;
  }
}

// One date and another given name are twins under one number, or one child whom two services call
// by different names. The second is far more frequent: docs/decisions/0015.
TEST(Conflict, NoneWhereOnlyTheNamesDiffer) {
  Record other = Ben();
  other.born = Ada().born;
  EXPECT_EQ(ConflictOf(Ada(), other), std::nullopt);
  other.family_name = "Oakhill";
  EXPECT_EQ(ConflictOf(Ada(), other), std::nullopt);
}

TEST(Conflict, OneUpnAndTwoNumbers) {
  Record other = Ada();
  EXPECT_EQ(ConflictOf(Ada(), other), std::nullopt);
  other.nhs_number.reset();
  EXPECT_EQ(ConflictOf(Ada(), other), std::nullopt);
  other.nhs_number = *NhsNumber::Parse(kOtherChild);
  EXPECT_EQ(ConflictOf(Ada(), other), Conflict::kOneUpn);
}

TEST(Conflict, AMergeOfTwoChildren) {
  EXPECT_EQ(MergeConflictOf(Ada(), Ada()), std::nullopt);
  Record other = Ada();
  other.nhs_number = *NhsNumber::Parse(kOtherChild);
  EXPECT_EQ(MergeConflictOf(Ada(), other), Conflict::kMerge);
  other = Ada();
  other.upn = *Upn::Parse(kOtherUpn);
  EXPECT_EQ(MergeConflictOf(Ada(), other), Conflict::kMerge);
  other = Ada();
  other.born = *Date::FromYmd(20180702);
  EXPECT_EQ(MergeConflictOf(Ada(), other), Conflict::kMerge);
  other.restrictions.closed = true;
  EXPECT_EQ(MergeConflictOf(Ada(), other), std::nullopt);
}

}  // namespace
}  // namespace whoelse
