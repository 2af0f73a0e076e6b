// The file of a backup: what it holds comes back, and what a thief or a disk did to it is found.
#include "node/backup_file.h"

#include <gtest/gtest.h>

#include <tuple>
#include <vector>

#include "tests/support/random.h"

namespace whoelse {
namespace {

using Entries = std::vector<std::tuple<std::string, std::string, std::string>>;

MasterKey MasterOf(uint8_t byte) { return MasterKey(Secret<32>::From(std::array<uint8_t, 32>{byte})); }

const Entries kEntries = {{"records", "1", "one"}, {"records", "2", ""}, {"inbox", "open/a", "item"}};
const BackupManifest kManifest = {FederationId(std::array<uint8_t, 16>{9}), 1001, 1'800'000'000'000};

std::string Written(const Entries& entries, uint64_t seed = 1) {
  SeededRandom random(seed);
  std::string file;
  BackupWriter writer(kManifest, MasterOf(7), random, [&](ByteView bytes) {
    file += AsText(bytes);
    return absl::OkStatus();
  });
  for (const auto& [family, key, value] : entries) {
    EXPECT_TRUE(writer.Add(family, key, value).ok());
  }
  EXPECT_TRUE(writer.Finish().ok());
  return file;
}

BackupReader::Source SourceOf(const std::string& file) {
  return [&file, at = size_t{0}](std::span<uint8_t> buffer) mutable -> absl::StatusOr<size_t> {
    const size_t n = std::min(buffer.size(), file.size() - at);
    std::copy_n(file.begin() + static_cast<ptrdiff_t>(at), n, buffer.begin());
    at += n;
    return n;
  };
}

// What is in it, as far as it was given before it was refused.
absl::Status Read(const std::string& file, Entries* entries = nullptr, uint8_t master = 7) {
  auto reader = BackupReader::Open(MasterOf(master), SourceOf(file));
  if (!reader.ok()) return reader.status();
  EXPECT_EQ(reader->manifest(), kManifest);
  return reader
      ->ForEach([&](std::string_view family, std::string_view key, std::string_view value) {
        if (entries != nullptr) entries->emplace_back(family, key, value);
        return absl::OkStatus();
      })
      .status();
}

TEST(BackupFile, WhatWasWrittenIsRead) {
  Entries many = kEntries;
  for (int i = 0; i < 5'000; ++i) {   // over several blocks
    many.emplace_back("ledger", std::to_string(i), std::string(static_cast<size_t>(i % 300), 'x'));
  }
  many.emplace_back("receipts", "large", std::string(1 << 20, 'y'));
  for (const Entries& written : {kEntries, many, Entries()}) {
    Entries read;
    EXPECT_TRUE(Read(Written(written), &read).ok());
    EXPECT_EQ(read, written);
  }
}

TEST(BackupFile, AnyChangedByteIsFound) {
  const std::string good = Written(kEntries);
  for (size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_TRUE(absl::IsInvalidArgument(Read(changed))) << "byte " << i;
  }
}

TEST(BackupFile, OneThatWasCutOffOrGrewIsFound) {
  const std::string good = Written(kEntries);
  for (size_t length = 0; length < good.size(); ++length) {
    EXPECT_TRUE(absl::IsInvalidArgument(Read(good.substr(0, length)))) << length;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(Read(good + "x")));
}

// A thief who has two backups, and no key, makes none of the two.
TEST(BackupFile, BlocksDoNotMoveFromOneBackupToAnother) {
  const std::string one = Written(kEntries, 1), other = Written(kEntries, 2);
  ASSERT_EQ(one.size(), other.size());
  constexpr size_t kHeader = 16 + 2 + 16 + 4 + 8 + 16 + 32;
  EXPECT_TRUE(absl::IsInvalidArgument(Read(one.substr(0, kHeader) + other.substr(kHeader))));
}

TEST(BackupFile, SaysWhichRemedyThereIs) {
  const std::string good = Written(kEntries);
  const auto said = [](const absl::Status& status) { return std::string(status.message()); };
  EXPECT_NE(said(Read(good, nullptr, 8)).find("master key"), std::string::npos);
  std::string newer = good;
  newer[17] = 2;
  EXPECT_NE(said(Read(newer)).find("version"), std::string::npos);
  EXPECT_NE(said(Read("not a backup")).find("this is none"), std::string::npos);
  EXPECT_NE(said(Read(good.substr(0, good.size() - 1))).find("cut off"), std::string::npos);
}

// Nothing of a block is given before all of it has been checked.
TEST(BackupFile, WhatWasChangedIsNotGiven) {
  std::string changed = Written(kEntries);
  const size_t at = changed.find("one");
  ASSERT_NE(at, std::string::npos);
  changed[at] = 'X';
  Entries read;
  EXPECT_FALSE(Read(changed, &read).ok());
  EXPECT_TRUE(read.empty());
}

TEST(BackupFile, TheSinksErrorEndsIt) {
  SeededRandom random(1);
  BackupWriter writer(kManifest, MasterOf(7), random,
                      [](ByteView) { return absl::UnavailableError("full"); });
  ASSERT_TRUE(writer.Add("records", "1", "one").ok());
  EXPECT_TRUE(absl::IsUnavailable(writer.Finish()));
}

}  // namespace
}  // namespace whoelse
