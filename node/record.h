// The involvement record: what an agency holds about one child in one service. domain.md, "What an
// agency holds". Never case content, never intelligence, and no address is ever disclosed.
#ifndef WHOELSE_NODE_RECORD_H_
#define WHOELSE_NODE_RECORD_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "node/identifier.h"
#include "protocol/codes.h"
#include "protocol/ids.h"
#include "protocol/subject.h"

namespace whoelse {

using RecordId = uint32_t;   // the order of import at this node, from 1; 0: none
// When each identifier of a record came to this node, in the order of kSubjectPositions; 0: it has
// none. Each for itself: a pupil who is given a UPN stays enrolled under the number.
using Arrivals = std::array<TimeMs, kSubjectPositions.size()>;

enum class ServiceClass : uint8_t { kUniversal = 1, kTargeted, kJustice, kSensitive, kProtected };
inline constexpr std::array<std::string_view, 5> kClassNames = {"universal", "targeted", "justice",
                                                                "sensitive", "protected"};
enum class ConsentState : uint8_t { kNotAsked = 1, kGiven, kRefused };
enum class ConsentBy : uint8_t { kNobody = 1, kYoungPerson, kParent, kAdultConcerned };

struct Consent {
  ConsentState state = ConsentState::kNotAsked;
  ConsentBy by = ConsentBy::kNobody;
  bool competent = false;               // the young person was judged competent (presumed from 16)
  std::optional<Date> on;
  std::optional<Date> until;            // inclusive
  std::vector<Purpose> purposes;        // ascending, each once; empty: all
  bool operator==(const Consent&) const = default;
};

// Each only rises by machine: taking one away needs the lead officer and a second person.
struct Restrictions {
  bool shielded = false;
  bool closed = false;                  // the identity changed
  bool call_back_only = false;
  bool covert = false;
  bool subject_access_exempt = false;

  // The stricter of each.
  Restrictions Raise(const Restrictions& other) const;
  bool operator==(const Restrictions&) const = default;
};

// What chooses a record's row of the disclosure policy, beside its restrictions.
struct RowBasis {
  ServiceClass service_class = ServiceClass::kSensitive;
  bool about_parent_or_carer = false;
  Consent consent;
  bool operator==(const RowBasis&) const = default;
};

// Where a child lives or lived. For matching only.
struct Home {
  std::string address, postcode;
  bool operator==(const Home&) const = default;
};

inline constexpr size_t kEarlierMax = 8;
inline constexpr size_t kFormerAddressesMax = 8;
inline constexpr size_t kAddressMax = 1000, kPostcodeMax = 10;   // bytes

struct Record : RowBasis {
  // The child.
  std::optional<NhsNumber> nhs_number;
  bool nhs_number_verified = false;
  std::optional<Upn> upn;
  std::string local_id;
  std::string given_name, family_name, former_names, preferred_name;
  std::optional<Date> born;
  bool born_disputed = false;
  std::optional<Date> died;
  bool keep_to_25 = false;              // a care leaver, or SEND, who agreed to it themselves
  std::string sex, address, postcode, carers;
  // The newest first, at most kFormerAddressesMax (node/former_addresses.h).
  std::vector<Home> former_addresses;

  // The involvement.
  std::string organisation;             // disclosed: <= 48 bytes
  std::string organisation_code;        // ODS code or URN
  std::string service;                  // disclosed: <= 40
  std::string team;                     // <= 32
  std::string name;                     // the professional, <= 48
  std::string role;                     // <= 32
  std::string phone;                    // <= 20
  std::string email;                    // <= 72
  std::string duty_phone;               // the service's duty line, <= 20; empty: the agency's
  std::optional<Date> start, end, verified_on;
  bool lead_professional = false;
  bool lead_decided_here = false;       // by a person at this node: imports leave it as it is
  bool assessment_exists = false;
  Restrictions restrictions;
  bool shield_pending = false;          // by a notice that lead officers have not lifted
  bool in_dispute = false;              // whose it is (node/conflict.h): silent until people settle it

