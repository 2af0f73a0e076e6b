// Tells the people on call that something waits, at moments that no question decides (node/inbox.h).
// What is said is whose desk it is on, and nothing else: pagers, mail and chat are read by others.
#ifndef WHOELSE_NODE_PAGER_H_
#define WHOELSE_NODE_PAGER_H_

#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "node/inbox_keeper.h"
#include "rpc/pause.h"

namespace whoelse {

// Runs a program with `desk` as its last argument, no environment but PATH, and no input; ends it
// after 30 s. UNAVAILABLE: it could not be started, did not end in time or did not exit with 0.
absl::Status RunPagerCommand(const std::vector<std::string>& command, std::string_view desk);

// Posts `desk`, as plain text, to an HTTPS URL that has a path; `ca_file` as in rpc/http.h. Its
// errors, and UNAVAILABLE for a reply that is no 2xx.
absl::Status CallPagerWebhook(const std::string& url, const std::string& ca_file,
                              std::string_view desk);

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
  // every way has worked; the ways that failed are tried again, later each time. False: one failed.
  bool Round();
  bool Reach(Desk desk);

  InboxKeeper& inbox_;
  const std::vector<Send> ways_;
  const Clock& clock_;
  Random& random_;
  Pause pause_;
  std::map<Desk, std::set<size_t>> told_;   // the ways that worked already; the thread's own
  std::thread thread_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_PAGER_H_
