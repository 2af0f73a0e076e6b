// A log and the files that it publishes, in memory.
#ifndef WHOELSE_TESTS_AUDIT_PUBLISHED_LOG_H_
#define WHOELSE_TESTS_AUDIT_PUBLISHED_LOG_H_

#include <map>
#include <string>
#include <vector>

#include "audit/checkpoint.h"
#include "audit/log_mirror.h"
#include "audit/tile.h"
#include "tests/support/random.h"

namespace whoelse {

using LogFileMap = std::map<std::string, Bytes>;

inline FileReader ReaderOf(const LogFileMap& files) {
  return [&files](const std::string& path) -> absl::StatusOr<Bytes> {
    const auto file = files.find(path);
    if (file == files.end()) return absl::NotFoundError(path + ": no such file");
    return file->second;
  };
}

// All files of these entries in the tlog-tiles layout, with a checkpoint signed by the key.
inline LogFileMap Publish(const std::string& origin, const SigningKey& key,
                          const std::vector<Bytes>& entries) {
  LogFileMap files;
  std::vector<TreeHash> hashes;
  for (const Bytes& entry : entries) hashes.push_back(LeafHash(entry));
  const Checkpoint checkpoint{origin, entries.size(), TreeRoot(hashes)};
  files[kCheckpointFile] = ToBytes(AsBytes(SignCheckpoint(checkpoint, key).Serialize()));
  for (size_t first = 0; first < entries.size(); first += kTileWidth) {
    const size_t width = std::min<size_t>(kTileWidth, entries.size() - first);
    const TilePath path{std::nullopt, first / kTileWidth, static_cast<unsigned>(width)};
    files[path.Serialize()] = *EncodeBundle(std::span(entries).subspan(first, width));
  }
  for (unsigned level = 0; !hashes.empty(); ++level) {
    std::vector<TreeHash> above;
    for (size_t first = 0; first < hashes.size(); first += kTileWidth) {
      const size_t width = std::min<size_t>(kTileWidth, hashes.size() - first);
      const auto tile = std::span<const TreeHash>(hashes).subspan(first, width);
      files[TilePath{level, first / kTileWidth, static_cast<unsigned>(width)}.Serialize()] =
          EncodeTile(tile);
      if (width == kTileWidth) above.push_back(TreeRoot(tile));
    }
    hashes = above;
  }
  return files;
}

class CopyInMemory final : public LogCopy {
 public:
  absl::StatusOr<Bytes> Read(const std::string& path) override { return ReaderOf(files)(path); }
  absl::Status Write(const std::string& path, ByteView bytes) override {
    if (writes_left == 0) return absl::UnavailableError("the disk is full");
    --writes_left;
    files[path] = ToBytes(bytes);
    return absl::OkStatus();
  }
  absl::Status Remove(const std::string& path) override {
    files.erase(path);
    return absl::OkStatus();
  }

  LogFileMap files;
  uint64_t writes_left = UINT64_MAX;
};

inline constexpr auto kNoVisit = [](uint64_t, ByteView) { return absl::OkStatus(); };
inline constexpr auto kNoProgress = [](uint64_t, uint64_t) {};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_AUDIT_PUBLISHED_LOG_H_
