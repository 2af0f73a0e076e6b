// The operator's log: one JSON object a line, on standard error. It goes to collectors and people
// outside the circle that may know a child, so it can hold only what this header lets in: numbers,
// pins, words written in our source, the operator's own configuration. No identifier, no statement,
// no key, no text of a peer fits through it.
#ifndef WHOELSE_RPC_LOG_H_
#define WHOELSE_RPC_LOG_H_

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "protocol/codes.h"
#include "protocol/ids.h"
#include "protocol/service_error.h"
#include "rpc/clock.h"

namespace whoelse {

// kAlarm: somebody has to look (a log that misbehaves, a second Attach stream, a damaged store).
enum class LogLevel : uint8_t { kInfo, kWarning, kAlarm };

enum class LogField : uint8_t {
  kAddress, kAgency, kBytes, kCode, kCoordinator, kCount, kDurationMs, kError, kExpires, kIndex,
  kKeyVersion, kLog, kOutcome, kPath, kPin, kReason, kRosterVersion, kSignal, kTrailHead,
  kTreeSize, kUid
};

// A word that stands in our source: nothing that came from outside can become one.
class LogWord {
 public:
  consteval LogWord(const char* literal) : text_(literal) {}   // NOLINT: literals are words
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

class LogValue {
 public:
  template <std::integral I>
  LogValue(I number) : json_(std::to_string(number)) {}        // NOLINT: reads as the value itself
  LogValue(LogWord word) : LogValue(Quoted{}, word.text()) {}  // NOLINT
  LogValue(const TlsPin& pin);                                 // NOLINT: in hexadecimal
  // The head of a node's trail (node/trail.h): says that something was done, and not what.
  LogValue(const FixedBytes<struct TrailHashTag, 32>& head);   // NOLINT
  LogValue(ServiceError e) : LogValue(Quoted{}, Name(e)) {}    // NOLINT
  LogValue(RefusalCode c) : LogValue(Quoted{}, Name(c)) {}     // NOLINT
  LogValue(RelayCode c) : LogValue(Quoted{}, Name(c)) {}       // NOLINT
  // An error of our own making: by our habit its text repeats no identifier.
  LogValue(const absl::Status& error);                         // NOLINT
  // What the operator or the signed roster wrote: an address, a path, a log's origin. Never a peer's
  // or a person's text.
  static LogValue Configured(std::string_view text) { return LogValue(Quoted{}, text); }

  const std::string& json() const { return json_; }

 private:
  struct Quoted {};
  LogValue(Quoted, std::string_view text);
  std::string json_;
};

struct LogPart {
  LogPart(LogField f, LogValue v) : field(f), value(std::move(v)) {}
  LogPart(LogField f, LogWord word) : field(f), value(word) {}
  LogField field;
  LogValue value;
};

// Log(LogLevel::kWarning, "tls_refused", {{LogField::kPin, pin}, {LogField::kReason, "expired"}});
// One line, written at once and whole. Thread-safe.
void Log(LogLevel level, LogWord event, std::initializer_list<LogPart> parts = {});

// From now on lines carry this clock's time and go to `fd`, and of gRPC's own messages only errors
// come, as an event "grpc" that says where in gRPC's source, at most one a second and without their
// text (a peer can put its own into it). When GRPC_VERBOSITY is set gRPC logs by itself: for looking
// at trouble by hand. Before StartLog: the system's clock, standard error. `clock` lives for ever.
void StartLog(const Clock& clock, int fd = 2);

}  // namespace whoelse

#endif  // WHOELSE_RPC_LOG_H_
