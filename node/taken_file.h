// What lead officers took out of a node's ledger, still sealed, as a file of theirs.
// docs/formats/taken-ledger.md. Pure.
#ifndef WHOELSE_NODE_TAKEN_FILE_H_
#define WHOELSE_NODE_TAKEN_FILE_H_

#include <istream>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "protocol/ids.h"
#include "protocol/limits.h"

namespace whoelse {

struct TakenHead {
  AgencyId agency = 0;
  TimeMs from_ms = 0, through_ms = 0;   // when the entries were answered, as far as they are whole
  bool operator==(const TakenHead&) const = default;
};
// The file is the head, entries of kLedgerSealedSize bytes, and the end.
Bytes TakenFileHead(const TakenHead& head);
Bytes TakenFileEnd(uint64_t entries);

// Reads it whole, entry by entry. INVALID_ARGUMENT: it is none, or was cut off. An error of `visit` ends
// the reading and is returned.
absl::StatusOr<TakenHead> ReadTakenFile(std::istream& file,
                                        absl::FunctionRef<absl::Status(ByteView)> visit);

}  // namespace whoelse

#endif  // WHOELSE_NODE_TAKEN_FILE_H_
