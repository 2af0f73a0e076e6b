#include "node/spool.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/cli/folder.h"
#include "tests/support/random.h"

namespace whoelse {
namespace {

TEST(Spool, GivesBackWhatWasAddedAsOftenAsWanted) {
  TestFolder folder;
  SeededRandom random(1);
  const auto spool = Spool::Create(folder / "", random);
  ASSERT_TRUE(spool.ok()) << spool.status();
  std::vector<Bytes> items;
  for (size_t i = 0; i < 3000; ++i) items.push_back(Bytes(i, static_cast<uint8_t>(i)));
  for (const Bytes& item : items) ASSERT_TRUE((*spool)->Add(item).ok());
  for (int round = 0; round < 2; ++round) {
    size_t next = 0;
    const absl::Status read = (*spool)->ForEach([&](ByteView item) {
      EXPECT_EQ(ToBytes(item), items[next++]);
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok()) << read;
    EXPECT_EQ(next, items.size());
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder / ""));   // it has no name
}

TEST(Spool, EndsWithTheVisitorsError) {
  TestFolder folder;
  SeededRandom random(1);
  const auto spool = Spool::Create(folder / "", random);
  ASSERT_TRUE((*spool)->Add(Bytes(3)).ok());
  EXPECT_TRUE(absl::IsCancelled(
      (*spool)->ForEach([](ByteView) { return absl::CancelledError(); })));
}

TEST(Spool, NeedsADirectory) {
  SeededRandom random(1);
  EXPECT_TRUE(absl::IsUnavailable(Spool::Create("/nowhere/at/all", random).status()));
}

}  // namespace
}  // namespace whoelse
