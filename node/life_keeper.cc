#include "node/life_keeper.h"

#include <chrono>

#include "rpc/log.h"

namespace whoelse {
namespace {

constexpr std::chrono::seconds kLook{10};   // how often it looks whether a new day has begun
constexpr TimeMs kDayMs = 86'400'000;

}  // namespace

LifeKeeper::LifeKeeper(Registry& registry, const Clock& clock)
    : registry_(registry), clock_(clock), thread_([this] { Run(); }) {}

LifeKeeper::~LifeKeeper() {
  pause_.End();
  thread_.join();
}

void LifeKeeper::Run() {
  TimeMs done_day = 0;
  do {
    const TimeMs now = clock_.NowMs();
    if (now / kDayMs == done_day) continue;
    const auto done = registry_.DoWhatIsDue(now);
    if (!done.ok()) {
      Log(LogLevel::kAlarm, "records_unreadable", {{LogField::kError, done.status()}});
      continue;
    }
    done_day = now / kDayMs;
  } while (pause_.For(kLook));
}

}  // namespace whoelse
