#include "node/taken_file.h"

#include <string>
#include <string_view>

namespace whoelse {
namespace {

constexpr std::string_view kBegin = "whoelse taken ledger v1\n";
constexpr std::string_view kEnd = "end\n";
constexpr size_t kHeadSize = kBegin.size() + 4 + 8 + 8;
constexpr size_t kEndSize = kEnd.size() + 8;
static_assert(kEndSize < kLedgerSealedSize);   // what is read last is told by its size

absl::Status None() {
  return absl::InvalidArgumentError("taken: is no file that ledger take wrote, or was cut off: use "
                                    "another copy");
}

// At most so many bytes; fewer at the end of the file.
std::string ReadSome(std::istream& file, size_t most) {
  std::string bytes(most, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(most));
  bytes.resize(static_cast<size_t>(file.gcount()));
  return bytes;
}

}  // namespace

Bytes TakenFileHead(const TakenHead& head) {
  return Writer().Raw(AsBytes(kBegin)).U32(head.agency).U64(head.from_ms).U64(head.through_ms).Take();
}

Bytes TakenFileEnd(uint64_t entries) { return Writer().Raw(AsBytes(kEnd)).U64(entries).Take(); }

absl::StatusOr<TakenHead> ReadTakenFile(std::istream& file,
                                        absl::FunctionRef<absl::Status(ByteView)> visit) {
  const std::string begin = ReadSome(file, kHeadSize);
  Reader in(AsBytes(begin));
  if (AsText(in.Raw(kBegin.size())) != kBegin) return None();
  TakenHead head;
  head.agency = in.U32();
  head.from_ms = in.U64();
  head.through_ms = in.U64();
  if (!in.Done()) return None();
  for (uint64_t entries = 0;; ++entries) {
    const std::string bytes = ReadSome(file, kLedgerSealedSize);
    if (bytes.size() == kLedgerSealedSize) {
      if (absl::Status visited = visit(AsBytes(bytes)); !visited.ok()) return visited;
      continue;
    }
    // Without the count a file that lost its last entries would read as whole.
    if (ToBytes(AsBytes(bytes)) != TakenFileEnd(entries)) return None();
    return head;
  }
}

}  // namespace whoelse
