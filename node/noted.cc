#include "node/noted.h"

#include <algorithm>
#include <array>
#include <utility>

#include "node/policy_table.h"

namespace whoelse {
namespace {

// Beside the outcome, which needs three bits.
constexpr uint8_t kMoreBit = 0x80, kTwoChildrenBit = 0x40;

// The names of these codes are looked up by number.
bool CodesAreKnown(const Noted& noted) {
  if (!noted.Opened()) return true;
  const auto in = [](auto code, const auto& names) {
    return static_cast<size_t>(code) >= 1 && static_cast<size_t>(code) <= names.size();
  };
  return in(noted.purpose, kPurposeNames) && in(noted.power, kPowerNames) &&
         noted.article6 <= Article6::kPublicTask && noted.article9 <= Article9::kPart3 &&
         std::ranges::all_of(noted.decisions, [&](const Noted::Decision& decision) {
           const bool row = decision.row < kPolicyRows || decision.Undecided();
           return row && in(decision.outcome, kOutcomeNames);
         });
}

// What stays first when there is no room for all: what waits for people, then what was kept from
// the asker, then what was told.
constexpr std::array<Outcome, kOutcomeNames.size()> kStaysFirst = {
    Outcome::kUrgent, Outcome::kBrokered, Outcome::kNothing, Outcome::kDutyLine, Outcome::kContact};

// Of one outcome, what was not decided stays before what was, and then the stricter row: shielded
// or in dispute, covert, ... The table's rows stand in that order.
std::pair<ptrdiff_t, int> PlaceOf(const Noted::Decision& decision) {
  return {std::ranges::find(kStaysFirst, decision.outcome) - kStaysFirst.begin(), -decision.row};
}

// One of each outcome stays in any case, so that what is left tells what came of the question.
std::vector<Noted::Decision> ThoseThatStay(std::vector<Noted::Decision> decisions, size_t most) {
  if (decisions.size() <= most) return decisions;
  std::ranges::stable_sort(decisions, {}, PlaceOf);
  std::vector<Noted::Decision> stay, others;
  for (const Noted::Decision& decision : decisions) {
    const bool first = stay.empty() || stay.back().outcome != decision.outcome;
    (first ? stay : others).push_back(decision);
  }
  others.resize(most - stay.size());
  stay.insert(stay.end(), others.begin(), others.end());
  return stay;
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

Bytes Noted::Encode() const { return EncodeInto(kNotedSize); }

Bytes Noted::EncodeWhole() const { return EncodeInto(kNotedWholeSize); }

Bytes Noted::EncodeInto(size_t size) const {
  Writer out;
  if (Opened()) {
    out.U64(received_ms).Raw(frame_hash).U32(agency).Raw(practitioner_ref).Padded(organisation, 16);
    out.U8(static_cast<uint8_t>(purpose)).U8(static_cast<uint8_t>(power));
    out.U8(static_cast<uint8_t>(article6)).U8(static_cast<uint8_t>(article9));
    const std::vector<Decision> stay =
        ThoseThatStay(decisions, (size - kNotedHeadSize) / kNotedDecisionSize);
    const int more = stay.size() < decisions.size() ? kMoreRecords : 0;
    out.U16(flags).U8(static_cast<uint8_t>(reasons | more));
    out.U8(static_cast<uint8_t>(stay.size()));
    for (const Decision& decision : stay) {
      const int outcome = static_cast<int>(decision.outcome) | (decision.more ? kMoreBit : 0) |
                          (decision.two_children ? kTwoChildrenBit : 0);
      out.U32(decision.record).U8(static_cast<uint8_t>(outcome)).U8(decision.row);
    }
  }
  out.Zeros(size - out.size());
  return out.Take();
}

absl::StatusOr<Noted> Noted::Decode(ByteView bytes) {
  const size_t size = bytes.size();
  if (size != kNotedSize && size != kNotedWholeSize) {
    return absl::DataLossError("noted: wrong length");
  }
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
  if (count * kNotedDecisionSize > reader.left()) {
    return absl::DataLossError("noted: too many decisions");
  }
  for (size_t i = 0; i < count; ++i) {
    const RecordId record = reader.U32();
    const uint8_t outcome = reader.U8();
    const uint8_t row = reader.U8();
    noted.decisions.push_back({record,
                               static_cast<Outcome>(outcome & ~(kMoreBit | kTwoChildrenBit)), row,
                               (outcome & kMoreBit) != 0, (outcome & kTwoChildrenBit) != 0});
  }
  if (!CodesAreKnown(noted)) return absl::DataLossError("noted: unknown code");
  // One note has one writing: this also catches what stands after the decisions, and a note of
  // nothing opened that is not all zeros.
  if (!std::ranges::equal(noted.EncodeInto(size), bytes)) {
    return absl::DataLossError("noted: damaged");
  }
  return noted;
}

}  // namespace whoelse