  // What a looser class or word has replaced and what acts beside it before this day
  // (node/policy_looser.h): at most kEarlierMax, and none without the day.
  std::vector<RowBasis> earlier;
  std::optional<Date> earlier_until;

  // Where it came from. An import updates in place by these two. Both empty: no row speaks of it any
  // more.
  std::string source, source_id;

  // Its life (node/record_life.h). Asked about by an identifier of this record, another one answers:
  // the number was replaced by that one's (and is marked superseded), or the two were merged.
  RecordId answered_by = 0;
  bool superseded = false;
  bool beside_closed = false;           // replaced like a number that is closed: a shield of its own
  std::optional<Date> archived_on;      // from then on it answers nothing

  // The store's bytes. Decode: DATA_LOSS when they are not what Encode wrote.
  Bytes Encode() const;
  static absl::StatusOr<Record> Decode(ByteView bytes);
  bool operator==(const Record&) const = default;
};

// The stricter of each: restrictions, class, a notice that is pending, a dispute. A class that was
// lowered and still acts is another matter (CarryClass).
void RaiseTo(const Record& other, Record& record);
// Its restrictions, with a notice that is pending, a dispute and a closed number beside it as the shields
// that they are: what there is to say of them where the inbox's items about them do not lead.
Restrictions WithShields(const Record& record);
// What a machine may write over what is held: everything but a restriction or a class that would
// become looser (domain.md, "A restriction only rises by machine"), and what people here decided.
Record MergeByMachine(const Record& held, Record incoming);

// The identifier of this type in its canonical form; empty: it has none. Lives as long as the record.
std::string_view IdentifierOf(const Record& record, KeyType type);
// The same, when a question by it is answered here: empty for a record that is archived.
std::string_view AnswersTo(const Record& record, KeyType type);

// A text of a record, with its bound in bytes of UTF-8. The disclosed ones have an answer's fixed
// fields as bounds (protocol.md section 6), the others are bounded so that everything is.
struct RecordText {
  std::string_view name;   // the column of an import
  std::string Record::*member;
  size_t max;
};
inline constexpr std::array<RecordText, 20> kRecordTexts = {{
    {"local_id", &Record::local_id, 64},
    {"given_name", &Record::given_name, 200},
    {"family_name", &Record::family_name, 200},
    {"former_names", &Record::former_names, 500},
    {"preferred_name", &Record::preferred_name, 200},
    {"sex", &Record::sex, 20},
    {"address", &Record::address, kAddressMax},
    {"postcode", &Record::postcode, kPostcodeMax},
    {"carers", &Record::carers, 500},
    {"organisation", &Record::organisation, 48},
    {"organisation_code", &Record::organisation_code, 16},
    {"service", &Record::service, 40},
    {"team", &Record::team, 32},
    {"professional_name", &Record::name, 48},
    {"professional_role", &Record::role, 32},
    {"professional_phone", &Record::phone, 20},
    {"professional_email", &Record::email, 72},
    {"duty_phone", &Record::duty_phone, 20},
    {"source", &Record::source, 64},
    {"source_id", &Record::source_id, 64},
}};

// INVALID_ARGUMENT, "what is wrong: how to put it right", when the value is too long for its field
// or not plain text (protocol/text.h). Names the field and never repeats the value.
absl::Status CheckText(const RecordText& text, std::string_view value);
// The same of each former address: that they are not too many either.
absl::Status CheckFormerAddresses(const Record& record);
// The first complaint about any text of the record. Every record passes this before it is stored:
// when it is disclosed nothing can be said any more.
absl::Status CheckTexts(const Record& record);

// True when both are records of one child: the same number, or neither has one and the same UPN.
bool SameChild(const Record& a, const Record& b);

}  // namespace whoelse

#endif  // WHOELSE_NODE_RECORD_H_
