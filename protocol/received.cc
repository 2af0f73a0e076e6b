#include "protocol/received.h"

#include <sodium.h>

#include <optional>

namespace whoelse {
namespace {

// At least one of the header's key versions, each in its own place.
bool CompleteIsPlausible(const Answer& answer, const Header& header) {
  const std::array<KeyVersion, 2> asked = {header.kv_a, header.kv_b};
  bool any = false;
  for (size_t i = 0; i < asked.size(); ++i) {
    if (answer.complete[i] == 0) continue;
    if (answer.complete[i] != asked[i]) return false;
    any = true;
  }
  return any;
}

// Proof that it opened the body: a node cannot claim a child blindly to draw a call.
bool ConfirmHolds(const Answer& answer, AgencyId agency, const ReadingKeys& keys) {
  const Digest confirm = ConfirmValue(keys.content_key, keys.frame_hash, agency);
  return !answer.disclosed ||
         sodium_memcmp(answer.confirm.data(), confirm.data(), Digest::kSize) == 0;
}

std::optional<ReceivedAnswer> ReadAnswer(ByteView bytes, const RosterAgency& agency,
                                         const ReadingKeys& keys) {
  absl::StatusOr<Wire> wire = Wire::Parse(bytes);
  if (!wire.ok() || wire->agency != agency.id || wire->frame_hash != keys.frame_hash) {
    return std::nullopt;
  }
  absl::StatusOr<Bytes> opened = OpenWire(*wire, keys.reply_secret_key);
  if (!opened.ok() || !AnswerSignedBy(agency.identity_key, keys.frame_hash, agency.id, *opened)) {
    return std::nullopt;
  }
  absl::StatusOr<Answer> answer = Answer::Parse(*opened);
  if (!answer.ok() || answer->roster_version != keys.header.roster_version ||
      !CompleteIsPlausible(*answer, keys.header) || !ConfirmHolds(*answer, agency.id, keys)) {
    return std::nullopt;
  }
  return ReceivedAnswer{*std::move(answer), *std::move(opened)};
}

std::optional<Refusal> ReadRefusal(ByteView bytes, const RosterAgency& agency,
                                   const FrameHash& frame_hash) {
  absl::StatusOr<Refusal> refusal = Refusal::Parse(bytes);
  if (!refusal.ok() || refusal->agency != agency.id || refusal->frame_hash != frame_hash ||
      !refusal->SignedBy(agency.identity_key)) {
    return std::nullopt;
  }
  return *refusal;
}

}  // namespace

Received Receive(const AgencyItem& item, AgencyId agency_id, const ReadingKeys& keys) {
  if (const auto* code = std::get_if<RelayCode>(&item)) return *code;
  const RosterAgency* agency = keys.roster.FindAgency(agency_id);
  if (agency == nullptr) return ProvesNothing{};
  const Bytes& bytes = std::get<Bytes>(item);
  if (auto answer = ReadAnswer(bytes, *agency, keys)) return *std::move(answer);
  if (auto refusal = ReadRefusal(bytes, *agency, keys.frame_hash)) return *refusal;
  return ProvesNothing{};
}

}  // namespace whoelse
