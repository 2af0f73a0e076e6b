#include "audit/tile.h"

#include "tests/fuzz/fuzz.h"

namespace whoelse {
namespace {

void FuzzContent(ByteView content, unsigned width) {
  if (const auto hashes = ParseTile(content, width); hashes.ok()) {
    HoldSame(EncodeTile(*hashes), content);
  }
  if (const auto entries = ParseBundle(content, width); entries.ok()) {
    const auto written = EncodeBundle(*entries);
    Hold(written.ok(), "a bundle that was read can be written");
    HoldSame(*written, content);
  }
}

}  // namespace

// The whole input as a path; and its first byte as the width, less one, of the tile or bundle in
// the rest.
void Fuzz(ByteView input) {
  RoundTrip<TilePath>(AsText(input));
  if (!input.empty()) FuzzContent(input.subspan(1), input[0] + 1u);
}

}  // namespace whoelse
