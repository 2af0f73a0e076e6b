#include "node/record.h"

#include <algorithm>
#include <utility>

#include "protocol/text.h"

namespace whoelse {
namespace {

// version u8 | the texts of kRecordTexts | number, UPN (texts, empty: none) | 6 dates u32 (0: none)
// | flags u16 | answered by u32 | basis | earlier_until u32 | n u8 (0 without that day, else 1 to 8)
// | n bases | when there are former addresses n u8 (1 to 8) | n of them: address, postcode (texts).
// The version is 3, and 4 when there are former addresses.
// A basis: class u8 | about a parent or carer u8 | consent state u8 | by u8 | competent u8 | on u32
// | until u32 | purposes u8 (a bit each).
// A text is its length (7 bits a byte, lowest first, the high bit while more follow) and its bytes.
constexpr uint8_t kEncodingVersion = 3, kWithFormerAddresses = 4;

// The truth values of a record, each with its bit.
constexpr std::array<std::pair<uint16_t, bool Record::*>, 10> kRecordFlags = {{
    {1, &Record::nhs_number_verified},
    {2, &Record::born_disputed},
    {4, &Record::superseded},
    {8, &Record::lead_professional},
    {16, &Record::assessment_exists},
    {32, &Record::shield_pending},
    {2048, &Record::keep_to_25},
    {4096, &Record::lead_decided_here},
    {8192, &Record::in_dispute},
    {16384, &Record::beside_closed},
}};
constexpr std::array<std::pair<uint16_t, bool Restrictions::*>, 5> kRestrictionFlags = {{
    {64, &Restrictions::shielded},
    {128, &Restrictions::closed},
    {256, &Restrictions::call_back_only},
    {512, &Restrictions::covert},
    {1024, &Restrictions::subject_access_exempt},
}};
constexpr uint16_t kFlagsWritten = 32767;
constexpr std::array kDates = {&Record::born, &Record::start, &Record::end,
                               &Record::verified_on, &Record::died, &Record::archived_on};

void WriteText(Writer& out, std::string_view text) {
  size_t length = text.size();
  for (; length >= 128; length >>= 7) out.U8(static_cast<uint8_t>(length | 128));
  out.U8(static_cast<uint8_t>(length));
  out.Raw(AsBytes(text));
}

bool ReadText(Reader& in, std::string& text) {
  uint32_t length = 0;
  uint8_t byte = 128;
  for (int shift = 0; byte >= 128 && shift < 28; shift += 7) {
    byte = in.U8();
    length |= static_cast<uint32_t>(byte & 127) << shift;
    if (byte == 0 && shift > 0) return false;   // one length has one writing
  }
  if (byte >= 128 || length > in.left()) return false;
  text = ToString(in.Raw(length));
  return true;
}

void WriteDate(Writer& out, const std::optional<Date>& date) { out.U32(date ? date->ymd() : 0); }

bool ReadDate(Reader& in, std::optional<Date>& date) {
  const uint32_t ymd = in.U32();
  if (ymd == 0) return true;
  const absl::StatusOr<Date> day = Date::FromYmd(ymd);
  if (!day.ok()) return false;
  date = *day;
  return true;
}

template <typename E>
bool ReadEnum(Reader& in, E last, E& value) {
  const uint8_t number = in.U8();
  if (number < 1 || number > static_cast<uint8_t>(last)) return false;
  value = static_cast<E>(number);
  return true;
}

uint16_t FlagsOf(const Record& record) {
  unsigned flags = 0;
  for (const auto& [bit, member] : kRecordFlags) flags |= record.*member ? bit : 0;
  for (const auto& [bit, member] : kRestrictionFlags) {
    flags |= record.restrictions.*member ? bit : 0;
  }
  return static_cast<uint16_t>(flags);
}

bool ReadFlags(Reader& in, Record& record) {
  const uint16_t flags = in.U16();
  for (const auto& [bit, member] : kRecordFlags) record.*member = (flags & bit) != 0;
  for (const auto& [bit, member] : kRestrictionFlags) {
    record.restrictions.*member = (flags & bit) != 0;
  }
  return (flags & ~kFlagsWritten) == 0;
}

bool ReadBool(Reader& in, bool& value) {
  const uint8_t byte = in.U8();
  value = byte == 1;
  return byte <= 1;
}

void WriteBasis(Writer& out, const RowBasis& basis) {
  const Consent& consent = basis.consent;
  unsigned purposes = 0;
  for (const Purpose purpose : consent.purposes) {
    purposes |= 1u << (static_cast<unsigned>(purpose) - 1);
  }
  out.U8(static_cast<uint8_t>(basis.service_class)).U8(basis.about_parent_or_carer ? 1 : 0);
  out.U8(static_cast<uint8_t>(consent.state)).U8(static_cast<uint8_t>(consent.by));
  out.U8(consent.competent ? 1 : 0);
  WriteDate(out, consent.on);
  WriteDate(out, consent.until);
  out.U8(static_cast<uint8_t>(purposes));
}

bool ReadBasis(Reader& in, RowBasis& basis) {
  Consent& consent = basis.consent;
  if (!ReadEnum(in, ServiceClass::kProtected, basis.service_class) ||
      !ReadBool(in, basis.about_parent_or_carer) ||
      !ReadEnum(in, ConsentState::kRefused, consent.state) ||
      !ReadEnum(in, ConsentBy::kAdultConcerned, consent.by) || !ReadBool(in, consent.competent) ||
      !ReadDate(in, consent.on) || !ReadDate(in, consent.until)) {
    return false;
  }
  const uint8_t purposes = in.U8();
  for (uint8_t bit = 0; bit < kPurposeNames.size(); ++bit) {
    if (purposes >> bit & 1) consent.purposes.push_back(static_cast<Purpose>(bit + 1));
  }
  return true;
}

bool ReadEarlier(Reader& in, Record& record) {
  if (!ReadDate(in, record.earlier_until)) return false;
  const uint8_t count = in.U8();
  if ((count == 0) == record.earlier_until.has_value() || count > kEarlierMax) return false;
  record.earlier.resize(count);
  return std::ranges::all_of(record.earlier,
                             [&](RowBasis& basis) { return ReadBasis(in, basis); });
}

void WriteFormerAddresses(Writer& out, const std::vector<Home>& homes) {
  out.U8(static_cast<uint8_t>(homes.size()));
  for (const Home& home : homes) {
    WriteText(out, home.address);
    WriteText(out, home.postcode);
  }
}

bool ReadFormerAddresses(Reader& in, std::vector<Home>& homes) {
  const uint8_t count = in.U8();
  if (count == 0 || count > kFormerAddressesMax) return false;
  homes.resize(count);
  return std::ranges::all_of(homes, [&](Home& home) {
    return ReadText(in, home.address) && ReadText(in, home.postcode);
  });
}

bool ReadIdentifiers(Reader& in, Record& record) {
  std::string number, upn;
  if (!ReadText(in, number) || !ReadText(in, upn)) return false;
  // Parse is friendly to spaces and lower case; the store's bytes are what Encode wrote.
  if (!number.empty()) {
    absl::StatusOr<NhsNumber> parsed = NhsNumber::Parse(number);
    if (!parsed.ok() || parsed->digits() != number) return false;
    record.nhs_number = *std::move(parsed);
  }
  if (!upn.empty()) {
    absl::StatusOr<Upn> parsed = Upn::Parse(upn);
    if (!parsed.ok() || parsed->text() != upn) return false;
    record.upn = *std::move(parsed);
  }
  return true;
}

bool ReadRecord(Reader& in, Record& record) {
  const uint8_t version = in.U8();
  if (version != kEncodingVersion && version != kWithFormerAddresses) return false;
  for (const RecordText& text : kRecordTexts) {
    if (!ReadText(in, record.*text.member)) return false;
  }
  if (!ReadIdentifiers(in, record)) return false;
  for (const auto date : kDates) {
    if (!ReadDate(in, record.*date)) return false;
  }
  if (!ReadFlags(in, record)) return false;
  record.answered_by = in.U32();
  if (!ReadBasis(in, record) || !ReadEarlier(in, record)) return false;
  if (version == kWithFormerAddresses && !ReadFormerAddresses(in, record.former_addresses)) {
    return false;
  }
  return in.Done();
}

absl::Status CheckText(std::string_view name, size_t max, std::string_view value) {
  if (value.size() > max) {
    return absl::InvalidArgumentError(std::string(name) + " is longer than " +
                                      std::to_string(max) +
                                      " bytes (letters with accents count as two): shorten it");
  }
  if (!IsPlainText(value)) {
    return absl::InvalidArgumentError(
        std::string(name) +
        " has line breaks or characters that cannot be seen: type it again without them");
  }
  return absl::OkStatus();
}

}  // namespace

void RaiseTo(const Record& other, Record& record) {
  record.restrictions = record.restrictions.Raise(other.restrictions);
  record.service_class = std::max(record.service_class, other.service_class);
  record.shield_pending = record.shield_pending || other.shield_pending;
  record.in_dispute = record.in_dispute || other.in_dispute;
  record.beside_closed = record.beside_closed || other.beside_closed;
}

Restrictions WithShields(const Record& record) {
  Restrictions restrictions = record.restrictions;
  restrictions.shielded = restrictions.shielded || record.shield_pending || record.in_dispute ||
                          record.beside_closed;
  return restrictions;
}

Record MergeByMachine(const Record& held, Record incoming) {
  RaiseTo(held, incoming);
  incoming.answered_by = held.answered_by;
  incoming.superseded = held.superseded;
  incoming.archived_on = held.archived_on;
  incoming.lead_decided_here = held.lead_decided_here;
  if (held.lead_decided_here) incoming.lead_professional = held.lead_professional;
  return incoming;
}

Restrictions Restrictions::Raise(const Restrictions& other) const {
  Restrictions raised;
  for (const auto& [bit, member] : kRestrictionFlags) {
    raised.*member = this->*member || other.*member;
  }
  return raised;
}

Bytes Record::Encode() const {
  Writer out;
  // A record without them has the bytes that earlier versions read.
  out.U8(former_addresses.empty() ? kEncodingVersion : kWithFormerAddresses);
  for (const RecordText& text : kRecordTexts) WriteText(out, this->*text.member);
  WriteText(out, nhs_number ? nhs_number->digits() : "");
  WriteText(out, upn ? upn->text() : "");
  for (const auto date : kDates) WriteDate(out, this->*date);
  out.U16(FlagsOf(*this)).U32(answered_by);
  WriteBasis(out, *this);
  WriteDate(out, earlier_until);
  out.U8(static_cast<uint8_t>(earlier.size()));
  for (const RowBasis& basis : earlier) WriteBasis(out, basis);
  if (!former_addresses.empty()) WriteFormerAddresses(out, former_addresses);
  return out.Take();
}

absl::StatusOr<Record> Record::Decode(ByteView bytes) {
  Record record;
  Reader in(bytes);
  if (!ReadRecord(in, record)) {
    return absl::DataLossError("a stored record is not what this program writes");
  }
  return record;
}

absl::Status CheckText(const RecordText& text, std::string_view value) {
  return CheckText(text.name, text.max, value);
}

absl::Status CheckFormerAddresses(const Record& record) {
  if (record.former_addresses.size() > kFormerAddressesMax) {
    return absl::InvalidArgumentError("former_addresses are more than " +
                                      std::to_string(kFormerAddressesMax) +
                                      ": leave the oldest out");
  }
  for (const Home& home : record.former_addresses) {
    absl::Status checked = CheckText("an address of former_addresses", kAddressMax, home.address);
    if (checked.ok()) {
      checked = CheckText("a postcode of former_addresses", kPostcodeMax, home.postcode);
    }
    if (!checked.ok()) return checked;
  }
  return absl::OkStatus();
}

absl::Status CheckTexts(const Record& record) {
  for (const RecordText& text : kRecordTexts) {
    const absl::Status checked = CheckText(text, record.*text.member);
    if (!checked.ok()) return checked;
  }
  return CheckFormerAddresses(record);
}

bool SameChild(const Record& a, const Record& b) {
  if (a.nhs_number || b.nhs_number) return a.nhs_number == b.nhs_number;
  return a.upn.has_value() && a.upn == b.upn;
}

std::string_view IdentifierOf(const Record& record, KeyType type) {
  if (type == KeyType::kNhsNumber && record.nhs_number) return record.nhs_number->digits();
  if (type == KeyType::kUpn && record.upn) return record.upn->text();
  return {};
}

std::string_view AnswersTo(const Record& record, KeyType type) {
  return record.archived_on ? std::string_view() : IdentifierOf(record, type);
}

}  // namespace whoelse
