// Tells the people on call that something waits, at moments that no question decides (node/inbox.h).
// What is said is whose desk it is on, and nothing else: pagers, mail and chat are read by others.
#ifndef WHOELSE_NODE_PAGER_H_
#define WHOELSE_NODE_PAGER_H_

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "node/inbox_keeper.h"

namespace whoelse {

// Runs a program with `desk` as its last argument, an empty environment but for PATH, and no input;
// ends it after 30 s. UNAVAILABLE: it could not be started, did not end in time or did not exit 0.
absl::Status RunPagerCommand(const std::vector<std::string>& command, std::string_view desk);

class Pager {
 public:
  // One way to reach a desk.
  using Send = std::function<absl::Status(Desk)>;
  // None: nobody is paged, and the log says so once.
  Pager(InboxKeeper& inbox, std::vector<Send> ways, const Clock& clock, Random& random);
  ~Pager();
  Pager(const Pager&) = delete;
  Pager& operator=(const Pager&) = delete;

 private:
  void Run();
  // Pages each desk that something is due for, once whatever waits there. An item counts as paged when
  // every way worked; what failed is tried again at the next round.
  void Round();
  bool Reach(Desk desk);

  InboxKeeper& inbox_;
  const std::vector<Send> ways_;
  const Clock& clock_;
  Random& random_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_PAGER_H_
