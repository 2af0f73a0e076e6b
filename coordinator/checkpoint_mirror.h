// The second place of the last signed checkpoint: another path, volume or host than the store's. A
// store that is rolled back (a restored snapshot, a lost volume) cannot roll this back with it.
#ifndef WHOELSE_COORDINATOR_CHECKPOINT_MIRROR_H_
#define WHOELSE_COORDINATOR_CHECKPOINT_MIRROR_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace whoelse {

class CheckpointMirror {
 public:
  // Takes the place for this process alone (a lock beside the file). FAILED_PRECONDITION: another
  // process holds it. UNAVAILABLE: any other trouble.
  static absl::StatusOr<std::unique_ptr<CheckpointMirror>> Open(std::string path);
  ~CheckpointMirror();
  CheckpointMirror(const CheckpointMirror&) = delete;
  CheckpointMirror& operator=(const CheckpointMirror&) = delete;

  // The signed note that is there; empty: none yet. UNAVAILABLE.
  absl::StatusOr<std::string> Read() const;

  // A checkpoint of this log that somebody else showed and that the store contradicted; empty: none.
  // It stays until the store contains it. UNAVAILABLE.
  absl::StatusOr<std::string> ReadShown() const;
  absl::Status KeepShown(const std::string& note);

  // Puts `note` there, durably, if what is there is `expected`. ABORTED when it is not: somebody
  // else signs for this log. UNAVAILABLE: any other trouble.
  absl::Status Swap(const std::string& expected, const std::string& note);

 private:
  CheckpointMirror(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  const std::string path_;
  const int lock_;   // descriptor
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_CHECKPOINT_MIRROR_H_
