// What a log states about itself, signed, and what witnesses add to it. C2SP tlog-checkpoint and
// tlog-cosignature (cosignature/v1); docs/formats/checkpoint.md.
#ifndef WHOELSE_AUDIT_CHECKPOINT_H_
#define WHOELSE_AUDIT_CHECKPOINT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "audit/merkle.h"
#include "protocol/ids.h"
#include "protocol/note.h"

namespace whoelse {

struct Checkpoint {
  std::string origin;   // the log's identity, and the name of its key
  uint64_t size = 0;    // leaves
  TreeHash root;

  // INVALID_ARGUMENT, with line and byte, for anything but the three lines that Serialize writes: an
  // extension line, an empty or unprintable origin, a size with leading zeros or above kTreeSizeMax,
  // base64 that is not canonical, size 0 with a root other than EmptyRoot().
  static absl::StatusOr<Checkpoint> Parse(std::string_view text);
  std::string Serialize() const;

  bool operator==(const Checkpoint&) const = default;
};

// The checkpoint as a note with one signature line, by the key that has the origin as its name. The
// caller has made sure that the log has never signed one that contradicts it.
Note SignCheckpoint(const Checkpoint& checkpoint, const SigningKey& log_key);

// The checkpoint in a note that `log` has signed. NOT_FOUND: `log` has not signed it.
// INVALID_ARGUMENT: a bad signature of `log`, text that is no checkpoint, another log's origin.
absl::StatusOr<Checkpoint> OpenCheckpoint(const Note& note, const NoteVerifier& log);

// "At `time`, this was the largest tree of that log that I had seen, and it contains every earlier
// one." What follows the key id in a signature line of type 0x04.
struct Cosignature {
  TimeS time = 0;
  Signature signature;

  // INVALID_ARGUMENT unless 72 bytes with a time below 2^63, as C2SP demands.
  static absl::StatusOr<Cosignature> Parse(ByteView payload);
  Bytes Serialize() const;

  bool operator==(const Cosignature&) const = default;
};

// `time` below 2^63. The signature does not cover the name: one key per witness, never shared.
NoteSignature Cosign(const Checkpoint& checkpoint, TimeS time, std::string_view name,
                     const SigningKey& witness_key);

struct Witnessed {
  size_t witness;   // index into `witnesses`
  TimeS time;
  bool operator==(const Witnessed&) const = default;
};

// Who of `witnesses` (type 0x04; others never match) has cosigned, each key once, in the order of
// the lines. None is no error: a receipt is PENDING until there is a quorum. INVALID_ARGUMENT: a
// cosignature under a known name and key id is malformed or bad.
absl::StatusOr<std::vector<Witnessed>> VerifyCosignatures(
    const Note& note, const std::vector<NoteVerifier>& witnesses);

}  // namespace whoelse

#endif  // WHOELSE_AUDIT_CHECKPOINT_H_
