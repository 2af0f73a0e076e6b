#include "audit/log_mirror.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/audit/published_log.h"

namespace whoelse {
namespace {

using absl::StatusCode;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kOrigin = "coordinator.example/log";

class LogMirrorTest : public testing::Test {
 protected:
  // A log of `size` entries; those from `changed` on are another history's.
  LogFileMap Log(size_t size, size_t changed = SIZE_MAX) const {
    std::vector<Bytes> entries;
    for (size_t i = 0; i < size; ++i) {
      entries.push_back(Writer().U64(i).U8(i >= changed ? 1 : 0).Zeros(i % 50).Take());
    }
    return Publish(kOrigin, key_, entries);
  }
  absl::StatusOr<Mirrored> Mirror(const LogFileMap& source) {
    return MirrorLog(log_, ReaderOf(source), copy_, kNoVisit, kNoProgress);
  }
  absl::Status Check(const LogFileMap& files) const {
    return CheckLog(log_, ReaderOf(files), kNoVisit, kNoProgress).status();
  }
  // What the check says about `files` with one bit of `path` flipped.
  std::string Found(LogFileMap files, const std::string& path, size_t byte) const {
    files.at(path).at(byte) ^= 0x10;
    const absl::Status status = Check(files);
    EXPECT_EQ(status.code(), StatusCode::kDataLoss) << path;
    return std::string(status.message());
  }

  static SigningKey Key(uint8_t number) {
    std::array<uint8_t, 32> seed{};
    seed.fill(number);
    return SigningKey::FromSeed(seed);
  }

