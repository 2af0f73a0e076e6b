// What imports, enrolment and a change of key versions do to each other, over the store on the disk.
#include "node/registry.h"

#include <gtest/gtest.h>

#include "tests/cli/folder.h"
#include "tests/node/register.h"
#include "tests/protocol/roster_fixture.h"

namespace whoelse {
namespace {

constexpr KeyType kNhs = KeyType::kNhsNumber;
constexpr TimeMs kImported = 1'800'000'000'000;

class FixedClock final : public Clock {
 public:
  TimeMs NowMs() const override { return kImported; }
};

class RegistryTest : public ::testing::Test {
 protected:
  RegistryTest()
      : store_(*RocksdbStore::Open(folder_ / "data",
                                   MasterKey(Secret<32>::From(std::array<uint8_t, 32>{7})),
                                   X25519PublicKey(), random_)),
        answering_({kSurgery, IdentityKeyOfAgency(kSurgery)}, VectorAnchor(), *store_,
                   folder_ / "evidence", std::nullopt, board_, clock_, random_),
        registry_(*store_, answering_) {
    EXPECT_TRUE(registry_.Load({1}).ok());
  }

  Record Pupil(const std::string& source_id, const std::string& number, const std::string& upn = "") {
    Record record = BasicRecord();
    record.source = "school";
    record.source_id = source_id;
    record.nhs_number.reset();
    record.upn.reset();
    if (!number.empty()) record.nhs_number = *NhsNumber::Parse(number);
    if (!upn.empty()) record.upn = *Upn::Parse(upn);
    return record;
  }
  void Import(const std::vector<Record>& records, TimeMs now = kImported, bool complete = true) {
    ASSERT_TRUE(registry_.Import(records, complete, now, [](size_t) {}).ok());
  }
  // What the evaluators would give, for all that is pending.
  void EnrolAll(KeyVersion kv) {
    const auto work = registry_.NextToEnrol(kv, 100, kImported);
    ASSERT_TRUE(work.ok());
    std::vector<SubKeys> keys;
    for (const Registry::Work& one : *work) keys.push_back(SubKeysOf(one.type, one.value, kv));
    ASSERT_TRUE(registry_.OnEnrolled(kv, *work, std::move(keys)).ok());
  }
  bool HasSubKeys(RecordId record, KeyType type, KeyVersion kv) {
    return store_->ReadWrapKey(record, type, kv).ok();
  }
  Subject About(const std::string& number, const std::string& upn) {
    Subject subject;
    if (!number.empty()) subject[0] = {kNhs, number};
    if (!upn.empty()) subject[1] = {KeyType::kUpn, upn};
    return subject;
  }
  bool Holds(const Subject& subject) {
    return HoldsLive(*registry_.RecordsOf(subject), subject, kToday);
  }

  const Date kToday = Date::FromDays(20'500);
  const std::string kOne = "9990000018", kTwo = "9990000026";
  const std::string kUpnOne = "A123456789012", kUpnTwo = "B98765432109Z";
  TestFolder folder_;
  SeededRandom random_{20261122};
  FixedClock clock_;
  RosterBoard board_;
  std::unique_ptr<RocksdbStore> store_;
  Answering answering_;
  Registry registry_;
};

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
  Import({Pupil("1", kTwo, kUpnOne)}, kImported + 9000);
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
  ASSERT_TRUE(registry_.End("school", "1", Date::FromDays(20'000)).ok());
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
  Registry restarted(*store_, answering_);
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
  ASSERT_TRUE(registry_.End("school", "1", Date::FromDays(20'499)).ok());
  EXPECT_FALSE(Holds(About(kOne, "")));
}

}  // namespace
}  // namespace whoelse
