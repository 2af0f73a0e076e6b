// What was taken out of a ledger, as a file.
#include "node/taken_file.h"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "tests/support/doc.h"
#include "tests/support/hex_lines.h"

namespace whoelse {
namespace {

const TakenHead kHead{1001, 0, 1'800'000'002'365};

std::string FileOf(const std::vector<Bytes>& entries) {
  std::string file = ToString(TakenFileHead(kHead));
  for (const Bytes& entry : entries) file += ToString(entry);
  return file + ToString(TakenFileEnd(entries.size()));
}

absl::StatusOr<TakenHead> Read(const std::string& file, std::vector<Bytes>* entries = nullptr) {
  std::istringstream in(file);
  return ReadTakenFile(in, [&](ByteView sealed) {
    if (entries != nullptr) entries->push_back(ToBytes(sealed));
    return absl::OkStatus();
  });
}

TEST(TakenFile, GivesBackWhatWasTaken) {
  const std::vector<Bytes> entries = {Bytes(kLedgerSealedSize, 1), Bytes(kLedgerSealedSize, 2)};
  std::vector<Bytes> read;
  const auto head = Read(FileOf(entries), &read);
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_EQ(*head, kHead);
  EXPECT_EQ(read, entries);
}

TEST(TakenFile, EveryCutIsSeen) {
  const std::string file = FileOf({Bytes(kLedgerSealedSize, 1), Bytes(kLedgerSealedSize, 2)});
  for (size_t size = 0; size < file.size(); ++size) {
    EXPECT_TRUE(absl::IsInvalidArgument(Read(file.substr(0, size)).status())) << size;
  }
  EXPECT_FALSE(Read(file + "x").ok());
  std::string fewer = file;   // an entry that was cut out of the middle
  fewer.erase(60, kLedgerSealedSize);
  EXPECT_FALSE(Read(fewer).ok());
  EXPECT_FALSE(Read("w" + file.substr(1, 5) + file).ok());
}

TEST(TakenFile, WhoReadsItEndsIt) {
  std::istringstream in(FileOf({Bytes(kLedgerSealedSize, 1)}));
  const auto head = ReadTakenFile(in, [](ByteView) { return absl::DataLossError("enough"); });
  EXPECT_TRUE(absl::IsDataLoss(head.status()));
}

TEST(TakenFilePage, ExampleIsWhatTheCodeMakes) {
  EXPECT_EQ(ToHex(AsBytes(FileOf({}))),
            ToHex(BytesOfLines(DocExample("docs/formats/taken-ledger.md", "taken"))));
}

}  // namespace
}  // namespace whoelse
