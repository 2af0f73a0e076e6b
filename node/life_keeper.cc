#include "node/life_keeper.h"

#include "rpc/log.h"

namespace whoelse {

LifeKeeper::LifeKeeper(Registry& registry, ConfirmedClock& clock)
    : days_(clock.clock(), [&registry, &clock](TimeMs now, Pause&) {
        const auto confirmed = clock.Confirm(now);
        if (!confirmed) return false;
        const auto done = registry.DoWhatIsDue(*confirmed);
        if (!done.ok()) {
          Log(LogLevel::kAlarm, "records_unreadable", {{LogField::kError, done.status()}});
        }
        return done.ok();
      }) {}

}  // namespace whoelse
