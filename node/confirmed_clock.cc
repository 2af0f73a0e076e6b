#include "node/confirmed_clock.h"

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
  waits_since_.reset();
  told_ = false;
  return confirmed;
}

void ConfirmedClock::Wait(TimeMs now) {
  // A clock that was set back meanwhile begins anew.
  if (!waits_since_ || now < *waits_since_) waits_since_ = now;
  if (told_ || now < *waits_since_ + kToldAfterMs) return;
  Log(LogLevel::kWarning, "clock_unconfirmed");
  const nlohmann::ordered_json about{{"clock_ms", now}};
  const absl::Status raised = inbox_.RaiseOnce(ItemKind::kClockUnconfirmed, about.dump());
  if (!raised.ok()) Log(LogLevel::kAlarm, "inbox_unreadable", {{LogField::kError, raised}});
  told_ = true;
}

}  // namespace whoelse
