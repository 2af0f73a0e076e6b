// The protocol's enumerations, with the numbers and names of protocol.md section 1.
#ifndef WHOELSE_PROTOCOL_CODES_H_
#define WHOELSE_PROTOCOL_CODES_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace whoelse {

enum class Purpose : uint8_t {
  kCoordination = 1, kEarlyHelp, kConcern, kSection17, kSection47, kMissingChild, kYouthJustice,
  kEmergency
};
inline constexpr std::array<std::string_view, 8> kPurposeNames = {
    "coordination", "early-help",    "concern",       "section-17",
    "section-47",   "missing-child", "youth-justice", "emergency"};

enum class Power : uint8_t {
  kCa1989S17 = 1, kCa1989S47, kCa1989S47_9, kCa2004S10, kCa2004S11, kCa2004S16La, kCda1998S115,
  kEa2002S175
};
inline constexpr std::array<std::string_view, 8> kPowerNames = {
    "ca1989-s17", "ca1989-s47",   "ca1989-s47(9)", "ca2004-s10",
    "ca2004-s11", "ca2004-s16LA", "cda1998-s115",  "ea2002-s175"};

enum class Article6 : uint8_t { kNone = 0, kLegalObligation = 1, kPublicTask = 2 };   // 6(1)(c), (e)
enum class Article9 : uint8_t { kNone = 0, kSafeguarding = 1, kHealthCare = 2, kPart3 = 3 };

enum class Role : uint8_t {
  kPractitioner = 1, kSafeguardingLead, kOutOfHours, kNodeItself
};
inline constexpr std::array<std::string_view, 4> kRoleNames = {
    "practitioner", "safeguarding lead", "out-of-hours practitioner", "the node itself"};

enum class Outcome : uint8_t { kContact = 1, kDutyLine, kBrokered, kUrgent, kNothing };
inline constexpr std::array<std::string_view, 5> kOutcomeNames = {"contact", "duty_line", "brokered",
                                                                  "urgent", "nothing"};

// Statement flags.
inline constexpr uint16_t kFlagApproved = 1;
inline constexpr uint16_t kFlagApprovalToFollow = 2;
inline constexpr uint16_t kFlagOutOfHours = 4;
inline constexpr uint16_t kFlagShieldNotice = 8;
inline constexpr uint16_t kFlagContactWasWrong = 16;
inline constexpr uint16_t kFlagsKnown = 31;

// Entry flags of an answer.
inline constexpr uint8_t kEntryLeadProfessional = 1;
inline constexpr uint8_t kEntryAboutParentOrCarer = 2;
inline constexpr uint8_t kEntrySuperseded = 4;
inline constexpr uint8_t kEntryEnded = 8;
inline constexpr uint8_t kEntryAssessmentExists = 16;
inline constexpr uint8_t kEntryBirthDateDiffers = 32;
inline constexpr uint8_t kEntryFlagsKnown = 63;

enum class EntryKind : uint8_t { kNone = 0, kContact = 1, kDutyLine = 2 };

// What was hashed into a pseudonym.
enum class KeyType : uint8_t { kNone = 0, kNhsNumber = 1, kUpn = 2 };

enum class EvaluationKind : uint8_t { kAsk = 1, kEnrol, kBulk, kAudit };

// A node's signed refusals.
enum class RefusalCode : uint8_t {
  kFormat = 1, kAdmission, kReplay, kClock, kRoster, kKeyVersion, kNotReady, kExpired, kRestarted,
  kBusy, kLogBehind
};
inline constexpr std::array<std::string_view, 11> kRefusalNames = {
    "FORMAT",    "ADMISSION", "REPLAY",    "CLOCK", "ROSTER",    "KEY_VERSION",
    "NOT_READY", "EXPIRED",   "RESTARTED", "BUSY",  "LOG_BEHIND"};

// A relay's unsigned word for an agency that gave it nothing.
enum class RelayCode : uint8_t { kNotAttached = 32, kDeadline, kQueueFull, kOrphan };
inline constexpr std::array<std::string_view, 4> kRelayCodeNames = {"NOT_ATTACHED", "DEADLINE",
                                                                    "QUEUE_FULL", "ORPHAN"};

// The name of an enumerator whose numbers count from 1.
template <typename E, size_t N>
constexpr std::string_view NameOf(E value, const std::array<std::string_view, N>& names) {
  return names[static_cast<size_t>(value) - 1];
}
// The enumerator with this name; nullopt when there is none.
template <typename E, size_t N>
constexpr std::optional<E> ByName(std::string_view name, const std::array<std::string_view, N>& names) {
  for (size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<E>(i + 1);
  }
  return std::nullopt;
}
inline std::string_view Name(Purpose p) { return NameOf(p, kPurposeNames); }
inline std::string_view Name(Power p) { return NameOf(p, kPowerNames); }
inline std::string_view Name(Role r) { return NameOf(r, kRoleNames); }
inline std::string_view Name(Outcome o) { return NameOf(o, kOutcomeNames); }
inline std::string_view Name(RefusalCode c) { return NameOf(c, kRefusalNames); }
inline std::string_view Name(RelayCode c) {
  return kRelayCodeNames[static_cast<size_t>(c) - static_cast<size_t>(RelayCode::kNotAttached)];
}
inline std::optional<Purpose> PurposeByName(std::string_view n) {
  return ByName<Purpose>(n, kPurposeNames);
}
inline std::optional<Role> RoleByName(std::string_view n) { return ByName<Role>(n, kRoleNames); }

}  // namespace whoelse

#endif  // WHOELSE_PROTOCOL_CODES_H_
