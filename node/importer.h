// An import from its first byte to its last row, in constant memory: a pass that reads and checks the
// rows, and a pass that loads them. Between the two they wait in a spool, so that a file with one bad
// row loads nothing.
//
// Rows go to the disk in chunks. What a kill leaves out is taken up by importing the file again: rows
// that are held already change nothing.
#ifndef WHOELSE_NODE_IMPORTER_H_
#define WHOELSE_NODE_IMPORTER_H_

#include <functional>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "node/import.h"
#include "node/registry.h"
#include "rpc/clock.h"

namespace whoelse {

struct ImportRequest {
  ImportFormat format = ImportFormat::kCsv;
  ImportMode mode = ImportMode::kUpsert;
  ImportSettings settings;
  ImportMapping mapping;
  bool dry_run = false;
  bool skip_bad = false;
  bool allow_many_ends = false, allow_many_closed = false;
  TrailNote by;                    // whose import it is
};

struct ImportOutcome {
  bool loaded = false;             // false: nothing was changed
  size_t rows = 0, skipped = 0;    // skipped: bad ones
  size_t services_not_in_map = 0;  // rows that are `sensitive` only because of that
  ImportCounts counts;             // of a dry run: what would be
};

// Who hears of an import while it goes on.
class ImportListener {
 public:
  virtual ~ImportListener() = default;
  virtual void OnProblem(const RowProblem& problem) = 0;
  // Rows loaded, of all. `total` 0: so many are checked, and the file goes on.
  virtual void OnProgress(size_t done, size_t total) = 0;
};

class Importer {
 public:
  // `directory`: where the spool is made.
  Importer(Registry& registry, std::string directory, const Clock& clock, Random& random)
      : registry_(registry), directory_(std::move(directory)), clock_(clock), random_(random) {}

  // `next`: the next bytes of the file; false at its end. One import at a time; others wait.
  // INVALID_ARGUMENT: the whole file is refused, also one by which more than 5 % of what a source has
  // would be closed, or end. FAILED_PRECONDITION: the disk is nearly full. DATA_LOSS, UNAVAILABLE.
  absl::StatusOr<ImportOutcome> Run(const ImportRequest& request,
                                    const std::function<bool(std::string&)>& next,
                                    ImportListener& listener);

 private:
  Registry& registry_;
  const std::string directory_;
  const Clock& clock_;
  Random& random_;
  std::mutex mutex_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_IMPORTER_H_
