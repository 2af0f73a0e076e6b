// A node's ledger as a file: what it answered and under which leaf of which log, and the digests of
// that it has logged. What an auditor reconciles with the logs. docs/formats/ledger.md.
#ifndef WHOELSE_AUDIT_LEDGER_FILE_H_
#define WHOELSE_AUDIT_LEDGER_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "audit/entry.h"

namespace whoelse {

struct LedgerFile {
  struct Row {
    CoordinatorId coordinator = 0;   // in whose log the frame was admitted
    uint32_t log_key_id = 0;
    LedgerRow row;
    // The digest over this index was logged before this frame came under it: a relay gave an index a
    // second time. Not in that digest, and nobody's omission.
    bool late = false;
    auto operator<=>(const Row&) const = default;
  };
  // A digest that another coordinator has logged.
  struct Digest {
    CoordinatorId coordinator = 0;   // whose log it is about
    uint32_t log_key_id = 0;
    uint64_t from = 0;               // from <= index <= to
    uint64_t to = 0;
    TreeHash root;                   // LedgerRoot of the rows that are not late
    CoordinatorId logged_at = 0;
    uint64_t index = 0;              // of the leaf there
    auto operator<=>(const Digest&) const = default;
  };

  // About this log the file has every row of this index and above; below it rows have gone, with
  // the last of the digests about them logged long enough ago.
  struct Whole {
    CoordinatorId coordinator = 0;
    uint32_t log_key_id = 0;
    uint64_t from = 0;               // one above the `to` of a digest in this file
    auto operator<=>(const Whole&) const = default;
  };

  FederationId federation;
  AgencyId agency = 0;
  std::vector<Whole> whole;          // ascending, at most one of a log; none: from the first row
  std::vector<Digest> digests;       // ascending, none twice
  std::vector<Row> rows;             // ascending, none twice

  // INVALID_ARGUMENT, with the line and the byte, for anything but what Serialize writes of sorted
  // lists.
  static absl::StatusOr<LedgerFile> Parse(std::string_view text);
  std::string Serialize() const;
};

// Whether the file's rows give the root of this digest, of which none has gone. INVALID_ARGUMENT:
// from > to.
absl::StatusOr<bool> DigestHolds(const LedgerFile& file, const LedgerFile::Digest& digest);

}  // namespace whoelse

#endif  // WHOELSE_AUDIT_LEDGER_FILE_H_
