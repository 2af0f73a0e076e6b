// The checkpoint that this log shows to the world, as the service hands it to those who serve, export
// and read the log on threads of their own.
#ifndef WHOELSE_COORDINATOR_LOG_PUBLICATION_H_
#define WHOELSE_COORDINATOR_LOG_PUBLICATION_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

namespace whoelse {

// All of the log below `size` is durable and covered by the checkpoint.
struct PublishedLog {
  uint64_t size = 0;
  std::string checkpoint;   // signed note, with the cosignatures that have come
};

class LogPublication {
 public:
  void Publish(PublishedLog log);
  // nullptr: nothing yet.
  std::shared_ptr<const PublishedLog> Latest() const;
  // Waits for another one than `known`. nullptr after Close.
  std::shared_ptr<const PublishedLog> WaitForOtherThan(
      const std::shared_ptr<const PublishedLog>& known) const;
  // Nobody waits any more.
  void Close();

 private:
  mutable std::mutex mutex_;   // guards the rest
  mutable std::condition_variable changed_;
  std::shared_ptr<const PublishedLog> latest_;
  bool closed_ = false;
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_LOG_PUBLICATION_H_
