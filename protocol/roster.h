// The roster: the federation's one source of trust. protocol.md section 2; docs/formats/roster.md
// has the format, docs/formats/heartbeat.md that of the heartbeat.
#ifndef WHOELSE_PROTOCOL_ROSTER_H_
#define WHOELSE_PROTOCOL_ROSTER_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/group.h"
#include "crypto/sign.h"
#include "protocol/codes.h"
#include "protocol/ids.h"
#include "protocol/note.h"

namespace whoelse {

// A telephone line of an agency: shown beside it whatever it answered.
struct Line {
  std::string number;
  std::string hours;
  std::string tested;   // YYYY-MM-DD
  bool operator==(const Line&) const = default;
};

struct RosterCoordinator {
  CoordinatorId id;
  uint16_t x;                 // Shamir abscissa, 1..n
  std::string name;
  std::string endpoint;       // host:port
  TlsPin tls_pin;
  NoteVerifier log_key;       // type 0x01; its name is the log's origin
  VerifyKey admission_key;
  bool operator==(const RosterCoordinator&) const = default;
};

enum class KeyState { kEnrolling, kAsked };

struct RosterKeyVersion {
  KeyVersion kv;
  KeyState state;
  uint32_t sharing_epoch;
  Element group_key;
  std::map<CoordinatorId, Element> share_keys;   // one for each coordinator
  bool operator==(const RosterKeyVersion&) const = default;
};

struct BulkWindow {
  KeyVersion kv;
  TimeS from;
  TimeS until;      // inclusive
  uint32_t total;   // elements
  bool operator==(const BulkWindow&) const = default;
};

struct RosterAgency {
  AgencyId id;
  std::string name;
  std::string organisation;   // 1 to 16 printable ASCII characters without space
  std::string kind;
  std::string area;
  std::vector<Purpose> ask;
  bool s16la;
  VerifyKey identity_key;
  TlsPin tls_pin;
  std::array<CoordinatorId, 2> relays;
  uint32_t ask_per_day;
  uint32_t enrol_elements;    // an enrolment interval: 8, 32 or 256
  std::vector<BulkWindow> bulk;
  uint32_t register_size;
  Line duty;
  Line out_of_hours;

  bool MayAsk(Purpose purpose) const;
  bool operator==(const RosterAgency&) const = default;
};

struct RosterAuditor {
  AgencyId id;
  std::string name;
  TlsPin tls_pin;
  uint32_t evaluate_per_day;
  bool operator==(const RosterAuditor&) const = default;
};

struct RosterWitness {
  std::string name;
  NoteVerifier key;   // type 0x04
  bool operator==(const RosterWitness&) const = default;
};

struct RosterParameters {
  uint32_t slot_ms;
  uint32_t slot_frames;
  uint32_t deadline_ms;
  uint32_t checkpoint_ms;
  uint32_t enrol_interval_s;
  uint32_t roster_delay_h;
  uint32_t tag_bits;          // 0
  bool operator==(const RosterParameters&) const = default;
};

struct Roster {
  FederationId federation;
  std::string name;
  uint64_t version;
  TimeS not_before;
  TimeS not_after;            // inclusive
  std::vector<NoteVerifier> roots;
  uint32_t roots_needed;      // k of protocol.md
  uint16_t threshold;         // t
  std::vector<RosterCoordinator> coordinators;
  std::vector<RosterKeyVersion> key_versions;   // one or two, ascending
  std::vector<RosterAgency> agencies;           // "roster order"
  std::vector<RosterAuditor> auditors;
  std::vector<RosterWitness> witnesses;
  uint32_t witness_faults;
  uint32_t quorum;
  RosterParameters parameters;
  RosterHash hash;            // of the text this was parsed from

  // The text of a roster note, with every check that needs no other roster: members exactly those
  // of the page, forms and ranges, ids and keys unique, quorum by the formula, and for each key
  // version one polynomial of degree threshold - 1 through all share keys.
  // INVALID_ARGUMENT names the member that fails and what it should be.
  static absl::StatusOr<Roster> Parse(std::string_view text);
  // Canonical text of these members (`hash` is not one): in the page's order, one space of indent,
  // a final LF. Parse(Serialize()) gives the same roster.
  std::string Serialize() const;

