#include "coordinator/handed_in.h"

#include "protocol/limits.h"

namespace whoelse {
namespace {

// Hourly digests about every other log, with room to catch up after some days away; beyond that a
// member would fill the log.
constexpr uint32_t kDigestsPerDayAndLog = 4 * 24;
constexpr uint32_t kOpeningsPerDay = 1'000;

template <typename T>
std::optional<T> ParseAs(ByteView bytes) {
  auto entry = ParseLogEntry(bytes);
  if (!entry.ok() || !std::holds_alternative<T>(*entry)) return std::nullopt;
  return std::get<T>(*entry);
}

}  // namespace

OrError<HandedInSubmission> CheckLedgerDigest(const Roster& roster, CoordinatorId self,
                                              const TlsPin& peer, ByteView bytes) {
  const RosterAgency* agency = roster.FindAgencyByPin(peer);
  if (agency == nullptr) return ServiceError::kNotAMember;
  const auto digest = ParseAs<LedgerEntry>(bytes);
  if (!digest) return ServiceError::kSize;
  if (digest->agency != agency->id) return ServiceError::kNotAMember;
  // A relay that dropped an answer would be the keeper of what proves it.
  if (digest->coordinator == self || roster.FindCoordinator(digest->coordinator) == nullptr) {
    return ServiceError::kWrongLog;
  }
  // Unsigned, it would accuse the agency of what whoever has its TLS key alone made up.
  if (!digest->SignedBy(agency->identity_key)) return ServiceError::kSignature;
  const auto logs = static_cast<uint32_t>(roster.coordinators.size());
  return HandedInSubmission{*digest, CounterUse::kLedgerDigest, agency->id,
                            kDigestsPerDayAndLog * logs};
}

OrError<HandedInSubmission> CheckOpening(const Roster& roster, const TlsPin& peer, ByteView bytes,
                                         TimeMs now) {
  const RosterAuditor* auditor = roster.FindAuditorByPin(peer);
  if (auditor == nullptr) return ServiceError::kNotAMember;
  const auto opening = ParseAs<OpenedEntry>(bytes);
  if (!opening) return ServiceError::kSize;
  if (opening->auditor != auditor->id) return ServiceError::kNotAMember;
  // An opening could otherwise be dated to before its authority was written.
  if (opening->time_ms > now + kClockSkewS * 1000 || opening->time_ms + kClockSkewS * 1000 < now) {
    return ServiceError::kClock;
  }
  return HandedInSubmission{*opening, CounterUse::kOpening, auditor->id, kOpeningsPerDay};
}

}  // namespace whoelse
