// The index finds what was put in, and nothing else.
#include "node/index.h"

#include <gtest/gtest.h>

#include "tests/support/random.h"

namespace whoelse {
namespace {

Secret<16> KeyOf(uint8_t number) {
  std::array<uint8_t, 16> bytes{};
  bytes[0] = number;
  return Secret<16>::From(bytes);
}

const QuestionNonce kNonce(std::array<uint8_t, 16>{1, 2, 3});

std::vector<RecordId> Find(const Index& index, KeyType type, KeyVersion kv, uint8_t key) {
  return index.Scan(type, kv, kNonce, 3, CheckValue(KeyOf(key).Reveal(), kNonce, 3));
}

TEST(Index, FindsByTypeVersionNonceAndSlot) {
  Index index;
  EXPECT_EQ(Find(index, KeyType::kUpn, 1, 7), std::vector<RecordId>{});
  index.Insert(KeyType::kUpn, 1, 5, KeyOf(7));
  EXPECT_EQ(Find(index, KeyType::kUpn, 1, 7), std::vector<RecordId>{5});
  EXPECT_EQ(Find(index, KeyType::kUpn, 1, 8), std::vector<RecordId>{});
  EXPECT_EQ(Find(index, KeyType::kUpn, 2, 7), std::vector<RecordId>{});
  EXPECT_EQ(Find(index, KeyType::kNhsNumber, 1, 7), std::vector<RecordId>{});
  const Siphash128 check = CheckValue(KeyOf(7).Reveal(), kNonce, 3);
  EXPECT_TRUE(index.Scan(KeyType::kUpn, 1, kNonce, 2, check).empty());
  EXPECT_TRUE(index.Scan(KeyType::kUpn, 1, QuestionNonce(), 3, check).empty());
}

TEST(Index, AllRecordsOfAChildInOrderOfImport) {
  Index index;
  for (RecordId id : {9, 2, 30, 4}) index.Insert(KeyType::kUpn, 1, id, KeyOf(7));
  index.Insert(KeyType::kUpn, 1, 3, KeyOf(8));
  EXPECT_EQ(Find(index, KeyType::kUpn, 1, 7), (std::vector<RecordId>{2, 4, 9, 30}));
  EXPECT_EQ(index.size(), 5u);
}

// Against a list of entries, over many random changes.
TEST(Index, AgreesWithAList) {
  constexpr uint64_t kSeed = 20270112;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  struct Entry {
    KeyType type;
    KeyVersion kv;
    RecordId record;
    uint8_t key;
  };
  std::vector<Entry> list;
  Index index;
  const auto type = [&] { return static_cast<KeyType>(1 + random.Below(2)); };
  const auto kv = [&] { return static_cast<KeyVersion>(1 + random.Below(3)); };
  for (int step = 0; step < 2'000; ++step) {
    const uint64_t what = random.Below(100);
    if (what < 80) {
      const Entry entry{type(), kv(), static_cast<RecordId>(1 + random.Below(40)),
                        static_cast<uint8_t>(random.Below(6))};
      index.Insert(entry.type, entry.kv, entry.record, KeyOf(entry.key));
      list.push_back(entry);
    } else if (what < 98) {
      const auto record = static_cast<RecordId>(1 + random.Below(40));
      const KeyType which = type();
      index.Remove(record, which);
      std::erase_if(list, [&](const Entry& e) { return e.record == record && e.type == which; });
    } else {
      const KeyVersion keep = kv();
      index.KeepOnly({keep, 9});
      std::erase_if(list, [&](const Entry& e) { return e.kv != keep; });
    }
    ASSERT_EQ(index.size(), list.size()) << step;
    const Entry wanted{type(), kv(), 0, static_cast<uint8_t>(random.Below(6))};
    std::vector<RecordId> expected;
    for (const Entry& e : list) {
      if (e.type == wanted.type && e.kv == wanted.kv && e.key == wanted.key) {
        expected.push_back(e.record);
      }
    }
    std::sort(expected.begin(), expected.end());
    ASSERT_EQ(Find(index, wanted.type, wanted.kv, wanted.key), expected) << step;
    const auto any = index.Nth(wanted.type, wanted.kv, random.Below(100));
    ASSERT_EQ(any.has_value(), std::ranges::any_of(list, [&](const Entry& e) {
                return e.type == wanted.type && e.kv == wanted.kv && (!any || e.record == *any);
              })) << step;
  }
}

}  // namespace
}  // namespace whoelse
