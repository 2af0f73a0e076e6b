// A .tlog-proof file: that one entry is in one log, to be checked offline against the roster's
// keys. C2SP tlog-proof; docs/formats/checkpoint.md.
#ifndef WHOELSE_AUDIT_PROOF_FILE_H_
#define WHOELSE_AUDIT_PROOF_FILE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "audit/checkpoint.h"
#include "audit/merkle.h"
#include "protocol/note.h"

namespace whoelse {

// What a proof file proved.
struct ProvenEntry {
  uint64_t index = 0;
  Checkpoint checkpoint;
  std::vector<Witnessed> witnessed;   // PENDING while fewer than the roster's quorum
};

struct ProofFile {
  // Anybody's bytes, covered by no signature: nothing may rest on them. We write none.
  std::optional<Bytes> extra;
  uint64_t index = 0;
  std::vector<TreeHash> proof;        // the leaf's sibling first
  Note checkpoint;                    // with its cosignatures

  // INVALID_ARGUMENT, with the line and the byte, for anything but what Serialize writes: another
  // first line, a number that is not a plain decimal, a hash that is not 32 bytes in canonical
  // base64, more hashes than the largest tree is high, no empty line, a note that is malformed or
  // whose text is no checkpoint.
  static absl::StatusOr<ProofFile> Parse(std::string_view bytes);
  std::string Serialize() const;

  // That `leaf` (LeafHash of the entry) is at `index` in the tree of a checkpoint that `log`
  // signed, and who of `witnesses` cosigned it. Whether those are enough is the caller's to decide.
  // The errors of OpenCheckpoint, VerifyCosignatures and VerifyInclusion.
  absl::StatusOr<ProvenEntry> Verify(const TreeHash& leaf, const NoteVerifier& log,
                                     const std::vector<NoteVerifier>& witnesses) const;
};

}  // namespace whoelse

#endif  // WHOELSE_AUDIT_PROOF_FILE_H_
