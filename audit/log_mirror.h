// An auditor's own copy of a log: grown from what the log publishes, checked entry by entry, and held
// against every later checkpoint. Pure: files come and go through the caller.
#ifndef WHOELSE_AUDIT_LOG_MIRROR_H_
#define WHOELSE_AUDIT_LOG_MIRROR_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "audit/log_tree.h"

namespace whoelse {

// The files of a copy, by their paths in the log's layout.
class LogCopy {
 public:
  virtual ~LogCopy() = default;
  virtual absl::StatusOr<Bytes> Read(const std::string& path) = 0;   // NOT_FOUND: there is none
  virtual absl::Status Write(const std::string& path, ByteView bytes) = 0;   // whole or not at all
  virtual absl::Status Remove(const std::string& path) = 0;   // also when there is none
};

inline constexpr const char* kCheckpointFile = "checkpoint";

// Each entry in order, from the first; proved. What it returns ends the work.
using EntryVisitor = absl::FunctionRef<absl::Status(uint64_t index, ByteView entry)>;
// Called as it goes on.
using EntryProgress = absl::FunctionRef<void(uint64_t done, uint64_t total)>;

// Every tile and entry of a log folder under its own checkpoint. The checkpoint and its note.
// DATA_LOSS and NOT_FOUND as LogTree; INVALID_ARGUMENT and NOT_FOUND of OpenCheckpoint: the
// checkpoint is not this log's.
struct CheckedLog {
  Note note;
  Checkpoint checkpoint;
};
absl::StatusOr<CheckedLog> CheckLog(const NoteVerifier& log, const FileReader& files,
                                    EntryVisitor visit, EntryProgress progress);

// What a log has done when two checkpoints that it signed do not agree.
enum class LogConflictKind {
  kForked,      // two roots of one size, or a smaller tree that is no beginning of the larger
  kTruncated,   // a smaller tree than it had before; entries that were public are gone
  kRewritten    // a larger tree that does not contain the one it had before
};
struct LogConflict {
  LogConflictKind kind;
  Note kept, offered;                      // the evidence: both are signed by the log
  std::optional<uint64_t> first_changed;   // the first entry that is another now, where it is known
};

struct Mirrored {
  Checkpoint checkpoint;                  // of the copy
  Note note;
  uint64_t size_before = 0;               // of the copy, before
  uint64_t files_fetched = 0;
  std::optional<LogConflict> conflict;    // then the copy stays as it was
};

// Brings `copy` up to what `source` publishes, and checks all of the copy on the way: what an earlier
// run left half done is used, what is damaged in it is fetched again. The checkpoint is written last.
// Errors as CheckLog, about `source`; those of `copy`.
absl::StatusOr<Mirrored> MirrorLog(const NoteVerifier& log, const FileReader& source, LogCopy& copy,
                                   EntryVisitor visit, EntryProgress progress);

}  // namespace whoelse

#endif  // WHOELSE_AUDIT_LOG_MIRROR_H_
