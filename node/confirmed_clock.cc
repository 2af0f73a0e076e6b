#include "node/confirmed_clock.h"

#include <algorithm>
#include <utility>

#include "nlohmann/json.hpp"
#include "rpc/log.h"

namespace whoelse {

std::optional<ConfirmedTime> ConfirmedClock::Confirm(TimeMs now) {
  const auto confirmed = ConfirmedTime::Of(now, board_.Read().confirmed);
  const std::lock_guard lock(mutex_);
  if (!confirmed) {
    Wait(now);
    return std::nullopt;
  }
  looked_.reset();
  waited_ms_ = 0;
  told_ = false;
  return confirmed;
}

void ConfirmedClock::Wait(TimeMs now) {
  // Added up from look to look: a clock that leapt has not waited, nor a machine that slept.
  const TimeMs before = std::exchange(looked_, now).value_or(now);
  if (now > before) waited_ms_ += std::min(now - before, kBetweenLooksMs);
  if (told_ || waited_ms_ < kToldAfterMs) return;
  Log(LogLevel::kWarning, "clock_unconfirmed");
  const nlohmann::ordered_json about{{"clock_ms", now}};
  const absl::Status raised = inbox_.RaiseOnce(ItemKind::kClockUnconfirmed, about.dump());
  if (!raised.ok()) Log(LogLevel::kAlarm, "inbox_unreadable", {{LogField::kError, raised}});
  told_ = true;
}

}  // namespace whoelse
