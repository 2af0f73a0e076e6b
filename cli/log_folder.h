// A log's files in a directory, and over HTTPS: the edge of audit/log_mirror.h.
#ifndef WHOELSE_CLI_LOG_FOLDER_H_
#define WHOELSE_CLI_LOG_FOLDER_H_

#include <string>

#include "audit/log_mirror.h"

namespace whoelse {

// The largest file of a log: a bundle of 256 entries of 65,535 bytes.
inline constexpr size_t kLogFileMax = kTileWidth * (2 + UINT16_MAX);

// NOT_FOUND: there is no such file; UNAVAILABLE: any other trouble.
FileReader FilesIn(const std::string& dir);

// A copy in a directory. A file is whole or not there, but not synced one by one: after a loss of
// power the next run fetches again what is damaged. Only the checkpoint, which says that all before it
// is there, is on the disk when Write returns.
class FolderCopy final : public LogCopy {
 public:
  explicit FolderCopy(std::string dir) : dir_(std::move(dir)) {}
  absl::StatusOr<Bytes> Read(const std::string& path) override;
  absl::Status Write(const std::string& path, ByteView bytes) override;
  absl::Status Remove(const std::string& path) override;

 private:
  const std::string dir_;
};

}  // namespace whoelse

#endif  // WHOELSE_CLI_LOG_FOLDER_H_
