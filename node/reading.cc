#include "node/reading.h"

#include <sodium.h>

#include <algorithm>

#include "protocol/limits.h"

namespace whoelse {
namespace {

Reading Make(Reading::Kind kind) {
  Reading reading;
  reading.kind = kind;
  return reading;
}

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

std::optional<Reading> ReadWire(ByteView bytes, const RosterAgency& agency,
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
      !CompleteIsPlausible(*answer, keys.header)) {
    return std::nullopt;
  }
  // Proof that it opened the body: a node cannot claim a child blindly to draw a call.
  const Digest confirm = ConfirmValue(keys.content_key, keys.frame_hash, agency.id);
  if (answer->disclosed &&
      sodium_memcmp(answer->confirm.data(), confirm.data(), Digest::kSize) != 0) {
    return std::nullopt;
  }
  Reading reading = Make(Reading::Kind::kAnswered);
  reading.answer = *std::move(answer);
  reading.answer_bytes = *std::move(opened);
  return reading;
}

std::optional<Reading> ReadRefusal(ByteView bytes, const RosterAgency& agency,
                                   const ReadingKeys& keys) {
  absl::StatusOr<Refusal> refusal = Refusal::Parse(bytes);
  if (!refusal.ok() || refusal->agency != agency.id || refusal->frame_hash != keys.frame_hash ||
      !refusal->SignedBy(agency.identity_key)) {
    return std::nullopt;
  }
  Reading reading = Make(Reading::Kind::kRefused);
  reading.refusal = *refusal;
  return reading;
}

}  // namespace

Reading ReadItem(const AgencyItem& item, AgencyId agency_id, const ReadingKeys& keys) {
  if (const auto* code = std::get_if<RelayCode>(&item)) {
    Reading reading = Make(Reading::Kind::kRelayCode);
    reading.relay_code = *code;
    return reading;
  }
  const Bytes& bytes = std::get<Bytes>(item);
  const RosterAgency* agency = keys.roster.FindAgency(agency_id);
  std::optional<Reading> reading;
  if (agency != nullptr && bytes.size() == kWireSize) reading = ReadWire(bytes, *agency, keys);
  if (agency != nullptr && bytes.size() == kRefusalSize) {
    reading = ReadRefusal(bytes, *agency, keys);
  }
  return reading ? *std::move(reading) : Make(Reading::Kind::kInvalid);
}

Reading Better(Reading first, Reading second) {
  if (first.kind == Reading::Kind::kDisputed) return first;
  if (first.kind == Reading::Kind::kAnswered && second.kind == Reading::Kind::kAnswered &&
      first.answer_bytes != second.answer_bytes) {
    first.kind = Reading::Kind::kDisputed;
    first.answer.reset();
    return first;
  }
  return second.kind > first.kind ? std::move(second) : std::move(first);
}

}  // namespace whoelse
