#include "cli/audit_prove.h"

#include "audit/proof_file.h"
#include "cli/audit_logs.h"
#include "cli/audit_output.h"
#include "cli/log_folder.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

struct Proven {
  ProofFile proof;
  Bytes entry;
};

absl::StatusOr<Proven> Prove(const ProveOptions& options) {
  const auto rosters = LoadRosters(options.rosters);
  if (!rosters.ok()) return rosters.status();
  const FileReader files = WithFullTiles(FilesIn(options.log));
  const auto known = WhoseLog(files, *rosters);
  if (!known.ok()) return known.status();
  const auto bytes = files(kCheckpointFile);
  auto note = bytes.ok() ? Note::Parse(AsText(*bytes)) : bytes.status();
  if (!note.ok()) return note.status();
  const auto checkpoint = OpenCheckpoint(*note, known->coordinator->log_key);
  if (!checkpoint.ok()) return checkpoint.status();
  if (options.index >= checkpoint->size) {
    return absl::InvalidArgumentError("index: the log has " + std::to_string(checkpoint->size) +
                                      " entries, the first is 0");
  }
  auto tree = LogTree::Open(*checkpoint, files);
  if (!tree.ok()) return tree.status();
  auto entries = tree->Bundle(options.index / kTileWidth);
  if (!entries.ok()) return entries.status();
  auto proof = InclusionProof(options.index, checkpoint->size, [&](unsigned level, uint64_t index) {
    return tree->Node(level, index);
  });
  if (!proof.ok()) return proof.status();
  return Proven{{std::nullopt, options.index, *std::move(proof), *std::move(note)},
                std::move((*entries)[options.index % kTileWidth])};
}

}  // namespace

ExitCode ProveEntry(const ProveOptions& options, Terminal& terminal) {
  const auto proven = Prove(options);
  if (!proven.ok()) {
    PrintError(terminal, proven.status());
    return absl::IsDataLoss(proven.status()) ? kExitRefuted : ExitCodeOf(proven.status());
  }
  for (const absl::Status& written :
       {WriteFileDurably(options.out, AsBytes(proven->proof.Serialize()), 0644),
        WriteFileDurably(options.out + ".entry", proven->entry, 0644)}) {
    if (!written.ok()) return PrintError(terminal, written);
  }
  terminal.out << "Wrote " << options.out << " and " << options.out << ".entry.\n";
  return kExitOk;
}

}  // namespace whoelse
