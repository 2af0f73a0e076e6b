// A registry over a store on the disk, with the answering side beside it.
#ifndef WHOELSE_TESTS_NODE_REGISTRY_FIXTURE_H_
#define WHOELSE_TESTS_NODE_REGISTRY_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "node/registry.h"
#include "tests/cli/folder.h"
#include "tests/node/import_all.h"
#include "tests/node/register.h"
#include "tests/protocol/roster_fixture.h"

namespace whoelse {

inline constexpr KeyType kNhs = KeyType::kNhsNumber;
inline constexpr TimeMs kImported = 1'800'000'000'000;

class FixedClock final : public Clock {
 public:
  TimeMs NowMs() const override { return kImported; }
};

// As a day that the federation's heartbeats agree with.
inline ConfirmedTime Confirmed(TimeMs now) { return *ConfirmedTime::Of(now, {now, now}); }

// What somebody with every duty does at that time.
inline TrailNote NoteAt(TimeMs now) {
  TrailNote by;
  by.deed = Deed::kEndRecord;
  by.at_ms = now;
  by.user = "local:robin";
  by.duty = LocalRole::kRecordManager;
  by.reason = "because it was so";
  return by;
}
inline Registry::By ByAt(TimeMs now) { return {NoteAt(now), Organisations::All()}; }

inline bool IsDone(const Registry::Done& done) {
  return std::holds_alternative<std::monostate>(done);
}
// The field that it complains of; "" when it does not.
inline std::string FieldOf(const Registry::Done& done) {
  const auto* error = std::get_if<FieldError>(&done);
  return error == nullptr ? "" : error->field;
}

class RegistryTest : public ::testing::Test {
 protected:
  explicit RegistryTest(bool of_a_hub = false)
      : store_(*RocksdbStore::Open(folder_ / "data",
                                   MasterKey(Secret<32>::From(std::array<uint8_t, 32>{7})),
                                   LeadKey(), random_)),
        answering_({kSurgery, IdentityKeyOfAgency(kSurgery)}, VectorAnchor(), *store_,
                   folder_ / "evidence", std::nullopt, board_, clock_, random_),
        registry_(*store_, answering_, of_a_hub) {
    EXPECT_TRUE(registry_.Load({1}).ok());
  }

  static X25519PublicKey LeadKey() {
    X25519PublicKey key;
    key.data()[0] = 9;
    return key;
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
  ImportCounts Import(const std::vector<Record>& records, TimeMs now = kImported,
                      bool complete = true, NumberChange why = NumberChange::kClosed) {
    return ImportAll(registry_, records, now, why, complete);
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
    return HoldsLive(*registry_.RecordsOf(subject, Organisations::All()), subject, kToday);
  }

  // A frame of the relay's log that was answered and hit nobody.
  void Answer(uint64_t index, TimeMs released_ms) {
    SlotRecord record{};
    record.coordinator = kRelay;
    record.log_key_id = 77;
    record.index = index;
    record.frame_hash.data()[0] = static_cast<uint8_t>(index);
    record.wire = Bytes(kWireSize, 1);
    store_->CommitSlot({released_ms, {record}});
  }

  const Date kToday = Date::FromDays(20'500);
  const std::string kOne = "9990000018", kTwo = "9990000026";
  const std::string kUpnOne = "A123456789012", kUpnTwo = "G98765432109Z";
  TestFolder folder_;
  SeededRandom random_{20261122};
  FixedClock clock_;
  RosterBoard board_;
  std::unique_ptr<RocksdbStore> store_;
  Answering answering_;
  Registry registry_;
};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_NODE_REGISTRY_FIXTURE_H_
