// The log as a folder of files, kept up to date: what the HTTPS server serves, and log.vkey beside it.
// To be copied anywhere, and to be checked with anybody's tools.
#ifndef WHOELSE_COORDINATOR_LOG_EXPORT_H_
#define WHOELSE_COORDINATOR_LOG_EXPORT_H_

#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "coordinator/checkpoint_mirror.h"
#include "coordinator/log_publication.h"
#include "coordinator/rocksdb_state.h"
#include "protocol/note.h"

namespace whoelse {

class LogExport {
 public:
  // Takes up the folder where an earlier run left it, or makes it. DATA_LOSS (KeepIfContradicted)
  // when it holds a checkpoint of this log that the store does not contain: the store was rolled
  // back. FAILED_PRECONDITION: another log's folder. UNAVAILABLE: the disk. All outlive it.
  static absl::StatusOr<std::unique_ptr<LogExport>> Open(const std::string& folder,
                                                         const NoteVerifier& log_key,
                                                         const RocksDbState& state,
                                                         CheckpointMirror& mirror);
  ~LogExport();

  // Follows `publication` on a thread of its own until that is closed. What fails is a line in the
  // operator's log and is made up for with the next checkpoint.
  void Follow(const LogPublication& publication);
  // Brings the folder up to `log`: tiles and bundles first, the checkpoint last, each file whole.
  absl::Status Write(const PublishedLog& log);

 private:
  LogExport(std::string folder, const RocksDbState& state, uint64_t size)
      : folder_(std::move(folder)), state_(state), size_(size) {}

  const std::string folder_;
  const RocksDbState& state_;
  uint64_t size_;   // of the checkpoint in the folder
  std::thread thread_;
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_LOG_EXPORT_H_
