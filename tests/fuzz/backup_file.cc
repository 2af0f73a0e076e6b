#include "node/backup_file.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "crypto/hash.h"
#include "tests/fuzz/fuzz.h"

namespace whoelse {
namespace {

constexpr size_t kHeader = 16 + 2 + 16 + 4 + 8 + 16, kTag = 32;   // docs/formats/node-backup.md

MasterKey Master() { return MasterKey(Secret<32>::From(std::array<uint8_t, 32>{7})); }

// The same file with the tags that belong to it, which no mutation hits: what lies behind them is
// reached by whoever has the master key, and by a node whose disk wrote what it should not have.
Bytes WithItsTags(ByteView file) {
  if (file.size() < kHeader + kTag) return ToBytes(file);
  const Secret<32> key = Master().Derive("node/backup");
  Secret<32> tag = K(key.Reveal(), "node/backup-header", {file.first(kHeader)});
  Writer out;
  out.Raw(file.first(kHeader)).Raw(tag.Reveal());
  ByteView rest = file.subspan(kHeader + kTag);
  while (true) {
    Reader in(rest);
    const uint32_t size = in.U32();
    const ByteView body = in.Raw(size);
    in.Raw(kTag);
    if (!in.ok()) return out.Raw(rest).Take();
    tag = K(key.Reveal(), "node/backup-block", {tag.Reveal(), body});
    out.U32(size).Raw(body).Raw(tag.Reveal());
    rest = rest.last(in.left());
  }
}

struct Backup {
  BackupManifest manifest;
  std::vector<std::tuple<std::string, std::string, std::string>> entries;
  bool operator==(const Backup&) const = default;
};

// nullopt: it was refused.
std::optional<Backup> Read(ByteView file) {
  auto reader = BackupReader::Open(
      Master(), [file](std::span<uint8_t> buffer) mutable -> absl::StatusOr<size_t> {
        const size_t n = std::min(buffer.size(), file.size());
        std::copy_n(file.begin(), n, buffer.begin());
        file = file.subspan(n);
        return n;
      });
  if (!reader.ok()) return std::nullopt;
  Backup read{reader->manifest(), {}};
  const auto count = reader->ForEach(
      [&](std::string_view family, std::string_view key, std::string_view value) {
        Hold(!family.empty(), "an entry has a column family");
        read.entries.emplace_back(family, key, value);
        return absl::OkStatus();
      });
  if (!count.ok()) return std::nullopt;
  Hold(*count == read.entries.size(), "a file has as many entries as it says");
  return read;
}

Bytes Written(const Backup& backup) {
  Bytes file;
  SystemRandom random;
  BackupWriter writer(backup.manifest, Master(), random, [&](ByteView bytes) {
    file.insert(file.end(), bytes.begin(), bytes.end());
    return absl::OkStatus();
  });
  for (const auto& [family, key, value] : backup.entries) {
    Hold(writer.Add(family, key, value).ok(), "what is read can be written");
  }
  Hold(writer.Finish().ok(), "what is read can be written");
  return file;
}

}  // namespace

// Where a block ends is the writer's own affair, so the bytes may be others; what they say may not.
void Fuzz(ByteView input) {
  (void)Read(input);
  const std::optional<Backup> read = Read(WithItsTags(input));
  if (read) Hold(Read(Written(*read)) == read, "a backup is written and read as it is");
}

}  // namespace whoelse
