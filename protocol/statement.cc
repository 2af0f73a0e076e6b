#include <algorithm>

#include "protocol/question.h"
#include "protocol/text.h"

namespace whoelse {
namespace {

absl::Status Malformed(const char* what) {
  return absl::InvalidArgumentError(std::string("statement: ") + what);
}

bool InRange(uint8_t value, size_t first, size_t last) { return value >= first && value <= last; }

std::optional<std::string> ReadCode(ByteView field) {
  std::optional<std::string> text = ReadPadded(field);
  if (!text || !IsOrganisationCode(*text)) return std::nullopt;
  return text;
}

absl::StatusOr<SubjectEntry> ReadSubject(Reader& reader, KeyType expected) {
  const uint8_t type = reader.U8();
  const uint8_t length = reader.U8();
  const ByteView field = reader.Raw(kSubjectValueMax);
  if (length > field.size()) return Malformed("subject: length");
  const std::string_view value = AsText(field.first(length));
  const ByteView rest = field.subspan(length);
  if (std::any_of(rest.begin(), rest.end(), [](uint8_t b) { return b != 0; })) {
    return Malformed("subject: padding");
  }
  if (type == 0) {
    if (length != 0) return Malformed("subject: a dummy has no value");
    return SubjectEntry{};
  }
  if (type != static_cast<uint8_t>(expected)) return Malformed("subject: type at this position");
  const bool well_formed = expected == KeyType::kNhsNumber ? IsNhsNumber(value) : IsUpn(value);
  if (!well_formed) return Malformed("subject: value");
  return SubjectEntry{expected, std::string(value)};
}

// The rules of section 4 that tie fields together.
absl::Status CheckForm(const Statement& s) {
  if (s.Has(kFlagApproved) && s.Has(kFlagApprovalToFollow)) {
    return Malformed("flags: approved and approval to follow");
  }
  if (s.Has(kFlagApproved) && s.approver_ref.IsZero()) return Malformed("approver_ref: missing");
  // Nobody approves a question of their own: one stalker with a log-in would be enough.
  if (!s.approver_ref.IsZero() && s.approver_ref == s.practitioner_ref) {
    return Malformed("approver_ref: is the practitioner");
  }
  if (s.practitioner_ref.IsZero() && s.role != Role::kNodeItself) {
    return Malformed("practitioner_ref: missing");
  }
  if (s.article6 == Article6::kNone && s.article9 != Article9::kPart3) {
    return Malformed("article6: none, but not Part 3");
  }
  if (s.born != 0 && !IsCalendarDay(s.born)) return Malformed("born: no such day");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Statement> Statement::Parse(ByteView bytes) {
  if (bytes.size() != kStatementSize) return Malformed("length");
  Reader reader(bytes);
  Statement s;
  if (reader.U8() != kProtocolVersion) return Malformed("version");
  s.agency = reader.U32();
  s.relays = {reader.U16(), reader.U16()};
  s.r = reader.Fixed<Opening32>();
  s.salt = reader.Fixed<decltype(s.salt)>();
  s.seed = reader.Fixed<decltype(s.seed)>();
  s.practitioner_ref = reader.Fixed<PersonRef>();
  s.approver_ref = reader.Fixed<PersonRef>();
  const std::optional<std::string> organisation = ReadCode(reader.Raw(16));
  if (!organisation) return Malformed("organisation");
  s.organisation = *organisation;
  const uint8_t role = reader.U8(), purpose = reader.U8(), power = reader.U8();
  const uint8_t article6 = reader.U8(), article9 = reader.U8();
  if (!InRange(role, 1, kRoleNames.size())) return Malformed("role");
  if (!InRange(purpose, 1, kPurposeNames.size())) return Malformed("purpose");
  if (!InRange(power, 1, kPowerNames.size())) return Malformed("power");
  if (!InRange(article6, 0, 2)) return Malformed("article6");
  if (!InRange(article9, 0, 3)) return Malformed("article9");
  s.role = static_cast<Role>(role);
  s.purpose = static_cast<Purpose>(purpose);
  s.power = static_cast<Power>(power);
  s.article6 = static_cast<Article6>(article6);
  s.article9 = static_cast<Article9>(article9);
  s.flags = reader.U16();
  if ((s.flags & ~kFlagsKnown) != 0) return Malformed("flags: unknown");
  s.born = reader.U32();
  for (size_t i = 0; i < kSubjectSlots; ++i) {
    auto entry = ReadSubject(reader, kSubjectPositions[i]);
    if (!entry.ok()) return entry.status();
    s.subject[i] = *std::move(entry);
  }
  // The description, which class 1 does not have, and the padding.
  const ByteView rest = reader.Raw(reader.left());
  if (std::any_of(rest.begin(), rest.end(), [](uint8_t b) { return b != 0; })) {
    return Malformed("padding");
  }
  if (absl::Status form = CheckForm(s); !form.ok()) return form;
  return s;
}

Bytes Statement::Serialize() const {
  Writer out;
  out.U8(kProtocolVersion).U32(agency).U16(relays[0]).U16(relays[1]);
  out.Raw(r).Raw(salt).Raw(seed).Raw(practitioner_ref).Raw(approver_ref).Padded(organisation, 16);
  out.U8(static_cast<uint8_t>(role)).U8(static_cast<uint8_t>(purpose));
  out.U8(static_cast<uint8_t>(power)).U8(static_cast<uint8_t>(article6));
  out.U8(static_cast<uint8_t>(article9)).U16(flags).U32(born);
  for (const SubjectEntry& entry : subject) {
    out.U8(static_cast<uint8_t>(entry.type)).U8(static_cast<uint8_t>(entry.value.size()));
    out.Padded(entry.value, kSubjectValueMax);
  }
  out.Zeros(kStatementSize - out.size());
  return out.Take();
}

AskerTag TagAsker(const Opening32& r, AgencyId agency) {
  Writer id;
  id.U32(agency);
  return Retag<AskerTag>(H("whoelse/1/asker", {r, id.view()}));
}

Digest CommitTo(ByteView statement) { return H("whoelse/1/statement", statement); }

}  // namespace whoelse
