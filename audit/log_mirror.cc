#include "audit/log_mirror.h"

#include <utility>

namespace whoelse {
namespace {

absl::Status About(const char* what, const absl::Status& status) {
  return absl::Status(status.code(), std::string(what) + ": " + std::string(status.message()));
}

absl::StatusOr<CheckedLog> ReadCheckpoint(const NoteVerifier& log, const Bytes& bytes) {
  auto note = Note::Parse(AsText(bytes));
  if (!note.ok()) return About(kCheckpointFile, note.status());
  auto checkpoint = OpenCheckpoint(*note, log);
  if (!checkpoint.ok()) return About(kCheckpointFile, checkpoint.status());
  return CheckedLog{*std::move(note), *std::move(checkpoint)};
}

absl::Status VisitAll(LogTree& tree, EntryVisitor visit, EntryProgress progress) {
  for (uint64_t bundle = 0; bundle < tree.bundles(); ++bundle) {
    progress(bundle * kTileWidth, tree.checkpoint().size);
    const auto entries = tree.Bundle(bundle);
    if (!entries.ok()) return entries.status();
    for (size_t i = 0; i < entries->size(); ++i) {
      const absl::Status visited = visit(bundle * kTileWidth + i, (*entries)[i]);
      if (!visited.ok()) return visited;
    }
  }
  progress(tree.checkpoint().size, tree.checkpoint().size);
  return absl::OkStatus();
}

// The root that the kept tree had at a size that it has passed.
absl::StatusOr<TreeHash> KeptRootAt(const CheckedLog& kept, LogCopy& copy, uint64_t size) {
  auto tree = LogTree::Open(kept.checkpoint, [&](const std::string& p) { return copy.Read(p); });
  if (!tree.ok()) return About("the copy", tree.status());
  return tree->RootAt(size);
}

// The first entry in which what is published differs from the copy, as far as both can be read.
std::optional<uint64_t> FirstChanged(const CheckedLog& kept, LogCopy& copy, LogTree& published) {
  auto ours = LogTree::Open(kept.checkpoint, [&](const std::string& p) { return copy.Read(p); });
  if (!ours.ok()) return std::nullopt;
  const auto first = FirstDifference(*ours, published);
  return first.ok() ? *first : std::nullopt;
}

// Whether the log has kept to what it had signed before. `published` is its tree now.
absl::StatusOr<std::optional<LogConflict>> Compare(const CheckedLog& kept, LogCopy& copy,
                                                   const CheckedLog& offered, LogTree& published) {
  const bool shrank = offered.checkpoint.size < kept.checkpoint.size;
  const auto common = shrank ? KeptRootAt(kept, copy, offered.checkpoint.size)
                             : published.RootAt(kept.checkpoint.size);
  if (!common.ok()) return common.status();
  // Without this a log could show the auditor another history each time.
  const bool agree = *common == (shrank ? offered : kept).checkpoint.root;
  if (agree && !shrank) return std::nullopt;
  LogConflict conflict{LogConflictKind::kForked, kept.note, offered.note, std::nullopt};
  if (agree) {
    conflict.kind = LogConflictKind::kTruncated;
    conflict.first_changed = offered.checkpoint.size;
    return conflict;
  }
  if (offered.checkpoint.size > kept.checkpoint.size) conflict.kind = LogConflictKind::kRewritten;
  conflict.first_changed = FirstChanged(kept, copy, published);
  return conflict;
}

// Every tile of the tree into the copy; those that are there already are only read.
absl::Status StoreTiles(LogTree& tree, LogCopy& copy) {
  for (unsigned level = 0; level <= kTileLevelMax; ++level) {
    const uint64_t size = tree.checkpoint().size;
    const uint64_t index = (size >> (kTileHeight * level)) / kTileWidth;
    const unsigned width = TileWidthAt(level, index, size);
    if (width == 0) continue;   // full tiles came through the copy when they were read
    const auto tile = tree.Tile(level, index);
    if (!tile.ok()) return tile.status();
    const absl::Status written =
        copy.Write(TilePath{level, index, width}.Serialize(), EncodeTile(*tile));
    if (!written.ok()) return written;
  }
  return absl::OkStatus();
}

// The partial tiles of an earlier size, which the new ones replace.
absl::Status RemovePartials(uint64_t earlier, uint64_t size, LogCopy& copy) {
  for (unsigned level = 0; level <= kTileLevelMax; ++level) {
    const uint64_t index = (earlier >> (kTileHeight * level)) / kTileWidth;
    const unsigned width = TileWidthAt(level, index, earlier);
    if (width == 0 || width == TileWidthAt(level, index, size)) continue;
    absl::Status removed = copy.Remove(TilePath{level, index, width}.Serialize());
    if (removed.ok() && level == 0) {
      removed = copy.Remove(TilePath{std::nullopt, index, width}.Serialize());
    }
    if (!removed.ok()) return removed;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<CheckedLog>> Kept(const NoteVerifier& log, LogCopy& copy) {
  const auto bytes = copy.Read(kCheckpointFile);
  if (absl::IsNotFound(bytes.status())) return std::nullopt;
  if (!bytes.ok()) return bytes.status();
  auto kept = ReadCheckpoint(log, *bytes);
  if (!kept.ok()) return About("the copy", kept.status());
  return *std::move(kept);
}

}  // namespace

absl::StatusOr<CheckedLog> CheckLog(const NoteVerifier& log, const FileReader& files,
                                    EntryVisitor visit, EntryProgress progress) {
  const auto bytes = files(kCheckpointFile);
  if (!bytes.ok()) return bytes.status();
  auto opened = ReadCheckpoint(log, *bytes);
  if (!opened.ok()) return opened.status();
  auto tree = LogTree::Open(opened->checkpoint, WithFullTiles(files));
  if (!tree.ok()) return tree.status();
  const absl::Status visited = VisitAll(*tree, visit, progress);
  if (!visited.ok()) return visited;
  return opened;
}

absl::StatusOr<Mirrored> MirrorLog(const NoteVerifier& log, const FileReader& source, LogCopy& copy,
                                   EntryVisitor visit, EntryProgress progress) {
  const auto kept = Kept(log, copy);
  if (!kept.ok()) return kept.status();
  const auto bytes = source(kCheckpointFile);
  if (!bytes.ok()) return bytes.status();
  auto offered = ReadCheckpoint(log, *bytes);
  if (!offered.ok()) return offered.status();

  Mirrored out;
  out.size_before = *kept ? (*kept)->checkpoint.size : 0;
  const FileReader files = WithFullTiles(source);
  const CheckedReader through_copy = [&](const std::string& path,
                                         FileCheck check) -> absl::StatusOr<Bytes> {
    auto ours = copy.Read(path);
    if (ours.ok() && check(*ours).ok()) return ours;
    auto fetched = Checked(files)(path, check);
    if (!fetched.ok()) return fetched;
    ++out.files_fetched;
    if (const absl::Status written = copy.Write(path, *fetched); !written.ok()) return written;
    return fetched;
  };
  auto tree = LogTree::Open(offered->checkpoint, files, through_copy);
  if (!tree.ok()) return tree.status();
  if (*kept) {
    auto published = LogTree::Open(offered->checkpoint, files);   // without touching the copy
    if (!published.ok()) return published.status();
    auto conflict = Compare(**kept, copy, *offered, *published);
    if (!conflict.ok()) return conflict.status();
    if (*conflict) {
      out.conflict = *std::move(conflict);
      out.checkpoint = (*kept)->checkpoint;
      out.note = (*kept)->note;
      return out;
    }
  }
  absl::Status done = VisitAll(*tree, visit, progress);
  if (done.ok()) done = StoreTiles(*tree, copy);
  if (done.ok()) done = copy.Write(kCheckpointFile, *bytes);
  if (done.ok()) done = RemovePartials(out.size_before, offered->checkpoint.size, copy);
  if (!done.ok()) return done;
  out.checkpoint = std::move(offered->checkpoint);
  out.note = std::move(offered->note);
  return out;
}

}  // namespace whoelse
