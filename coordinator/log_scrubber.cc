#include "coordinator/log_scrubber.h"

#include <utility>

#include "audit/tile.h"
#include "coordinator/log_reader.h"

namespace whoelse {

LogScrubber::LogScrubber(RocksDbState& state, std::chrono::milliseconds between,
                         std::function<void(const absl::Status&)> on_damage)
    : state_(state),
      between_(between),
      on_damage_(std::move(on_damage)),
      thread_([this] { Run(); }) {}

LogScrubber::~LogScrubber() {
  pause_.End();
  thread_.join();
}

void LogScrubber::Run() {
  while (pause_.For(between_)) {
    const absl::Status status = CheckNext();
    if (!status.ok()) return on_damage_(status);
  }
}

absl::Status LogScrubber::CheckNext() {
  const auto head = state_.Head();
  if (!head.ok()) return head.status();
  // Past the end of a level comes the next one, past the last one the first tile again.
  while (TileWidthAt(next_.level, next_.index, head->size()) == 0) {
    if (next_.level == 0 && next_.index == 0) return absl::OkStatus();   // an empty log
    next_ = next_.index == 0 ? LogTile{} : LogTile{next_.level + 1, 0};
  }
  absl::Status status = CheckTile(state_, next_.level, next_.index, head->size());
  if (absl::IsDataLoss(status)) {
    const absl::Status saved = state_.SaveSuspect(next_);
    if (!saved.ok()) return saved;
  }
  ++next_.index;
  return status;
}

}  // namespace whoelse