  SigningKey key_ = Key(1);
  NoteVerifier log_ = *NoteVerifier::Create(kOrigin, NoteKeyType::kEd25519, key_.verify_key());
  CopyInMemory copy_;
};

TEST_F(LogMirrorTest, CopiesEverySizeAndGrowsFromEveryOther) {
  const std::vector<size_t> sizes = {0, 1, 2, 255, 256, 257, 512, 700};
  for (size_t from : sizes) {
    for (size_t to : sizes) {
      if (to < from) continue;
      copy_ = {};
      ASSERT_TRUE(Mirror(Log(from)).ok()) << from;
      const LogFileMap source = Log(to);
      const auto done = Mirror(source);
      ASSERT_TRUE(done.ok()) << from << " " << to << " " << done.status();
      EXPECT_FALSE(done->conflict);
      EXPECT_EQ(done->size_before, from);
      EXPECT_EQ(copy_.files, source) << from << " to " << to;
    }
  }
}

TEST_F(LogMirrorTest, GrowsPastAFullTileOfTheSecondLevel) {
  ASSERT_TRUE(Mirror(Log(65'300)).ok());
  const LogFileMap source = Log(65'600);
  ASSERT_TRUE(Mirror(source).ok());
  EXPECT_EQ(copy_.files, source);
}

TEST_F(LogMirrorTest, VisitsEachEntryOnceInOrder) {
  uint64_t next = 0;
  const auto visit = [&](uint64_t index, ByteView entry) {
    EXPECT_EQ(index, next++);
    EXPECT_EQ(Reader(entry).U64(), index);
    return absl::OkStatus();
  };
  ASSERT_TRUE(MirrorLog(log_, ReaderOf(Log(700)), copy_, visit, kNoProgress).ok());
  EXPECT_EQ(next, 700u);
}

TEST_F(LogMirrorTest, ResumesAfterEveryInterruption) {
  const LogFileMap source = Log(1'000);
  ASSERT_TRUE(Mirror(Log(300)).ok());
  const CopyInMemory before = copy_;
  const uint64_t all = Mirror(source)->files_fetched;
  for (uint64_t writes = 0;; ++writes) {
    copy_ = before;
    copy_.writes_left = writes;
    if (Mirror(source).ok()) break;
    copy_.writes_left = UINT64_MAX;
    ASSERT_LT(writes, 100u);
    EXPECT_EQ(copy_.files[kCheckpointFile], writes < 13 ? before.files.at(kCheckpointFile)
                                                        : source.at(kCheckpointFile));
    const auto done = Mirror(source);
    ASSERT_TRUE(done.ok());
    EXPECT_EQ(done->files_fetched, all - std::min(all, writes)) << "fetched what was there";
    EXPECT_EQ(copy_.files, source);
  }
}

TEST_F(LogMirrorTest, DamageInTheCopyIsFetchedAgain) {
  const LogFileMap source = Log(700);
  ASSERT_TRUE(Mirror(source).ok());
  copy_.files.at("tile/entries/000")[700] ^= 1;
  copy_.files.at("tile/0/001").pop_back();
  const auto done = Mirror(source);
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->files_fetched, 2u);
  EXPECT_EQ(copy_.files, source);
}

TEST_F(LogMirrorTest, TakesFullTilesForPartialOnesThatAreGone) {
  LogFileMap source = Log(300);
  const LogFileMap later = Log(512);
  source.erase("tile/0/001.p/44");
  source.erase("tile/entries/001.p/44");
  source["tile/0/001"] = later.at("tile/0/001");
  source["tile/entries/001"] = later.at("tile/entries/001");
  ASSERT_TRUE(Mirror(source).ok());
  EXPECT_EQ(copy_.files, Log(300));
}

TEST_F(LogMirrorTest, FindsAFork) {
  ASSERT_TRUE(Mirror(Log(700)).ok());
  const LogFileMap before = copy_.files;
  const auto same_size = Mirror(Log(700, 333));
  ASSERT_TRUE(same_size.ok() && same_size->conflict);
  EXPECT_EQ(same_size->conflict->kind, LogConflictKind::kForked);
  EXPECT_EQ(same_size->conflict->first_changed, 333u);
  const auto smaller = Mirror(Log(600, 17));
  ASSERT_TRUE(smaller.ok() && smaller->conflict);
  EXPECT_EQ(smaller->conflict->kind, LogConflictKind::kForked);
  EXPECT_EQ(smaller->conflict->first_changed, 17u);
  EXPECT_EQ(copy_.files, before) << "the copy must stay as it was";
  // The evidence stands by itself: both are the log's own words.
  EXPECT_EQ(OpenCheckpoint(smaller->conflict->kept, log_)->size, 700u);
  EXPECT_EQ(OpenCheckpoint(smaller->conflict->offered, log_)->size, 600u);
}

TEST_F(LogMirrorTest, FindsRewrittenEntriesAndTruncation) {
  ASSERT_TRUE(Mirror(Log(700)).ok());
  const auto rewritten = Mirror(Log(900, 512));
  ASSERT_TRUE(rewritten.ok() && rewritten->conflict);
  EXPECT_EQ(rewritten->conflict->kind, LogConflictKind::kRewritten);
  EXPECT_EQ(rewritten->conflict->first_changed, 512u);
  const auto truncated = Mirror(Log(650));
  ASSERT_TRUE(truncated.ok() && truncated->conflict);
  EXPECT_EQ(truncated->conflict->kind, LogConflictKind::kTruncated);
  EXPECT_EQ(truncated->conflict->first_changed, 650u);
}

TEST_F(LogMirrorTest, RefusesAnothersCheckpoint) {
  LogFileMap source = Log(10);
  source[kCheckpointFile] = Publish(kOrigin, Key(2), {}).at(kCheckpointFile);
  EXPECT_EQ(Mirror(source).status().code(), StatusCode::kNotFound);
  source[kCheckpointFile].back() = 'x';
  EXPECT_THAT(std::string(Mirror(source).status().message()), StartsWith("checkpoint: "));
  EXPECT_TRUE(copy_.files.empty());
}

// Each bit of each file of a log is found, in the file where it is, and in a bundle at its entry.
TEST_F(LogMirrorTest, LocatesEveryFlippedBit) {
  const LogFileMap files = Log(600);
  ASSERT_EQ(Check(files), absl::OkStatus());
  for (const auto& [path, bytes] : files) {
    if (path == kCheckpointFile) continue;
    for (size_t byte = 0; byte < bytes.size(); byte += 101) {
      EXPECT_THAT(Found(files, path, byte), StartsWith(path + ": ")) << byte;
    }
  }
}

TEST_F(LogMirrorTest, NamesTheHashAndTheEntry) {
  const LogFileMap files = Log(600);
  EXPECT_THAT(Found(files, "tile/0/001", 32 * 5 + 3),
              HasSubstr("tile/0/001: hash 5 (byte 160) is not that of entry 261"));
  EXPECT_THAT(Found(files, "tile/0/002.p/88", 32 * 87),
              HasSubstr("tile/0/002.p/88: hash 87 (byte 2784) is not that of entry 599"));
  EXPECT_THAT(Found(files, "tile/1/000.p/2", 33),
              HasSubstr("tile/1/000.p/2: hash 1 (byte 32) is not that of tile/0/001"));
  // Entry 257 of this log begins after entry 256, which is 2 + 9 + 6 bytes long.
  EXPECT_THAT(Found(files, "tile/entries/001", 17),
              HasSubstr("tile/entries/001: entry 257 (byte 17) is not the one that was logged"));
  EXPECT_THAT(Found(files, "tile/entries/001", 16),
              HasSubstr("tile/entries/001: entry 256 (byte 0) is not the one that was logged"));
}

TEST_F(LogMirrorTest, SaysWhatIsMissingOrOfAnotherLength) {
  LogFileMap files = Log(600);
  files.at("tile/entries/001").push_back(0);
  EXPECT_THAT(std::string(Check(files).message()), HasSubstr("goes on after its last entry"));
  files = Log(600);
  files.at("tile/0/001").pop_back();
  EXPECT_THAT(std::string(Check(files).message()), HasSubstr("is 8191 bytes long, not 8192"));
  files = Log(600);
  files.erase("tile/entries/001");
  EXPECT_EQ(Check(files).code(), StatusCode::kNotFound);
  EXPECT_THAT(std::string(Check(files).message()), HasSubstr("tile/entries/001"));
}

TEST_F(LogMirrorTest, LocatesDamageTwoLevelsUp) {
  const LogFileMap files = Log(66'000);
  EXPECT_THAT(Found(files, "tile/1/000", 40),
              HasSubstr("tile/1/000: hash 1 (byte 32) is not that of tile/0/001"));
  EXPECT_THAT(Found(files, "tile/2/000.p/1", 0),
              HasSubstr("tile/2/000.p/1: hash 0 (byte 0) is not that of tile/1/000"));
}

}  // namespace
}  // namespace whoelse
