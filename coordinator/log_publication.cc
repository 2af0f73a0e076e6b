#include "coordinator/log_publication.h"

#include <utility>

namespace whoelse {

void LogPublication::Publish(PublishedLog log) {
  auto latest = std::make_shared<const PublishedLog>(std::move(log));
  {
    const std::lock_guard lock(mutex_);
    latest_ = std::move(latest);
  }
  changed_.notify_all();
}

std::shared_ptr<const PublishedLog> LogPublication::Latest() const {
  const std::lock_guard lock(mutex_);
  return latest_;
}

std::shared_ptr<const PublishedLog> LogPublication::WaitForOtherThan(
    const std::shared_ptr<const PublishedLog>& known) const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return closed_ || latest_ != known; });
  return closed_ ? nullptr : latest_;
}

void LogPublication::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

}  // namespace whoelse
