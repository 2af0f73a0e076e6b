// What the asker makes of what came from one agency. protocol.md section 7.
#ifndef WHOELSE_NODE_READING_H_
#define WHOELSE_NODE_READING_H_

#include <optional>

#include "protocol/received.h"

namespace whoelse {

struct Reading {
  enum class Kind : uint8_t {
    kNothingYet,    // nothing came
    kInvalid,       // something came that proves nothing
    kRelayCode,     // the relay's unsigned word
    kRefused,       // the node's signed word that it did not look
    kAnswered,      // the node's signed answer
    kDisputed       // two valid answers that differ
  };
  Kind kind = Kind::kNothingYet;
  RelayCode relay_code{};          // of kRelayCode
  std::optional<Refusal> refusal;  // of kRefused
  std::optional<Answer> answer;    // of kAnswered
  Bytes answer_bytes;              // of kAnswered and kDisputed: the 1,344 bytes

  bool Answered() const { return kind == Kind::kAnswered; }
};

// One item as it came, for this agency.
Reading ReadItem(const AgencyItem& item, AgencyId agency, const ReadingKeys& keys);

// The better of two: an answer outranks a refusal, a refusal a code, anything nothing. Two answers
// that differ are disputed.
Reading Better(Reading first, Reading second);

}  // namespace whoelse

#endif  // WHOELSE_NODE_READING_H_
