#include "node/each_day.h"

#include <chrono>
#include <optional>
#include <utility>

namespace whoelse {
namespace {

constexpr std::chrono::seconds kLook{1};   // between two looks at the clock
constexpr TimeMs kDayMs = 86'400'000;

}  // namespace

EachDay::EachDay(const Clock& clock, Work work)
    : clock_(clock), work_(std::move(work)), thread_([this] { Run(); }) {}

EachDay::~EachDay() {
  pause_.End();
  thread_.join();
}

void EachDay::Run() {
  std::optional<uint64_t> done;
  do {
    const TimeMs now = clock_.NowMs();
    if (done != now / kDayMs && work_(now, pause_)) done = now / kDayMs;
  } while (pause_.For(kLook));
}

}  // namespace whoelse
