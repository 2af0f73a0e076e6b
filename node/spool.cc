#include "node/spool.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <utility>

#include "crypto/hash.h"
#include "crypto/seal.h"
#include "crypto/wiped_bytes.h"

namespace whoelse {
namespace {

constexpr size_t kBlock = 256u << 10;
// Twice what the store needs to go on: a spool that took the last of the disk would stop the node.
constexpr uint64_t kFreeBytesFloor = 128u << 20;

absl::Status Unavailable() {
  return absl::UnavailableError("import: the temporary file in the data directory fails; see the disk");
}

bool HasRoom(int file) {
  struct statvfs stat;
  return fstatvfs(file, &stat) == 0 && uint64_t{stat.f_bavail} * stat.f_frsize >= kFreeBytesFloor;
}

bool WriteAll(int file, ByteView bytes, uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t n = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n <= 0) return false;
    bytes = bytes.subspan(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  return true;
}

bool ReadAll(int file, std::span<uint8_t> bytes, uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t n = pread(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n <= 0) return false;
    bytes = bytes.subspan(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Spool>> Spool::Create(const std::string& directory,
                                                     Random& random) {
  std::string path = directory + "/import-XXXXXX";
  const int file = mkostemp(path.data(), O_CLOEXEC);
  if (file < 0) return Unavailable();
  std::unique_ptr<Spool> spool(new Spool(file, random.NewSecret<32>()));
  if (unlink(path.c_str()) != 0) return Unavailable();
  return spool;
}

Spool::~Spool() {
  sodium_memzero(gathered_.data(), gathered_.size());
  close(file_);
}

// A key is used once, for one block, so that blocks cannot change places.
Secret<32> Spool::KeyOf(uint64_t block) const {
  return K(key_.Reveal(), "node/spool", {Writer().U64(block).view()});
}

absl::Status Spool::Add(ByteView item) {
  const Bytes length = Writer().U32(static_cast<uint32_t>(item.size())).Take();
  if (gathered_.capacity() < kBlock) gathered_.reserve(2 * kBlock);
  gathered_.insert(gathered_.end(), length.begin(), length.end());
  gathered_.insert(gathered_.end(), item.begin(), item.end());
  return gathered_.size() < kBlock ? absl::OkStatus() : Flush();
}

absl::Status Spool::Flush() {
  if (gathered_.empty()) return absl::OkStatus();
  if (!HasRoom(file_)) {
    return absl::FailedPreconditionError(
        "import: less than 128 MiB are free on the disk of the data directory; free some space");
  }
  const Bytes sealed = SealOnce(KeyOf(blocks_).Reveal(), {}, gathered_);
  const Bytes block = Writer().U32(static_cast<uint32_t>(sealed.size())).Raw(sealed).Take();
  if (!WriteAll(file_, block, written_)) return Unavailable();
  written_ += block.size();
  ++blocks_;
  sodium_memzero(gathered_.data(), gathered_.size());
  gathered_.clear();
  return absl::OkStatus();
}

absl::StatusOr<Bytes> Spool::ReadBlock(uint64_t number, uint64_t& offset) const {
  Bytes length(4);
  if (!ReadAll(file_, length, offset)) return Unavailable();
  Bytes sealed(Reader(length).U32());
  if (!ReadAll(file_, sealed, offset + length.size())) return Unavailable();
  offset += length.size() + sealed.size();
  absl::StatusOr<Bytes> block = OpenOnce(KeyOf(number).Reveal(), {}, sealed);
  if (!block.ok()) return absl::DataLossError("import: its temporary file was damaged; see the disk");
  return block;
}

absl::Status Spool::ForEach(const std::function<absl::Status(ByteView)>& visit) {
  if (absl::Status flushed = Flush(); !flushed.ok()) return flushed;
  uint64_t offset = 0;
  for (uint64_t number = 0; number < blocks_; ++number) {
    absl::StatusOr<Bytes> opened = ReadBlock(number, offset);
    if (!opened.ok()) return opened.status();
    const WipedBytes block(*std::move(opened));
    Reader items(block);
    while (items.left() > 0) {
      const ByteView item = items.Raw(items.U32());
      if (!items.ok()) return absl::InternalError("import: a block ends in an item");
      if (absl::Status visited = visit(item); !visited.ok()) return visited;
    }
  }
  return absl::OkStatus();
}

}  // namespace whoelse
