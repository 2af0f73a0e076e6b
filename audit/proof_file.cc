#include "audit/proof_file.h"

#include <utility>

#include "audit/checkpoint_note.h"
#include "audit/line_reader.h"
#include "audit/lines.h"

namespace whoelse {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra";
constexpr std::string_view kIndex = "index";

// Down to the empty line.
std::vector<TreeHash> ReadProof(LineReader& in) {
  std::vector<TreeHash> proof;
  std::string_view line;
  while (!(line = in.Line()).empty()) {
    const auto hash = ParseHash(line);
    in.Check(hash.has_value(), line, "the line is not 32 bytes in base64");
    in.Check(proof.size() < kInclusionProofMax, line, "the proof has too many hashes");
    if (hash) proof.push_back(*hash);
  }
  return proof;
}

}  // namespace

absl::StatusOr<ProofFile> ProofFile::Parse(std::string_view bytes) {
  LineReader in("proof file", bytes);
  ProofFile out;
  const std::string_view first = in.Line();
  in.Check(first == kFirstLine, first, "not a proof file of version 1");
  if (in.NextIs(kExtra)) out.extra = in.Base64(in.Field(kExtra), "extra");
  out.index = in.Decimal(in.Field(kIndex), "the index");
  out.proof = ReadProof(in);
  auto note = ReadCheckpointNote(in);
  in.End();
  if (!in.ok()) return in.error();
  out.checkpoint = *std::move(note);
  return out;
}

std::string ProofFile::Serialize() const {
  std::string out = std::string(kFirstLine) + "\n";
  if (extra) out += std::string(kExtra) + " " + Base64Encode(*extra) + "\n";
  out += std::string(kIndex) + " " + std::to_string(index) + "\n";
  for (const TreeHash& hash : proof) out += Base64Encode(hash) + "\n";
  return out + "\n" + checkpoint.Serialize();
}

absl::StatusOr<ProvenEntry> ProofFile::Verify(const TreeHash& leaf, const NoteVerifier& log,
                                              const std::vector<NoteVerifier>& witnesses) const {
  auto opened = OpenCheckpoint(checkpoint, log);
  if (!opened.ok()) return opened.status();
  auto witnessed = VerifyCosignatures(checkpoint, witnesses);
  if (!witnessed.ok()) return witnessed.status();
  const absl::Status included = VerifyInclusion(leaf, index, opened->size, proof, opened->root);
  if (!included.ok()) return included;
  return ProvenEntry{index, *std::move(opened), *std::move(witnessed)};
}

}  // namespace whoelse
