// The tree of a published log (C2SP tlog-tiles), every hash proved against the signed root before it
// is believed, and damage located to the file and the entry. Pure: files come through a reader.
#ifndef WHOELSE_AUDIT_LOG_TREE_H_
#define WHOELSE_AUDIT_LOG_TREE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "audit/checkpoint.h"
#include "audit/tile.h"

namespace whoelse {

// The bytes of the log's file at `path` ("tile/0/000"), right or wrong. NOT_FOUND: there is none.
using FileReader = std::function<absl::StatusOr<Bytes>(const std::string& path)>;
// A log may drop a partial tile once the full one is there: the full one's beginning in its place.
FileReader WithFullTiles(FileReader files);

// The bytes for which `check` is OK, from wherever the caller has them; else what `check` said, or
// the errors of FileReader.
using FileCheck = absl::FunctionRef<absl::Status(ByteView bytes)>;
using CheckedReader =
    std::function<absl::StatusOr<Bytes>(const std::string& path, FileCheck check)>;
CheckedReader Checked(FileReader files);

// DATA_LOSS, in all functions here, says which file is not what the checkpoint commits to, and the
// first hash or entry in it that is wrong. NOT_FOUND names a file that is missing.
class LogTree {
 public:
  // Reads the tiles at the right edge from `source` and proves them against the root. All else is
  // read through `proved`, with a check that says all there is to say about a file.
  static absl::StatusOr<LogTree> Open(const Checkpoint& checkpoint, FileReader source,
                                      CheckedReader proved);
  static absl::StatusOr<LogTree> Open(const Checkpoint& checkpoint, const FileReader& source) {
    return Open(checkpoint, source, Checked(source));
  }

  const Checkpoint& checkpoint() const { return checkpoint_; }

  // The tile's hashes, as many as it has at this size. INVALID_ARGUMENT: this tree has no such tile.
  absl::StatusOr<std::vector<TreeHash>> Tile(unsigned level, uint64_t index);
  // A HashReader for proofs and earlier roots: the root of the perfect subtree over the leaves
  // [index * 2^level, (index + 1) * 2^level), which lie within the tree.
  absl::StatusOr<TreeHash> Node(unsigned level, uint64_t index);
  // The root that the tree had at `size`, at most the checkpoint's.
  absl::StatusOr<TreeHash> RootAt(uint64_t size);
  // The entries of one bundle, each proved against its leaf.
  absl::StatusOr<std::vector<Bytes>> Bundle(uint64_t index);

  uint64_t bundles() const;   // in this tree

 private:
  LogTree(const Checkpoint& checkpoint, FileReader source, CheckedReader proved)
      : checkpoint_(checkpoint), source_(std::move(source)), proved_(std::move(proved)) {}
  absl::Status ReadRightEdge();
  absl::Status LocateInEdge();
  TreeHash EdgeRoot() const;
  // What the hashes of a tile must be by the unproved files below it; nullopt when these are of no
  // use.
  std::optional<std::vector<TreeHash>> FromBelow(unsigned level, uint64_t index, unsigned width);
  absl::Status Locate(unsigned level, uint64_t index, const TreeHash& root,
                      const absl::Status& found);

  struct CachedTile {
    uint64_t index;
    std::vector<TreeHash> hashes;
  };
  Checkpoint checkpoint_;
  FileReader source_;
  CheckedReader proved_;
  std::map<unsigned, CachedTile> edge_;   // by level: the partial tiles
  std::map<unsigned, CachedTile> last_;   // by level: the full tile read last
};

// The first leaf in which the trees differ, both up to the smaller one's size; nullopt: none.
absl::StatusOr<std::optional<uint64_t>> FirstDifference(LogTree& a, LogTree& b);

}  // namespace whoelse

#endif  // WHOELSE_AUDIT_LOG_TREE_H_
