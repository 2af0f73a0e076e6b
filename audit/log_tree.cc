#include "audit/log_tree.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace whoelse {
namespace {

std::string PathOf(unsigned level, uint64_t index, unsigned width) {
  return TilePath{level, index, width}.Serialize();
}
std::string BundlePath(uint64_t index, unsigned width) {
  return TilePath{std::nullopt, index, width}.Serialize();
}

absl::Status Damaged(const std::string& path, const std::string& what) {
  return absl::DataLossError(path + ": " + what);
}

// "hash 3 (byte 96)"
std::string Place(const char* what, uint64_t number, size_t byte) {
  return std::string(what) + " " + std::to_string(number) + " (byte " + std::to_string(byte) + ")";
}

absl::Status CheckWidth(const std::string& path, ByteView bytes, unsigned width) {
  const size_t expected = width * TreeHash::kSize;
  if (bytes.size() == expected) return absl::OkStatus();
  return Damaged(path, "is " + std::to_string(bytes.size()) + " bytes long, not " +
                           std::to_string(expected));
}

// Entry by entry, so that a damaged length field is found at its own entry and not at the end.
absl::Status CheckBundle(const std::string& path, ByteView bytes, uint64_t first,
                         const std::vector<TreeHash>& leaves) {
  Reader in(bytes);
  for (size_t i = 0; i < leaves.size(); ++i) {
    const size_t at = bytes.size() - in.left();
    const ByteView entry = in.Raw(in.U16());
    if (!in.ok() || LeafHash(entry) != leaves[i]) {
      return Damaged(path, Place("entry", first + i, at) + " is not the one that was logged");
    }
  }
  if (in.Done()) return absl::OkStatus();
  return Damaged(path, "goes on after its last entry at byte " +
                           std::to_string(bytes.size() - in.left()));
}

// The first `width` entries of a bundle, as bytes; all of it when there are fewer.
Bytes FirstEntries(const Bytes& bundle, unsigned width) {
  Reader in(bundle);
  for (unsigned i = 0; i < width && in.ok(); ++i) in.Raw(in.U16());
  return Bytes(bundle.begin(), bundle.end() - static_cast<ptrdiff_t>(in.left()));
}

size_t FirstDifferent(const std::vector<TreeHash>& a, const std::vector<TreeHash>& b) {
  return static_cast<size_t>(std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin());
}

// What hash `k` of a tile is the hash of.
std::string Below(unsigned level, uint64_t index, size_t k) {
  const uint64_t child = index * kTileWidth + k;
  return level == 0 ? "entry " + std::to_string(child)
                    : PathOf(level - 1, child, kTileWidth);
}

absl::Status DamagedHash(unsigned level, uint64_t index, unsigned width, size_t k) {
  return Damaged(PathOf(level, index, width),
                 Place("hash", k, k * TreeHash::kSize) + " is not that of " +
                     Below(level, index, k));
}

}  // namespace

CheckedReader Checked(FileReader files) {
  return [files = std::move(files)](const std::string& path,
                                    FileCheck check) -> absl::StatusOr<Bytes> {
    auto bytes = files(path);
    if (!bytes.ok()) return bytes;
    if (const absl::Status good = check(*bytes); !good.ok()) return good;
    return bytes;
  };
}

FileReader WithFullTiles(FileReader files) {
  return [files = std::move(files)](const std::string& path) -> absl::StatusOr<Bytes> {
    auto bytes = files(path);
    auto tile = TilePath::Parse(path);
    if (!absl::IsNotFound(bytes.status()) || !tile.ok() || tile->width == kTileWidth) return bytes;
    const unsigned width = std::exchange(tile->width, kTileWidth);
    auto full = files(tile->Serialize());
    if (!full.ok()) return bytes;
    if (!tile->level) return FirstEntries(*full, width);
    full->resize(std::min(full->size(), width * TreeHash::kSize));
    return full;
  };
}

