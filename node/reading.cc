#include "node/reading.h"

namespace whoelse {
Reading ReadItem(const AgencyItem& item, AgencyId agency, const ReadingKeys& keys) {
  Received received = Receive(item, agency, keys);
  Reading reading;
  reading.kind = Reading::Kind::kInvalid;
  if (const auto* code = std::get_if<RelayCode>(&received)) {
    reading.kind = Reading::Kind::kRelayCode;
    reading.relay_code = *code;
  } else if (const auto* refusal = std::get_if<Refusal>(&received)) {
    reading.kind = Reading::Kind::kRefused;
    reading.refusal = *refusal;
  } else if (auto* answer = std::get_if<ReceivedAnswer>(&received)) {
    reading.kind = Reading::Kind::kAnswered;
    reading.answer = std::move(answer->answer);
    reading.answer_bytes = std::move(answer->bytes);
  }
  return reading;
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
