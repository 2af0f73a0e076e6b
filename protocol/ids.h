// Identities that parties share, each a type of its own.
#ifndef WHOELSE_PROTOCOL_IDS_H_
#define WHOELSE_PROTOCOL_IDS_H_

#include <cstdint>

#include "crypto/bytes.h"
#include "crypto/hash.h"

namespace whoelse {

using FederationId = FixedBytes<struct FederationIdTag, 16>;
using FrameHash = FixedBytes<struct FrameHashTag, 32>;     // FH of protocol.md section 4
using RosterHash = FixedBytes<struct RosterHashTag, 32>;   // SHA-256 of the roster note's text
using TlsPin = FixedBytes<struct TlsPinTag, 32>;           // SHA-256 of a SubjectPublicKeyInfo
using PersonRef = FixedBytes<struct PersonRefTag, 16>;     // opaque; zeros: nobody

using AgencyId = uint32_t;        // of an agency or auditor, unique in a roster, not 0
using CoordinatorId = uint16_t;   // unique in a roster, not 0
using KeyVersion = uint32_t;      // kv; 0 means none
using TimeMs = uint64_t;          // unix milliseconds
using TimeS = uint64_t;           // unix seconds

// The federation's id keeps one federation's signatures and pseudonyms out of another's.
template <typename To>
To Retag(const Digest& digest) {
  static_assert(To::kSize == Digest::kSize);
  return To(std::span<const uint8_t, 32>(digest.data(), 32));
}

}  // namespace whoelse

#endif  // WHOELSE_PROTOCOL_IDS_H_