absl::StatusOr<LogTree> LogTree::Open(const Checkpoint& checkpoint, FileReader source,
                                      CheckedReader proved) {
  LogTree tree(checkpoint, std::move(source), std::move(proved));
  const absl::Status read = tree.ReadRightEdge();
  if (!read.ok()) return read;
  return tree;
}

absl::Status LogTree::ReadRightEdge() {
  for (unsigned level = 0; level <= kTileLevelMax; ++level) {
    const uint64_t index = (checkpoint_.size >> (kTileHeight * level)) / kTileWidth;
    const unsigned width = TileWidthAt(level, index, checkpoint_.size);
    if (width == 0) continue;
    const std::string path = PathOf(level, index, width);
    const auto bytes = source_(path);
    if (!bytes.ok()) return bytes.status();
    if (const absl::Status wide = CheckWidth(path, *bytes, width); !wide.ok()) return wide;
    edge_[level] = {index, *ParseTile(*bytes, width)};
  }
  if (EdgeRoot() == checkpoint_.root) return absl::OkStatus();
  return LocateInEdge();
}

// Each perfect subtree that the tree consists of lies in the partial tile of its level.
TreeHash LogTree::EdgeRoot() const {
  std::vector<TreeHash> subtrees;
  for (uint64_t begin = 0; begin < checkpoint_.size;) {
    const auto level = static_cast<unsigned>(std::bit_width(checkpoint_.size - begin) - 1);
    const NodeInTile node = LocateNode(level, begin >> level);
    const auto& hashes = edge_.at(node.tile_level).hashes;
    subtrees.push_back(TreeRoot(std::span(hashes).subspan(node.first, node.count)));
    begin += uint64_t{1} << level;
  }
  return Frontier::Create(checkpoint_.size, std::move(subtrees))->Root();
}

// Whether putting right one tile of the edge, by what lies below it, gives the signed root.
absl::Status LogTree::LocateInEdge() {
  for (auto& [level, tile] : edge_) {
    const auto width = static_cast<unsigned>(tile.hashes.size());
    auto below = FromBelow(level, tile.index, width);
    if (!below || *below == tile.hashes) continue;
    std::swap(tile.hashes, *below);
    const bool repaired = EdgeRoot() == checkpoint_.root;
    std::swap(tile.hashes, *below);
    if (repaired) {
      return DamagedHash(level, tile.index, width, FirstDifferent(tile.hashes, *below));
    }
  }
  return Damaged("checkpoint", "states another root than the tiles at the tree's right edge have");
}

std::optional<std::vector<TreeHash>> LogTree::FromBelow(unsigned level, uint64_t index,
                                                        unsigned width) {
  std::vector<TreeHash> hashes;
  if (level == 0) {
    const auto bytes = source_(BundlePath(index, width));
    if (!bytes.ok()) return std::nullopt;
    const auto entries = ParseBundle(*bytes, width);
    if (!entries.ok()) return std::nullopt;
    for (const Bytes& entry : *entries) hashes.push_back(LeafHash(entry));
    return hashes;
  }
  for (unsigned k = 0; k < width; ++k) {
    const auto bytes = source_(PathOf(level - 1, index * kTileWidth + k, kTileWidth));
    if (!bytes.ok()) return std::nullopt;
    const auto tile = ParseTile(*bytes, kTileWidth);
    if (!tile.ok()) return std::nullopt;
    hashes.push_back(TreeRoot(*tile));
  }
  return hashes;
}

// Says where a full tile whose hashes do not have `root` is damaged.
absl::Status LogTree::Locate(unsigned level, uint64_t index, const TreeHash& root,
                             const absl::Status& found) {
  const auto below = FromBelow(level, index, kTileWidth);
  if (!below || TreeRoot(*below) != root) return found;
  const auto bytes = source_(PathOf(level, index, kTileWidth));
  if (!bytes.ok() || bytes->size() != kTileWidth * TreeHash::kSize) return found;
  const size_t k = FirstDifferent(*ParseTile(*bytes, kTileWidth), *below);
  return k < kTileWidth ? DamagedHash(level, index, kTileWidth, k) : found;
}

