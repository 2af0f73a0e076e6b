// What imports, enrolment and a change of key versions do to each other, over the store on the disk.
#include "node/registry.h"

#include <gtest/gtest.h>

#include "tests/node/registry_fixture.h"

namespace whoelse {
namespace {

// Else a school that adds UPNs to its export makes all its pupils unfindable until they are enrolled
// anew, and signs "nothing" about each of them.
TEST_F(RegistryTest, AUpnMoreLeavesTheNumberEnrolled) {
  Import({Pupil("1", kOne), Pupil("2", kTwo)});
  EnrolAll(1);
  Import({Pupil("1", kOne, kUpnOne)}, kImported + 5000);
  EXPECT_TRUE(HasSubKeys(1, kNhs, 1));
  EXPECT_EQ(registry_.Pending(1), 1u);
  EXPECT_TRUE(registry_.Summarise().versions[0].complete);
  EnrolAll(1);
  EXPECT_TRUE(HasSubKeys(1, KeyType::kUpn, 1));
  Import({Pupil("1", kTwo, kUpnOne)}, kImported + 9000, true, NumberChange::kCorrected);
  EXPECT_FALSE(HasSubKeys(1, kNhs, 1));
  EXPECT_TRUE(HasSubKeys(1, KeyType::kUpn, 1));
  EXPECT_EQ(registry_.Pending(1), 1u);
}

TEST_F(RegistryTest, OnlyACompleteImportDatesTheRegister) {
  Import({Pupil("1", kOne)}, kImported, false);
  EXPECT_EQ(registry_.Summarise().newest_import_ms, 0u);
  Import({Pupil("2", kTwo)});
  EXPECT_EQ(registry_.Summarise().newest_import_ms, kImported);
  Import({Pupil("2", kTwo)}, kImported + 1000, false);
  ASSERT_TRUE(IsDone(registry_.End({"school", "1"}, Date::FromDays(20'000), ByAt(kImported))));
  EXPECT_EQ(registry_.Summarise().newest_import_ms, kImported);
}

TEST_F(RegistryTest, ARetiredVersionsSubKeysStayWhileItIsHeldOverAndNoLonger) {
  registry_.SetKeyVersions({1, 2}, {});
  Import({Pupil("1", kOne)});
  EnrolAll(1);
  EnrolAll(2);
  registry_.SetKeyVersions({2}, {1, 2});
  EXPECT_TRUE(HasSubKeys(1, kNhs, 1));
  EXPECT_EQ(registry_.Summarise().versions.size(), 1u);
  registry_.SetKeyVersions({2}, {});
  EXPECT_FALSE(HasSubKeys(1, kNhs, 1));
  EXPECT_TRUE(HasSubKeys(1, kNhs, 2));
}

TEST_F(RegistryTest, WhatIsEvaluatedForARetiredVersionIsNotKept) {
  registry_.SetKeyVersions({1, 2}, {});
  Import({Pupil("1", kOne)});
  const auto work = registry_.NextToEnrol(1, 100, kImported);
  registry_.SetKeyVersions({2}, {});
  std::vector<SubKeys> keys;
  keys.push_back(SubKeysOf(kNhs, kOne, 1));
  ASSERT_TRUE(registry_.OnEnrolled(1, *work, std::move(keys)).ok());
  EXPECT_FALSE(HasSubKeys(1, kNhs, 1));
}

TEST_F(RegistryTest, RetiredWhileTheNodeWasDown) {
  registry_.SetKeyVersions({1, 2}, {});
  Import({Pupil("1", kOne)});
  EnrolAll(1);
  EnrolAll(2);
  Registry restarted(*store_, answering_, false);
  ASSERT_TRUE(restarted.Load({2}).ok());
  EXPECT_FALSE(HasSubKeys(1, kNhs, 1));
  EXPECT_TRUE(HasSubKeys(1, kNhs, 2));
}

// Holders decide by the number: a UPN of one's own must not open a stranger's.
TEST_F(RegistryTest, HoldsWhomTheNumberNames) {
  Import({Pupil("1", kOne, kUpnOne), Pupil("2", "", kUpnTwo)});
  EXPECT_TRUE(Holds(About(kOne, "")));
  EXPECT_TRUE(Holds(About(kOne, kUpnOne)));
  EXPECT_TRUE(Holds(About("", kUpnTwo)));
  EXPECT_FALSE(Holds(About(kTwo, kUpnOne)));
  EXPECT_FALSE(Holds(About(kTwo, kUpnTwo)));
  EXPECT_FALSE(Holds(About(kOne, kUpnTwo)));
  EXPECT_FALSE(Holds(About("", "")));
  ASSERT_TRUE(IsDone(registry_.End({"school", "1"}, Date::FromDays(20'499), ByAt(kImported))));
  EXPECT_FALSE(Holds(About(kOne, "")));
}

}  // namespace
}  // namespace whoelse
