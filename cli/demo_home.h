// The directory that a demo makes everything in, and takes away again only when it was a demo's.
#ifndef WHOELSE_CLI_DEMO_HOME_H_
#define WHOELSE_CLI_DEMO_HOME_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace whoelse {

class DemoHome {
 public:
  // An empty directory at `path`: new, empty before, or an earlier demo's whose content is removed
  // (known by a marker that only a demo writes). Held against a second demo for as long as this
  // lives. INVALID_ARGUMENT: something else lies there. FAILED_PRECONDITION: a demo runs there.
  // UNAVAILABLE: the disk.
  static absl::StatusOr<DemoHome> Prepare(const std::string& path);
  ~DemoHome();
  DemoHome(DemoHome&& other) noexcept;
  DemoHome& operator=(DemoHome&&) = delete;

 private:
  explicit DemoHome(int lock) : lock_(lock) {}
  int lock_;
};

}  // namespace whoelse

#endif  // WHOELSE_CLI_DEMO_HOME_H_
