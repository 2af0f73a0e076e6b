// Which records are one child's, for who reads who looked at it.
#include <gmock/gmock.h>

#include "tests/node/registry_fixture.h"

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class RegistryChildTest : public RegistryTest {
 protected:
  static std::vector<RecordId> Ids(const absl::StatusOr<std::vector<StoredRecord>>& child) {
    EXPECT_TRUE(child.ok()) << child.status();
    std::vector<RecordId> ids;
    for (const StoredRecord& stored : *child) ids.push_back(stored.id);
    return ids;
  }
  std::vector<RecordId> By(const std::string& number) {
    return Ids(registry_.ChildBy(*NhsNumber::Parse(number), Organisations::All()));
  }
  std::vector<RecordId> Of(RecordId record) { return Ids(registry_.ChildOf(record, Organisations::All())); }
};

TEST_F(RegistryChildTest, AllRecordsOfOneNumber) {
  Import({Pupil("a", kOne), Pupil("b", kTwo), Pupil("c", kOne, kUpnOne)});
  EXPECT_THAT(By(kOne), ElementsAre(1, 3));
  EXPECT_THAT(Of(3), ElementsAre(1, 3));
  EXPECT_THAT(By("9990000034"), IsEmpty());
  EXPECT_THAT(Of(99), IsEmpty());
}

TEST_F(RegistryChildTest, AUpnJoinsWhatHasNoNumber) {
  Import({Pupil("a", "", kUpnOne), Pupil("b", "", kUpnOne), Pupil("c", kOne, kUpnOne)});
  EXPECT_THAT(Of(1), ElementsAre(1, 2));
  EXPECT_THAT(By(kOne), ElementsAre(3));
}

TEST_F(RegistryChildTest, SupersededAndMergedOnesAreTheChilds) {
  Import({Pupil("a", kOne), Pupil("b", "", kUpnOne), Pupil("c", kOne)});
  ASSERT_TRUE(IsDone(registry_.Merge({"school", "b"}, {"school", "c"}, ByAt(kImported))));
  ASSERT_TRUE(IsDone(registry_.Supersede(*NhsNumber::Parse(kOne), *NhsNumber::Parse(kTwo),
                                          ByAt(kImported))));
  const std::vector<RecordId> all = By(kTwo);
  EXPECT_THAT(all, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(By(kOne), all);
  EXPECT_EQ(Of(2), all);
}

TEST_F(RegistryChildTest, AClosedIdentityIsJoinedToNone) {
  Import({Pupil("a", kOne, kUpnOne), Pupil("b", "", kUpnOne)});
  Import({Pupil("a", kTwo, kUpnOne)});   // another number, and no reason
  const std::vector<RecordId> before = By(kOne), after = By(kTwo);
  EXPECT_THAT(before, ElementsAre(1));
  EXPECT_THAT(after, ElementsAre(3));
  EXPECT_EQ(Of(1), before);
  EXPECT_EQ(Of(3), after);
}

}  // namespace
}  // namespace whoelse
