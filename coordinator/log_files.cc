#include "coordinator/log_files.h"

#include <optional>

namespace whoelse {

absl::StatusOr<Bytes> ReadLogFile(const CoordinatorState& state, const TilePath& path,
                                  uint64_t size) {
  const unsigned level = path.level.value_or(0);
  if (path.width > TileWidthAt(level, path.index, size)) {
    return absl::NotFoundError("log: it is not so long");
  }
  const uint64_t first = path.index * kTileWidth;
  if (!path.level) {
    const auto entries = state.Entries(first, first + path.width);
    if (!entries.ok()) return entries.status();
    return EncodeBundle(*entries);
  }
  std::vector<TreeHash> hashes;
  for (uint64_t i = 0; i < path.width; ++i) {
    const auto hash = state.Node(level * kTileHeight, first + i);
    if (!hash.ok()) return hash.status();
    hashes.push_back(*hash);
  }
  return EncodeTile(hashes);
}

std::vector<TilePath> NewLogFiles(uint64_t from, uint64_t size) {
  std::vector<TilePath> paths;
  for (unsigned level = 0; level <= kTileLevelMax; ++level) {
    const uint64_t before = from >> (kTileHeight * level);
    const uint64_t now = size >> (kTileHeight * level);
    if (now == before) break;   // nothing new above it either
    for (uint64_t index = before / kTileWidth; index * kTileWidth < now; ++index) {
      const unsigned width = TileWidthAt(level, index, size);
      if (level == 0) paths.push_back({std::nullopt, index, width});
      paths.push_back({level, index, width});
    }
  }
  return paths;
}

}  // namespace whoelse
