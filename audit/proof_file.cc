#include "audit/proof_file.h"

#include <utility>

#include "audit/lines.h"

namespace whoelse {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";

bool StartsWith(std::optional<std::string_view> line, std::string_view word) {
  return line && line->substr(0, word.size()) == word;
}

absl::Status Bad(const char* what) {
  return absl::InvalidArgumentError(std::string("proof file: ") + what);
}

}  // namespace

absl::StatusOr<ProofFile> ProofFile::Parse(std::string_view bytes) {
  ProofFile out;
  std::string_view rest = bytes;
  if (TakeLine(&rest) != kFirstLine) return Bad("another first line");
  auto line = TakeLine(&rest);
  if (StartsWith(line, kExtra)) {
    auto extra = Base64Decode(line->substr(kExtra.size()));
    if (!extra.ok()) return Bad("extra is not canonical base64");
    out.extra = *std::move(extra);
    line = TakeLine(&rest);
  }
  if (!StartsWith(line, kIndex)) return Bad("no index line");
  const auto index = ParseDecimal(line->substr(kIndex.size()));
  if (!index) return Bad("the index is not a plain decimal");
  out.index = *index;
  for (line = TakeLine(&rest); line && !line->empty(); line = TakeLine(&rest)) {
    const auto hash = ParseHash(*line);
    if (!hash) return Bad("a line is not 32 bytes in base64");
    if (out.proof.size() == kInclusionProofMax) return Bad("too many hashes");
    out.proof.push_back(*hash);
  }
  if (!line) return Bad("no empty line after the hashes");
  auto note = Note::Parse(rest);
  if (!note.ok()) return note.status();
  const auto checkpoint = Checkpoint::Parse(note->text);
  if (!checkpoint.ok()) return checkpoint.status();
  out.checkpoint = *std::move(note);
  return out;
}

std::string ProofFile::Serialize() const {
  std::string out = std::string(kFirstLine) + "\n";
  if (extra) out += std::string(kExtra) + Base64Encode(*extra) + "\n";
  out += std::string(kIndex) + std::to_string(index) + "\n";
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
