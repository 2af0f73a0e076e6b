#include "bench/filled_store.h"

#include <algorithm>
#include <vector>

#include "cli/demo_children.h"

namespace whoelse::bench {
namespace {

constexpr size_t kChunk = 1000;   // rows that the node writes as one

Record MakeRecord(size_t place, Date born) {
  Record record;
  record.nhs_number = *NhsNumber::Parse(DemoNhsNumber(place));
  record.upn = *Upn::Parse(DemoUpn(place, born));
  record.given_name = "Ada";
  record.family_name = "Testwood";
  record.born = born;
  record.organisation = "Testfield";
  record.service = "Child protection";
  record.name = "Robin Fennimore";
  record.phone = "01632 960123";
  record.email = "robin.fennimore@agency.example";
  record.source = "bench";
  record.source_id = std::to_string(place);
  return record;
}

}  // namespace

void FillRecords(RocksdbStore& store, size_t records, TimeMs now) {
  const Date born = *Date::Parse("2015-03-14");
  for (size_t first = 0; first < records; first += kChunk) {
    std::vector<RocksdbStore::RecordChange> changes;
    for (size_t place = first; place < std::min(records, first + kChunk); ++place) {
      const auto id = static_cast<RecordId>(place + 1);
      changes.push_back({{id, {now, now}, MakeRecord(place, born)}, std::nullopt});
    }
    store.WriteRecords(changes);
  }
}

void FillSubKeys(RocksdbStore& store, size_t records, TimeMs now, Random& random) {
  for (size_t first = 1; first <= records; first += kChunk) {
    std::vector<RocksdbStore::Enrolled> enrolled;
    for (size_t id = first; id < std::min(records + 1, first + kChunk); ++id) {
      for (const KeyType type : {KeyType::kNhsNumber, KeyType::kUpn}) {
        enrolled.push_back({static_cast<RecordId>(id), type,
                            {random.NewSecret<16>(), random.NewSecret<32>()}});
      }
    }
    store.WriteSubKeys(kEnrolledIn, enrolled);
  }
  store.WriteEnrolmentState({{{kEnrolledIn, now}}, now});
}

}  // namespace whoelse::bench
