#include "audit/tile.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/audit/support.h"
#include "tests/support/mutate.h"
#include "tests/support/random.h"

namespace whoelse {
namespace {

using absl::StatusCode;

// All tiles of a tree, as the files that a log publishes.
std::map<std::string, Bytes> PublishTiles(const std::vector<TreeHash>& leaves) {
  std::map<std::string, Bytes> files;
  std::vector<TreeHash> hashes = leaves;
  for (unsigned level = 0; !hashes.empty(); ++level) {
    std::vector<TreeHash> above;
    for (size_t first = 0; first < hashes.size(); first += kTileWidth) {
      const size_t width = std::min<size_t>(kTileWidth, hashes.size() - first);
      const auto tile = std::span<const TreeHash>(hashes).subspan(first, width);
      const TilePath path{level, first / kTileWidth, static_cast<unsigned>(width)};
      EXPECT_EQ(TileWidthAt(level, path.index, leaves.size()), width);
      files[path.Serialize()] = EncodeTile(tile);
      if (width == kTileWidth) above.push_back(TreeRoot(tile));
    }
    hashes = above;
  }
  return files;
}

// A HashReader over published tiles.
absl::StatusOr<TreeHash> HashFromTiles(const std::map<std::string, Bytes>& files, uint64_t size,
                                       unsigned level, uint64_t index) {
  const NodeInTile node = LocateNode(level, index);
  const unsigned width = TileWidthAt(node.tile_level, node.tile_index, size);
  const auto file = files.find(TilePath{node.tile_level, node.tile_index, width}.Serialize());
  if (file == files.end()) return absl::NotFoundError("no such tile");
  const auto tile = ParseTile(file->second, width);
  if (!tile.ok()) return tile.status();
  if (node.first + node.count > tile->size()) return absl::OutOfRangeError("beyond the tile");
  return TreeRoot(std::span<const TreeHash>(*tile).subspan(node.first, node.count));
}

std::vector<Bytes> LogEntries() {
  std::vector<Bytes> entries;
  for (const auto& entry : LogVectors()["entries"]) entries.push_back(Hex(entry));
  return entries;
}

TEST(Tile, Vectors) {
  const auto files = PublishTiles(LogLeaves());
  const auto& expected = LogVectors()["tiles"];
  ASSERT_EQ(files.size(), expected.size());
  for (const auto& [path, hex] : expected.items()) {
    ASSERT_TRUE(files.contains(path)) << path;
    EXPECT_EQ(files.at(path), Hex(hex));
    EXPECT_EQ(TilePath::Parse(path)->Serialize(), path);
  }
}

// The example of tlog-tiles: 70,000 leaves.
TEST(Tile, WidthsOfTheStandardsExample) {
  EXPECT_EQ(TileWidthAt(0, 0, 70'000), 256u);
  EXPECT_EQ(TileWidthAt(0, 272, 70'000), 256u);
  EXPECT_EQ(TileWidthAt(0, 273, 70'000), 112u);
  EXPECT_EQ(TileWidthAt(0, 274, 70'000), 0u);
  EXPECT_EQ(TileWidthAt(1, 0, 70'000), 256u);
  EXPECT_EQ(TileWidthAt(1, 1, 70'000), 17u);
  EXPECT_EQ(TileWidthAt(1, 2, 70'000), 0u);
  EXPECT_EQ(TileWidthAt(2, 0, 70'000), 1u);
  EXPECT_EQ(TileWidthAt(3, 0, 70'000), 0u);
  EXPECT_EQ(TileWidthAt(0, 0, 256), 256u);
  EXPECT_EQ(TileWidthAt(0, 1, 256), 0u);
  EXPECT_EQ(TileWidthAt(1, 0, 256), 1u);
  EXPECT_EQ(TileWidthAt(0, 0, 0), 0u);
  EXPECT_EQ(TileWidthAt(7, 0, kTreeSizeMax), 127u);
  EXPECT_EQ(TileWidthAt(8, 0, kTreeSizeMax), 0u);
}

TEST(Tile, ProofsComeFromPublishedTilesAlone) {
  constexpr uint64_t kSeed = 20260403;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  std::vector<TreeHash> leaves;
  for (uint64_t i = 0; i < 70'000; ++i) leaves.push_back(LeafHash(Writer().U64(i).view()));
  const auto files = PublishTiles(leaves);
  EXPECT_EQ(files.size(), 273u + 1 + 1 + 1 + 1);
  const TreeHash root = TreeRoot(leaves);
  const auto reader = [&](unsigned level, uint64_t index) {
    return HashFromTiles(files, leaves.size(), level, index);
  };
  for (int i = 0; i < 40; ++i) {
    const uint64_t index = random.Below(leaves.size());
    const auto inclusion = InclusionProof(index, leaves.size(), reader);
    ASSERT_TRUE(inclusion.ok()) << inclusion.status();
    ASSERT_TRUE(VerifyInclusion(leaves[index], index, leaves.size(), *inclusion, root).ok());
    const auto consistency = ConsistencyProof(index, leaves.size(), reader);
    ASSERT_TRUE(consistency.ok()) << consistency.status();
    const TreeHash old_root = TreeRoot(std::span<const TreeHash>(leaves).first(index));
    ASSERT_TRUE(VerifyConsistency(index, old_root, leaves.size(), root, *consistency).ok());
  }
}

TEST(TilePath, TheStandardsExample) {
  EXPECT_EQ((TilePath{0u, 1'234'067, kTileWidth}.Serialize()), "tile/0/x001/x234/067");
  EXPECT_EQ((TilePath{std::nullopt, 1'000, 7}.Serialize()), "tile/entries/x001/000.p/7");
}

TEST(TilePath, ParsesWhatItWrites) {
  for (const std::string path :
       {"tile/0/000", "tile/0/000.p/1", "tile/1/000.p/255", "tile/0/999", "tile/0/x001/000",
        "tile/0/x001/x234/067", "tile/7/000.p/127", "tile/entries/000", "tile/entries/x123/456.p/9",
        "tile/0/x036/x028/x797/x018/x963/966"}) {
    const auto parsed = TilePath::Parse(path);
    ASSERT_TRUE(parsed.ok()) << path;
    EXPECT_EQ(parsed->Serialize(), path);
  }
  EXPECT_EQ(*TilePath::Parse("tile/3/x001/002.p/4"), (TilePath{3u, 1'002, 4}));
  EXPECT_EQ(*TilePath::Parse("tile/entries/002"), (TilePath{std::nullopt, 2, kTileWidth}));
}

TEST(TilePath, RefusesWhatItDoesNotWrite) {
  for (const std::string path :
       {"", "tile", "tile/", "tile/0", "tile/0/", "tile//000", "/tile/0/000", "tile/0/000/",
        "tiles/0/000", "tile/00/000", "tile/-1/000", "tile/8/000", "tile/7/000", "tile/63/000",
        "tile/4294967296/000", "tile/0/000.p/4294967297",
        "tile/7/000.p/128", "tile/data/000", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/x000",
        "tile/0/x000/001", "tile/0/x001", "tile/0/001/002", "tile/0/x001/x002", "tile/0/1/234",
        "tile/0/x1234/067", "tile/0/X001/000", "tile/0/000.p/0", "tile/0/000.p/256",
        "tile/0/000.p/01", "tile/0/000.p/", "tile/0/000.p", "tile/0/000.p/1.p/1", "tile/0/000.p/1/",
        "tile/0/../000", "tile/0/xxx", "tile/0/-01", "tile/0/x036/x028/x797/x018/x963/967",
        "tile/0/x999/x999/x999/x999/x999/x999/999", "tile/0/000\n"}) {
    EXPECT_EQ(TilePath::Parse(path).status().code(), StatusCode::kInvalidArgument) << path;
  }
}

TEST(TilePath, WhatParsesSerialisesBack) {
  constexpr uint64_t kSeed = 20260404;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  size_t parsed = 0;
  for (int i = 0; i < 40'000; ++i) {
    const std::string seed = i % 2 ? "tile/0/x001/x234/067.p/25" : "tile/entries/x012/345";
    const Bytes bytes = Mutate(ToBytes(AsBytes(seed)), "0123456789x/.pe", random);
    const auto path = TilePath::Parse(AsText(bytes));
    if (!path.ok()) continue;
    ++parsed;
    ASSERT_EQ(path->Serialize(), AsText(bytes));
  }
  EXPECT_GT(parsed, 1000u);
}

TEST(Tile, ParsesExactlyItsWidth) {
  const auto leaves = LogLeaves();
  const Bytes bytes = EncodeTile(leaves);
  EXPECT_EQ(*ParseTile(bytes, 6), leaves);
  EXPECT_FALSE(ParseTile(bytes, 5).ok());
  EXPECT_FALSE(ParseTile(bytes, 7).ok());
  EXPECT_FALSE(ParseTile({}, 0).ok());
  EXPECT_FALSE(ParseTile(ByteView(bytes).first(bytes.size() - 1), 6).ok());
  EXPECT_TRUE(ParseTile(Bytes(256 * 32), 256).ok());
  EXPECT_FALSE(ParseTile(Bytes(257 * 32), 257).ok());
}

TEST(Bundle, Vectors) {
  const auto entries = LogEntries();
  const auto bundle = EncodeBundle(entries);
  ASSERT_TRUE(bundle.ok());
  EXPECT_EQ(*bundle, Hex(LogVectors()["bundle"]));
  EXPECT_EQ(*ParseBundle(*bundle, 6), entries);
}

TEST(Bundle, ParsesExactlyItsWidth) {
  const Bytes bundle = Hex(LogVectors()["bundle"]);
  EXPECT_FALSE(ParseBundle(bundle, 5).ok());
  EXPECT_FALSE(ParseBundle(bundle, 7).ok());
  EXPECT_FALSE(ParseBundle(bundle, 0).ok());
  EXPECT_FALSE(ParseBundle({}, 0).ok());
  EXPECT_FALSE(ParseBundle({}, 1).ok());
  EXPECT_FALSE(ParseBundle(Bytes(2 * 257), 257).ok());
  EXPECT_TRUE(ParseBundle(Bytes(2 * 256), 256).ok());
  for (size_t size = 0; size < bundle.size(); ++size) {
    EXPECT_FALSE(ParseBundle(ByteView(bundle).first(size), 6).ok()) << size;
  }
  Bytes longer = bundle;
  longer.push_back(0);
  EXPECT_FALSE(ParseBundle(longer, 6).ok());
}

TEST(Bundle, RefusesToEncodeWhatItCouldNotParse) {
  EXPECT_FALSE(EncodeBundle({}).ok());
  EXPECT_TRUE(EncodeBundle(std::vector<Bytes>(256)).ok());
  EXPECT_FALSE(EncodeBundle(std::vector<Bytes>(257)).ok());
  EXPECT_TRUE(EncodeBundle(std::vector<Bytes>{Bytes(65'535)}).ok());
  EXPECT_FALSE(EncodeBundle(std::vector<Bytes>{Bytes(65'536)}).ok());
}

TEST(Bundle, WhatParsesSerialisesBack) {
  constexpr uint64_t kSeed = 20260405;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  const std::string bytes_to_put{"\0\x01\x25\x26\x29\x31\x7B\xFF", 8};
  size_t parsed = 0;
  for (int i = 0; i < 40'000; ++i) {
    const Bytes bytes = Mutate(Hex(LogVectors()["bundle"]), bytes_to_put, random);
    for (const unsigned width : {5u, 6u, 7u}) {
      const auto entries = ParseBundle(bytes, width);
      if (!entries.ok()) continue;
      ++parsed;
      ASSERT_EQ(*EncodeBundle(*entries), bytes);
    }
  }
  EXPECT_GT(parsed, 1000u);
}

}  // namespace
}  // namespace whoelse
