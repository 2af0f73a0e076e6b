#include "node/noted.h"

#include <algorithm>

namespace whoelse {
namespace {

// The names of these codes are looked up by number.
bool CodesAreKnown(const Noted& noted) {
  if (!noted.Opened()) return true;
  const auto in = [](auto code, const auto& names) {
    return static_cast<size_t>(code) >= 1 && static_cast<size_t>(code) <= names.size();
  };
  return in(noted.purpose, kPurposeNames) && in(noted.power, kPowerNames) &&
         noted.article6 <= Article6::kPublicTask && noted.article9 <= Article9::kPart3 &&
         std::ranges::all_of(noted.decisions, [&](const Noted::Decision& decision) {
           return in(decision.outcome, kOutcomeNames);
         });
}

}  // namespace

Noted Noted::Of(const Statement& statement, const FrameHash& frame_hash, TimeMs received_ms) {
  Noted noted;
  noted.received_ms = received_ms;
  noted.frame_hash = frame_hash;
  noted.agency = statement.agency;
  noted.practitioner_ref = statement.practitioner_ref;
  noted.organisation = statement.organisation;
  noted.purpose = statement.purpose;
  noted.power = statement.power;
  noted.article6 = statement.article6;
  noted.article9 = statement.article9;
  noted.flags = statement.flags;
  return noted;
}

Bytes Noted::Encode() const {
  Writer out;
  if (Opened()) {
    out.U64(received_ms).Raw(frame_hash).U32(agency).Raw(practitioner_ref).Padded(organisation, 16);
    out.U8(static_cast<uint8_t>(purpose)).U8(static_cast<uint8_t>(power));
    out.U8(static_cast<uint8_t>(article6)).U8(static_cast<uint8_t>(article9));
    out.U16(flags).U8(reasons);
    const size_t count = std::min(decisions.size(), kNotedDecisionsMax);
    out.U8(static_cast<uint8_t>(count));
    for (size_t i = 0; i < count; ++i) {
      out.U32(decisions[i].record).U8(static_cast<uint8_t>(decisions[i].outcome));
      out.U8(decisions[i].row);
    }
  }
  out.Zeros(kNotedSize - out.size());
  return out.Take();
}

absl::StatusOr<Noted> Noted::Decode(ByteView bytes) {
  if (bytes.size() != kNotedSize) return absl::DataLossError("noted: wrong length");
  Reader reader(bytes);
  Noted noted;
  noted.received_ms = reader.U64();
  noted.frame_hash = reader.Fixed<FrameHash>();
  noted.agency = reader.U32();
  noted.practitioner_ref = reader.Fixed<PersonRef>();
  const std::string_view code = AsText(reader.Raw(16));
  noted.organisation = std::string(code.substr(0, code.find('\0')));
  noted.purpose = static_cast<Purpose>(reader.U8());
  noted.power = static_cast<Power>(reader.U8());
  noted.article6 = static_cast<Article6>(reader.U8());
  noted.article9 = static_cast<Article9>(reader.U8());
  noted.flags = reader.U16();
  noted.reasons = reader.U8();
  const size_t count = reader.U8();
  if (count > kNotedDecisionsMax) return absl::DataLossError("noted: too many decisions");
  for (size_t i = 0; i < count; ++i) {
    const RecordId record = reader.U32();
    const auto outcome = static_cast<Outcome>(reader.U8());
    noted.decisions.push_back({record, outcome, reader.U8()});
  }
  if (!CodesAreKnown(noted)) return absl::DataLossError("noted: unknown code");
  // One note has one writing: this also catches what stands after the decisions, and a note of
  // nothing opened that is not all zeros.
  if (!std::ranges::equal(noted.Encode(), bytes)) return absl::DataLossError("noted: damaged");
  return noted;
}

}  // namespace whoelse
