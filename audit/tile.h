// The log as static files: tiles of 256 hashes and bundles of 256 entries. C2SP tlog-tiles, height
// 8; docs/formats/log-entries.md. Everything here is immutable once its bytes exist.
#ifndef WHOELSE_AUDIT_TILE_H_
#define WHOELSE_AUDIT_TILE_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "audit/merkle.h"

namespace whoelse {

inline constexpr unsigned kTileHeight = 8;
inline constexpr unsigned kTileWidth = 256;
inline constexpr unsigned kTileLevelMax = 7;   // level 8 would need a tree of 2^64 leaves
static_assert((kTreeSizeMax >> (kTileHeight * kTileLevelMax)) > 0);

// tile/<level>/<index>[.p/<width>], or tile/entries/<index>[.p/<width>] without a level.
struct TilePath {
  std::optional<unsigned> level;   // 0..kTileLevelMax; none: an entry bundle
  uint64_t index = 0;
  unsigned width = kTileWidth;     // 1..kTileWidth; below: a partial tile

  // INVALID_ARGUMENT for anything but what Serialize writes of a tile that can exist in a tree of
  // kTreeSizeMax leaves.
  static absl::StatusOr<TilePath> Parse(std::string_view path);
  std::string Serialize() const;
  bool operator==(const TilePath&) const = default;
};

// How many hashes this tile has in a tree of `size` leaves: 256, fewer for the partial one at the
// edge, 0 when there is none. Entry bundles are as wide as the tiles of level 0.
unsigned TileWidthAt(unsigned level, uint64_t index, uint64_t size);

// Where a tile store finds what a HashReader is asked for: the root (TreeRoot) of `count` hashes of
// one tile, the first at `first`.
struct NodeInTile {
  unsigned tile_level = 0;
  uint64_t tile_index = 0;
  unsigned first = 0;
  unsigned count = 0;
};
NodeInTile LocateNode(unsigned level, uint64_t index);

// At most kTileWidth hashes, back to back.
Bytes EncodeTile(std::span<const TreeHash> hashes);
// INVALID_ARGUMENT unless exactly `width` hashes, 1..kTileWidth.
absl::StatusOr<std::vector<TreeHash>> ParseTile(ByteView bytes, unsigned width);

// (u16 length || entry)*. INVALID_ARGUMENT: no entry, more than kTileWidth, or one above 65,535
// bytes.
absl::StatusOr<Bytes> EncodeBundle(std::span<const Bytes> entries);
// INVALID_ARGUMENT unless exactly `width` entries, 1..kTileWidth. The entries are not looked into;
// whether they are the log's, only their hashes in the tile of level 0 can say.
absl::StatusOr<std::vector<Bytes>> ParseBundle(ByteView bytes, unsigned width);

}  // namespace whoelse

#endif  // WHOELSE_AUDIT_TILE_H_
