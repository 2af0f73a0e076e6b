#include "bench/floors.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>

#include "bench/raw_relay.h"
#include "rpc/clock.h"

namespace whoelse::bench {

absl::StatusOr<double> RoundTripMs(const Setting& setting) {
  const TlsFiles files{setting.home + "/raw.crt", setting.home + "/raw.key"};
  const TimeS now = SystemClock().NowS();
  const auto pin = CreateTlsFiles(files, "raw", now - 60, now + 86400);
  if (!pin.ok()) return pin.status();
  const auto raw = RawRelay::Start(files, files, 1);
  if (!raw.ok()) return raw.status();
  std::vector<double> ms;
  for (int i = 0; i < setting.effort.Of(200, 1); ++i) {
    const Stopwatch watch;
    if (!(*raw)->Ask(1)) return absl::UnavailableError("the raw relay hung up");
    ms.push_back(watch.Ms());
  }
  return Quantile(ms, 0.5);
}

std::vector<double> SyncedWritesMs(const std::string& folder, size_t bytes, int count) {
  const int fd = open((folder + "/synced").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  const std::string block(bytes, 's');
  std::vector<double> ms;
  for (int i = 0; i < count; ++i) {
    const Stopwatch watch;
    if (write(fd, block.data(), block.size()) < 0 || fdatasync(fd) != 0) break;
    ms.push_back(watch.Ms());
  }
  close(fd);
  return ms;
}

}  // namespace whoelse::bench