  const RosterCoordinator* FindCoordinator(CoordinatorId id) const;
  const RosterAgency* FindAgency(AgencyId id) const;
  const RosterAgency* FindAgencyByPin(const TlsPin& pin) const;
  const RosterAuditor* FindAuditorByPin(const TlsPin& pin) const;
  const RosterCoordinator* FindCoordinatorByPin(const TlsPin& pin) const;
  const RosterKeyVersion* FindKeyVersion(KeyVersion kv) const;
  std::vector<KeyVersion> AskedKeyVersions() const;   // ascending
  bool operator==(const Roster&) const = default;
};

// What travels: the signed note with the consents beside it. The format of GetRoster (section 2).
// Nobody signs the list of consents: of two by one party the first counts.
struct SignedRoster {
  struct Consent {
    CoordinatorId coordinator;
    Signature signature;
    bool operator==(const Consent&) const = default;
  };
  struct IdentityConsent {
    AgencyId agency;
    Signature signature;
    bool operator==(const IdentityConsent&) const = default;
  };

  std::string note;
  std::vector<Consent> consents;
  std::vector<IdentityConsent> identity_consents;

  // INVALID_ARGUMENT for anything that Serialize would not write, and for a note above
  // kRosterNoteMax. Says nothing about what is in the note.
  static absl::StatusOr<SignedRoster> Parse(ByteView bytes);
  Bytes Serialize() const;
  bool operator==(const SignedRoster&) const = default;
};

// Of a coordinator, to a roster that changes keys or coordinators; of an agency, with the identity
// key that the roster takes away.
Signature ConsentToRoster(const SigningKey& admission_key, const RosterHash& hash);
Signature ConsentToIdentity(const SigningKey& old_identity_key, const RosterHash& hash);

// The roots and k that a party brings out of band for its first roster.
struct TrustAnchor {
  FederationId federation;
  std::vector<NoteVerifier> roots;
  uint32_t roots_needed;
};

// The acceptance checks of section 2, in their order, against the roster that rules here (nullptr:
// none yet, so the anchor's roots decide). `highest_accepted` is the version persisted against
// rollback, 0 for none. Nothing is parsed as JSON before the roots' signatures are good.
// INVALID_ARGUMENT: malformed, or a bad signature. UNAUTHENTICATED: too few roots.
// PERMISSION_DENIED: too few consents. FAILED_PRECONDITION: another federation, an old version,
// past its not_after. The message says which check failed.
absl::StatusOr<Roster> AcceptRoster(const SignedRoster& offered, const Roster* held,
                                    const TrustAnchor& anchor, uint64_t highest_accepted,
                                    TimeS now);

// True when `next` takes something away from `held` (agencies, auditors, witnesses, purposes) and
// changes nothing else but version, dates and quorum: a revocation, which acts at once.
bool IsRevocation(const Roster& held, const Roster& next);

// When an accepted roster rules: not before its not_before, and unless it is the first or a
// revocation not before its log leaf is roster_delay_h (of the roster held) old in `logs` of the
// coordinators' logs; nullopt: in t of them.
// `leaf_ms`: for each coordinator whose log holds the leaf, its time.
bool RosterRules(const Roster& next, const Roster* held,
                 const std::map<CoordinatorId, TimeMs>& leaf_ms, TimeMs now,
                 std::optional<size_t> logs = std::nullopt);

// An hourly statement of a coordinator that this is its roster; against freezing (section 2).
struct Heartbeat {
  FederationId federation;
  uint64_t version;
  RosterHash roster_hash;
  uint32_t hour;              // unix time / 3600
  CoordinatorId coordinator;
  Signature signature;

  static Heartbeat Sign(const Roster& roster, CoordinatorId coordinator, uint32_t hour,
                        const SigningKey& admission_key);
  static absl::StatusOr<Heartbeat> Parse(ByteView bytes);   // INVALID_ARGUMENT: another length
  Bytes Serialize() const;
  // Of this roster, by one of its coordinators, at most 36 h old and at most 1 h ahead.
  bool Fresh(const Roster& roster, TimeS now) const;
};

}  // namespace whoelse

#endif  // WHOELSE_PROTOCOL_ROSTER_H_