absl::StatusOr<std::vector<TreeHash>> LogTree::Tile(unsigned level, uint64_t index) {
  const unsigned width = TileWidthAt(level, index, checkpoint_.size);
  if (width == 0) return absl::InvalidArgumentError("log: no such tile at this size");
  if (width < kTileWidth) return edge_.at(level).hashes;
  const auto last = last_.find(level);
  if (last != last_.end() && last->second.index == index) return last->second.hashes;

  auto above = Tile(level + 1, index / kTileWidth);
  if (!above.ok()) return above.status();
  const TreeHash root = (*above)[index % kTileWidth];
  const std::string path = PathOf(level, index, kTileWidth);
  const auto bytes = proved_(path, [&](ByteView b) {
    const absl::Status wide = CheckWidth(path, b, kTileWidth);
    if (!wide.ok() || TreeRoot(*ParseTile(b, kTileWidth)) == root) return wide;
    return Damaged(path, "its hashes are not those that the tile above it commits to");
  });
  if (absl::IsDataLoss(bytes.status())) return Locate(level, index, root, bytes.status());
  if (!bytes.ok()) return bytes.status();
  last_[level] = {index, *ParseTile(*bytes, kTileWidth)};
  return last_[level].hashes;
}

absl::StatusOr<TreeHash> LogTree::Node(unsigned level, uint64_t index) {
  const NodeInTile node = LocateNode(level, index);
  auto tile = Tile(node.tile_level, node.tile_index);
  if (!tile.ok()) return tile.status();
  if (node.first + node.count > tile->size()) {
    return absl::InvalidArgumentError("log: no such subtree at this size");
  }
  return TreeRoot(std::span(*tile).subspan(node.first, node.count));
}

absl::StatusOr<TreeHash> LogTree::RootAt(uint64_t size) {
  auto frontier = ReadFrontier(
      size, [this](unsigned level, uint64_t index) { return Node(level, index); });
  if (!frontier.ok()) return frontier.status();
  return frontier->Root();
}

absl::StatusOr<std::vector<Bytes>> LogTree::Bundle(uint64_t index) {
  const auto leaves = Tile(0, index);
  if (!leaves.ok()) return leaves.status();
  const auto width = static_cast<unsigned>(leaves->size());
  const std::string path = BundlePath(index, width);
  const auto bytes = proved_(path, [&](ByteView b) {
    return CheckBundle(path, b, index * kTileWidth, *leaves);
  });
  if (!bytes.ok()) return bytes.status();
  return ParseBundle(*bytes, width);
}

uint64_t LogTree::bundles() const {
  return checkpoint_.size / kTileWidth + (checkpoint_.size % kTileWidth != 0);
}

absl::StatusOr<std::optional<uint64_t>> FirstDifference(LogTree& a, LogTree& b) {
  const uint64_t size = std::min(a.checkpoint().size, b.checkpoint().size);
  for (uint64_t begin = 0; begin < size;) {
    auto level = static_cast<unsigned>(std::bit_width(size - begin) - 1);
    uint64_t index = begin >> level;
    begin += uint64_t{1} << level;
    const auto differ = [&](unsigned at, uint64_t i) -> absl::StatusOr<bool> {
      const auto ours = a.Node(at, i);
      if (!ours.ok()) return ours.status();
      const auto theirs = b.Node(at, i);
      if (!theirs.ok()) return theirs.status();
      return *ours != *theirs;
    };
    auto found = differ(level, index);
    if (!found.ok()) return found.status();
    if (!*found) continue;
    for (; level > 0; --level) {   // down to the leaf, left where the left halves differ
      found = differ(level - 1, 2 * index);
      if (!found.ok()) return found.status();
      index = 2 * index + (*found ? 0 : 1);
    }
    return index;
  }
  return std::nullopt;
}

}  // namespace whoelse
