#include "audit/checkpoint.h"

#include <algorithm>
#include <optional>

#include "audit/line_reader.h"
#include "audit/lines.h"
#include "protocol/text.h"

namespace whoelse {
namespace {

constexpr TimeS kCosignatureTimeMax = (uint64_t{1} << 63) - 1;

std::string CosignedMessage(TimeS time, std::string_view checkpoint_text) {
  return "cosignature/v1\ntime " + std::to_string(time) + "\n" + std::string(checkpoint_text);
}

std::optional<size_t> FindWitness(const std::vector<NoteVerifier>& witnesses,
                                  const NoteSignature& line) {
  for (size_t i = 0; i < witnesses.size(); ++i) {
    const NoteVerifier& witness = witnesses[i];
    if (witness.type == NoteKeyType::kCosignatureV1 && witness.name == line.name &&
        witness.key_id == line.key_id) {
      return i;
    }
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<Checkpoint> Checkpoint::Parse(std::string_view text) {
  LineReader in("checkpoint", text);
  const std::string_view origin = in.Line();
  in.Check(!origin.empty() && IsPlainText(origin), origin, "the origin is empty or not plain text");
  const uint64_t size = in.Decimal(in.Line(), "the size");
  const std::string_view root_line = in.Line();
  const auto root = ParseHash(root_line);
  in.Check(root.has_value(), root_line, "the root is not 32 bytes in base64");
  // An invented root at size 0 is consistent with every later tree in a verifier that forgets this.
  in.Check(size != 0 || root == EmptyRoot(), root_line, "an empty tree has another root");
  // An extension line is signed with the rest but no auditor can check it: a covert channel.
  in.End();
  if (!in.ok()) return in.error();
  return Checkpoint{std::string(origin), size, *root};
}

std::string Checkpoint::Serialize() const {
  return origin + "\n" + std::to_string(size) + "\n" + Base64Encode(root) + "\n";
}

Note SignCheckpoint(const Checkpoint& checkpoint, const SigningKey& log_key) {
  Note note;
  note.text = checkpoint.Serialize();
  note.signatures.push_back(SignNote(note.text, checkpoint.origin, log_key));
  return note;
}

absl::StatusOr<Checkpoint> OpenCheckpoint(const Note& note, const NoteVerifier& log) {
  const auto signers = VerifyNote(note, {log});
  if (!signers.ok()) return signers.status();
  auto checkpoint = Checkpoint::Parse(note.text);
  if (!checkpoint.ok()) return checkpoint.status();
  // Else a log could sign under its own name what reads as the checkpoint of another.
  if (checkpoint->origin != log.name) {
    return absl::InvalidArgumentError("checkpoint: the origin is not the name of the log's key");
  }
  return checkpoint;
}

absl::StatusOr<Cosignature> Cosignature::Parse(ByteView payload) {
  Reader in(payload);
  const Cosignature cosignature{in.U64(), in.Fixed<Signature>()};
  if (!in.Done()) return absl::InvalidArgumentError("cosignature: not 72 bytes");
  if (cosignature.time > kCosignatureTimeMax) {
    return absl::InvalidArgumentError("cosignature: the time is out of range");
  }
  return cosignature;
}

Bytes Cosignature::Serialize() const {
  Writer out;
  return out.U64(time).Raw(signature).Take();
}

NoteSignature Cosign(const Checkpoint& checkpoint, TimeS time, std::string_view name,
                     const SigningKey& witness_key) {
  const std::string message = CosignedMessage(time, checkpoint.Serialize());
  const Cosignature cosignature{time, witness_key.SignBare(AsBytes(message))};
  return NoteSignature{
      std::string(name),
      NoteKeyId(name, NoteKeyType::kCosignatureV1, witness_key.verify_key()),
      cosignature.Serialize()};
}

absl::StatusOr<std::vector<Witnessed>> VerifyCosignatures(
    const Note& note, const std::vector<NoteVerifier>& witnesses) {
  std::vector<Witnessed> good;
  for (const NoteSignature& line : note.signatures) {
    const auto found = FindWitness(witnesses, line);
    if (!found) continue;
    const VerifyKey& key = witnesses[*found].key;
    const auto cosignature = Cosignature::Parse(line.signature);
    if (!cosignature.ok()) return cosignature.status();
    const std::string message = CosignedMessage(cosignature->time, note.text);
    if (!key.VerifyBare(AsBytes(message), cosignature->signature)) {
      return absl::InvalidArgumentError("cosignature: bad signature of a known witness");
    }
    // By key, not by name: a line copied under a second name of one key would count twice.
    const bool counted = std::any_of(good.begin(), good.end(), [&](const Witnessed& other) {
      return witnesses[other.witness].key == key;
    });
    if (!counted) good.push_back({*found, cosignature->time});
  }
  return good;
}

}  // namespace whoelse
