#include "cli/log_folder.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "vault/durable_file.h"

namespace whoelse {
namespace {

absl::Status Trouble(const std::string& path, const std::string& why) {
  return absl::UnavailableError(path + ": cannot be written: " + why);
}

}  // namespace

FileReader FilesIn(const std::string& dir) {
  return [dir](const std::string& path) { return ReadWholeFile(dir + "/" + path, kLogFileMax); };
}

absl::StatusOr<Bytes> FolderCopy::Read(const std::string& path) { return FilesIn(dir_)(path); }

absl::Status FolderCopy::Write(const std::string& path, ByteView bytes) {
  const std::string to = dir_ + "/" + path;
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(to).parent_path(), error);
  if (error) return Trouble(to, error.message());
  if (path == kCheckpointFile) {
    sync();   // all that the checkpoint covers, once
    return WriteFileDurably(to, bytes, 0644);
  }
  const std::string unfinished = to + ".tmp";
  std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) return Trouble(to, std::strerror(errno));
  std::filesystem::rename(unfinished, to, error);
  return error ? Trouble(to, error.message()) : absl::OkStatus();
}

absl::Status FolderCopy::Remove(const std::string& path) {
  const std::filesystem::path file = std::filesystem::path(dir_) / path;
  std::error_code error;
  std::filesystem::remove(file, error);
  if (error) return Trouble(file.string(), error.message());
  std::filesystem::remove(file.parent_path(), error);   // fails while something is in it
  return absl::OkStatus();
}

}  // namespace whoelse
