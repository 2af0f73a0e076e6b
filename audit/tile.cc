#include "audit/tile.h"

#include <array>
#include <cstdio>

#include "audit/lines.h"

namespace whoelse {
namespace {

constexpr std::string_view kRoot = "tile/";
constexpr std::string_view kEntries = "entries";
constexpr std::string_view kPartial = ".p/";

// 1234067 -> x001/x234/067, so that a directory never has the name of a file.
std::string EncodeIndex(uint64_t index) {
  std::string out;
  for (uint64_t rest = index;; rest /= 1000) {
    std::array<char, 4> group;
    std::snprintf(group.data(), group.size(), "%03u", static_cast<unsigned>(rest % 1000));
    out = out.empty() ? std::string(group.data()) : "x" + std::string(group.data()) + "/" + out;
    if (rest < 1000) return out;
  }
}

// Lenient about the groups' form: the caller compares with the one spelling that is right.
std::optional<uint64_t> DecodeIndex(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != 'x' && c != '/') digits += c;
  }
  const size_t first = digits.find_first_not_of('0');
  return ParseDecimal(first == std::string::npos ? "0" : std::string_view(digits).substr(first));
}

absl::Status BadPath() { return absl::InvalidArgumentError("tile path: not a tile's"); }

}  // namespace

absl::StatusOr<TilePath> TilePath::Parse(std::string_view path) {
  TilePath out;
  std::string_view rest = path;
  const size_t slash = rest.find('/', kRoot.size());
  if (slash == std::string_view::npos || rest.substr(0, kRoot.size()) != kRoot) return BadPath();
  const std::string_view level_text = rest.substr(kRoot.size(), slash - kRoot.size());
  if (level_text != kEntries) {
    const auto level = ParseDecimal(level_text);
    if (!level) return BadPath();
    out.level = static_cast<unsigned>(*level);
  }
  rest.remove_prefix(slash + 1);
  if (const size_t partial = rest.find(kPartial); partial != std::string_view::npos) {
    const auto width = ParseDecimal(rest.substr(partial + kPartial.size()));
    if (!width || *width < 1) return BadPath();
    out.width = static_cast<unsigned>(*width);
    rest = rest.substr(0, partial);
  }
  const auto index = DecodeIndex(rest);
  if (!index) return BadPath();
  out.index = *index;
  // Numbers that were cut short, groups of other than three digits, a partial tile that is full.
  if (out.Serialize() != path) return BadPath();
  if (TileWidthAt(out.level.value_or(0), out.index, kTreeSizeMax) < out.width) return BadPath();
  return out;
}

std::string TilePath::Serialize() const {
  std::string out(kRoot);
  out += level ? std::to_string(*level) : std::string(kEntries);
  out += "/" + EncodeIndex(index);
  if (width < kTileWidth) out += std::string(kPartial) + std::to_string(width);
  return out;
}

unsigned TileWidthAt(unsigned level, uint64_t index, uint64_t size) {
  if (level > kTileLevelMax) return 0;
  const uint64_t hashes = size >> (kTileHeight * level);
  if (index < hashes / kTileWidth) return kTileWidth;
  return index == hashes / kTileWidth ? static_cast<unsigned>(hashes % kTileWidth) : 0;
}

NodeInTile LocateNode(unsigned level, uint64_t index) {
  const unsigned above = level % kTileHeight;   // levels above the tile's hashes
  const uint64_t first = index << above;
  return {level / kTileHeight, first / kTileWidth, static_cast<unsigned>(first % kTileWidth),
          1u << above};
}

Bytes EncodeTile(std::span<const TreeHash> hashes) {
  Writer out;
  for (const TreeHash& hash : hashes) out.Raw(hash);
  return out.Take();
}

absl::StatusOr<std::vector<TreeHash>> ParseTile(ByteView bytes, unsigned width) {
  if (width < 1 || width > kTileWidth || bytes.size() != width * TreeHash::kSize) {
    return absl::InvalidArgumentError("tile: not as wide as it must be");
  }
  Reader in(bytes);
  std::vector<TreeHash> hashes;
  while (in.left() > 0) hashes.push_back(in.Fixed<TreeHash>());
  return hashes;
}

absl::StatusOr<Bytes> EncodeBundle(std::span<const Bytes> entries) {
  if (entries.empty() || entries.size() > kTileWidth) {
    return absl::InvalidArgumentError("entry bundle: not 1 to 256 entries");
  }
  Writer out;
  for (const Bytes& entry : entries) {
    if (entry.size() > UINT16_MAX) {
      return absl::InvalidArgumentError("entry bundle: an entry above 65,535 bytes");
    }
    out.U16(static_cast<uint16_t>(entry.size())).Raw(entry);
  }
  return out.Take();
}

absl::StatusOr<std::vector<Bytes>> ParseBundle(ByteView bytes, unsigned width) {
  if (width < 1 || width > kTileWidth) {
    return absl::InvalidArgumentError("entry bundle: not 1 to 256 entries");
  }
  Reader in(bytes);
  std::vector<Bytes> entries;
  for (unsigned i = 0; i < width; ++i) entries.push_back(ToBytes(in.Raw(in.U16())));
  if (!in.Done()) return absl::InvalidArgumentError("entry bundle: not as many entries as it must");
  return entries;
}

}  // namespace whoelse
