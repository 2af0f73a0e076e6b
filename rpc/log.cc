#include "rpc/log.h"

#include <grpc/support/log.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace whoelse {
namespace {

constexpr std::array<std::string_view, 3> kLevelNames = {"info", "warning", "alarm"};
constexpr std::array<std::string_view, 21> kFieldNames = {
    "address", "agency",      "bytes", "code",    "coordinator", "count", "duration_ms",
    "error",   "expires",     "index", "key_version", "log",     "outcome", "path",
    "pin",     "reason",      "roster_version", "signal", "trail_head",
    "tree_size", "uid"};
static_assert(static_cast<size_t>(LogField::kUid) + 1 == kFieldNames.size());

const SystemClock system_clock_at_start;
std::atomic<const Clock*> log_clock{&system_clock_at_start};
std::atomic<int> log_fd{2};

// 2025-01-31T09:30:00.123Z
std::string Timestamp(TimeMs ms) {
  const time_t seconds = static_cast<time_t>(ms / 1000);
  tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> date{};
  const size_t length = strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S.", &parts);
  const std::string fraction = std::to_string(1000 + ms % 1000);
  return std::string(date.data(), length) + fraction.substr(1) + "Z";
}

// Lines are read by machines: nothing in a value may end the string or the line.
std::string JsonString(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += ' ';
    } else {
      out += c;
    }
  }
  return out + '"';
}

void WriteWhole(int fd, std::string_view line) {
  while (!line.empty()) {
    const ssize_t written = write(fd, line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;   // a log that cannot be written stops nobody
    line.remove_prefix(static_cast<size_t>(written));
  }
}

void OnGrpcMessage(gpr_log_func_args* args) {
  if (args->severity != GPR_LOG_SEVERITY_ERROR) return;
  // Comes at every connection, because our certificates name no host and none is looked for.
  if (std::strstr(args->message, "No match found for server name") != nullptr) return;
  // Whoever can connect can make gRPC complain: not into a full disk.
  static std::atomic<TimeS> last{0};
  const TimeS now = SystemClock().NowS();
  if (last.exchange(now) == now) return;
  const char* slash = std::strrchr(args->file, '/');
  Log(LogLevel::kWarning, "grpc",
      {{LogField::kPath, LogValue::Configured(slash ? slash + 1 : args->file)},
       {LogField::kCode, args->line}});
}

}  // namespace

LogValue::LogValue(Quoted, std::string_view text) : json_(JsonString(text)) {}
LogValue::LogValue(const FixedBytes<struct TrailHashTag, 32>& head)
    : json_(JsonString(ToHex(head))) {}
LogValue::LogValue(const TlsPin& pin) : json_(JsonString(ToHex(pin))) {}
LogValue::LogValue(const absl::Status& error) : json_(JsonString(error.ToString())) {}

void Log(LogLevel level, LogWord event, std::initializer_list<LogPart> parts) {
  std::string line = "{\"time\":\"" + Timestamp(log_clock.load()->NowMs()) + "\",\"level\":\"";
  line += kLevelNames[static_cast<size_t>(level)];
  line += "\",\"event\":" + JsonString(event.text());
  for (const LogPart& part : parts) {
    line += ",\"";
    line += kFieldNames[static_cast<size_t>(part.field)];
    line += "\":" + part.value.json();
  }
  line += "}\n";
  WriteWhole(log_fd.load(), line);
}

void StartLog(const Clock& clock, int fd) {
  log_clock.store(&clock);
  log_fd.store(fd);
  if (std::getenv("GRPC_VERBOSITY") == nullptr) gpr_set_log_function(OnGrpcMessage);
}

}  // namespace whoelse
