#include "node/life_keeper.h"

#include "rpc/log.h"

namespace whoelse {

LifeKeeper::LifeKeeper(Registry& registry, const Clock& clock)
    : days_(clock, [&registry](TimeMs now, Pause&) {
        const auto done = registry.DoWhatIsDue(now);
        if (!done.ok()) {
          Log(LogLevel::kAlarm, "records_unreadable", {{LogField::kError, done.status()}});
        }
        return done.ok();
      }) {}

}  // namespace whoelse
