// The closed set of what a coordinator may say when it does not do what it was asked. Nothing else
// crosses the trust boundary: no text of a library, no content of a request.
#ifndef WHOELSE_PROTOCOL_SERVICE_ERROR_H_
#define WHOELSE_PROTOCOL_SERVICE_ERROR_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace whoelse {

enum class ServiceError : uint8_t {
  kNotAMember = 1,    // the TLS key is not of this roster
  kSize,              // a length or a number of elements that this call does not allow
  kFederation,        // another federation's message
  kRosterVersion,     // not the roster that rules here: fetch it and ask again
  kKeyVersion,        // not a key version of the roster, or not the ASKED set
  kSharingEpoch,      // not the share generation that rules here
  kNotYourRelay,      // the header's relays are not the agency's pair, or do not name this one
  kClock,             // issued more than 60 s from this clock
  kAskerTag,          // r does not open the asker_tag to this agency
  kQuota,             // today's cap is reached
  kElement,           // an element that is not canonical, not valid, or the identity
  kBusy,              // a queue is full: try another coordinator
  kNotReady,          // starting, or without a share of this key version
  kReplaced,          // a newer stream of the same agency took this one's place
  kNotCovered,        // no checkpoint covers that much of the log yet: ask again
  kSignature,         // a signature that is not the caller's, or a cosignature that is not good
  kWrongLog,          // a digest that belongs into another coordinator's log, or a log not kept here
  kInternal           // our own fault; the operator's log says more
};
inline constexpr std::array<std::string_view, 18> kServiceErrorNames = {
    "NOT_A_MEMBER",   "SIZE",  "FEDERATION", "ROSTER_VERSION", "KEY_VERSION",
    "SHARING_EPOCH",  "NOT_YOUR_RELAY", "CLOCK", "ASKER_TAG",  "QUOTA",
    "ELEMENT",        "BUSY",  "NOT_READY",  "REPLACED",       "NOT_COVERED",
    "SIGNATURE",      "WRONG_LOG", "INTERNAL"};

inline std::string_view Name(ServiceError e) {
  return kServiceErrorNames[static_cast<size_t>(e) - 1];
}
inline std::optional<ServiceError> ServiceErrorByName(std::string_view name) {
  for (size_t i = 0; i < kServiceErrorNames.size(); ++i) {
    if (kServiceErrorNames[i] == name) return static_cast<ServiceError>(i + 1);
  }
  return std::nullopt;
}

}  // namespace whoelse

#endif  // WHOELSE_PROTOCOL_SERVICE_ERROR_H_
