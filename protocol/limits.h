// Every size and bound of the protocol in one place, with the sums that tie them together.
// protocol.md sections 2 to 7.
#ifndef WHOELSE_PROTOCOL_LIMITS_H_
#define WHOELSE_PROTOCOL_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace whoelse {

inline constexpr uint8_t kProtocolVersion = 1;

// Questions (section 4).
inline constexpr size_t kSlotSize = 4 + 16 + 32;
inline constexpr size_t kSlotsByNumber = 2;
inline constexpr size_t kSlotsByDescription = 10;
inline constexpr size_t kHeaderFixedSize = 158;
inline constexpr size_t kStatementSize = 1024;
inline constexpr size_t kSignatureSize = 64;
inline constexpr size_t kBodySize = kStatementSize + kSignatureSize + 16;
inline constexpr size_t kFrameSizeOneKeyVersion = kHeaderFixedSize + kSlotsByNumber * kSlotSize + kBodySize;
inline constexpr size_t kFrameSizeTwoKeyVersions = kFrameSizeOneKeyVersion + kSlotsByNumber * kSlotSize;
inline constexpr size_t kFrameSizeMax = kHeaderFixedSize + 2 * kSlotsByDescription * kSlotSize + kBodySize;
inline constexpr size_t kSubjectValueMax = 62;
inline constexpr size_t kSubjectSlots = 2;
inline constexpr size_t kDescriptionSize = 640;
inline constexpr uint64_t kIssuedGranularityS = 10;
inline constexpr uint64_t kQuestionLifetimeS = 120;
inline constexpr uint64_t kClockSkewS = 60;
inline constexpr uint64_t kWireKeptAfterExpiryS = 120;
static_assert(kBodySize == 1104);
static_assert(kFrameSizeOneKeyVersion == 1366);
static_assert(kFrameSizeTwoKeyVersions == 1470);

// The relay's word (section 5) and the node's (section 6).
inline constexpr size_t kAdmissionSize = 118;
inline constexpr size_t kRefusalSize = 125;
inline constexpr size_t kEntrySize = 298;
inline constexpr size_t kEntriesMax = 4;
inline constexpr size_t kAnswerSize = 1344;
inline constexpr size_t kWireSize = 4 + 32 + 32 + kAnswerSize + 16;
inline constexpr size_t kLedgerSealedSize = 256;
static_assert(kEntrySize == 1 + 1 + 2 + 2 + 48 + 40 + 32 + 48 + 32 + 20 + 72);
static_assert(kAnswerSize == 1 + 1 + 8 + 8 + 4 + 32 + 32 + 1 + 1 + kEntriesMax * kEntrySize + 64);
static_assert(kWireSize == 1428);

// Evaluation (section 3).
inline constexpr size_t kElementSize = 32;
inline constexpr size_t kEvaluateElementsMax = 1024;
inline constexpr size_t kEvaluateRequestFixedSize = 8 + 4 + 4 + 1 + 2;
inline constexpr size_t kEvaluateResponseFixedSize = 2 + 4 + 4 + 2 + 64 + 64;
inline constexpr size_t kEvaluateRequestMax =
    kEvaluateRequestFixedSize + kEvaluateElementsMax * kElementSize;
inline constexpr uint32_t kAuditElementsMax = 10;

// Notes (log-formats.md): at least 16 lines of up to 5 kB have to be accepted.
inline constexpr size_t kNoteMax = 32u << 20;
inline constexpr size_t kNoteSignaturesMax = 64;
inline constexpr size_t kNoteSignatureLineMax = 5 * 1024;   // without its LF
inline constexpr size_t kNoteNameMax = 255;

// Roster (section 2).
inline constexpr size_t kHeartbeatSize = 16 + 8 + 32 + 4 + 2 + 64;
inline constexpr size_t kRosterNoteMax = kNoteMax;   // 27,000 agencies of about 1 kB each
inline constexpr size_t kRosterDepthMax = 5;         // a bulk window: { [ { [ {
inline constexpr size_t kRosterStringMax = 512;      // bytes of any string in it
inline constexpr size_t kRootsMax = 32;
inline constexpr size_t kCoordinatorsMax = 32;
inline constexpr size_t kAgenciesMax = 32'768;
inline constexpr size_t kAuditorsMax = 1'024;
inline constexpr size_t kWitnessesMax = 32;
inline constexpr size_t kBulkWindowsMax = 16;
inline constexpr size_t kOrganisationSize = 16;
inline constexpr uint64_t kTimeMaxS = 253'402'300'799;   // the end of year 9999: no sum overflows
inline constexpr uint32_t kRosterDelayMaxH = 30 * 24;
inline constexpr uint64_t kRosterValidMaxS = 90 * 86400;
inline constexpr uint64_t kRosterHeldOverS = 180;
inline constexpr uint64_t kHeartbeatFreshS = 36 * 3600;
inline constexpr uint64_t kHeartbeatAheadS = 3600;
static_assert(kHeartbeatSize == 126);
// A roster that changes its roots carries the signatures of both sets; a checkpoint those of its
// log and of all witnesses.
static_assert(2 * kRootsMax <= kNoteSignaturesMax);
static_assert(kWitnessesMax + 1 <= kNoteSignaturesMax);

// The log, watched (section 6).
inline constexpr uint64_t kLogBehindMs = 10'000;
// Leaves that a relay has to prove when a stream begins: as many frames as a node answers between two
// checkpoints, at the usual parameters.
inline constexpr size_t kUnprovenMax = 256;

}  // namespace whoelse

#endif  // WHOELSE_PROTOCOL_LIMITS_H_
