// What counts of the things that relays hand over for a question: protocol.md section 7. The asker
// judges by it as they come, an auditor what the asker kept.
#ifndef WHOELSE_PROTOCOL_RECEIVED_H_
#define WHOELSE_PROTOCOL_RECEIVED_H_

#include <variant>

#include "protocol/admission.h"
#include "protocol/answer.h"
#include "protocol/question.h"
#include "protocol/roster.h"

namespace whoelse {

// What a relay handed over for an agency: a wire or a refusal as bytes, or its own word.
using AgencyItem = std::variant<Bytes, RelayCode>;

// What it takes to read a question's answers.
struct ReadingKeys {
  const Roster& roster;            // of the header's version
  const Header& header;
  FrameHash frame_hash;
  const ContentKey& content_key;
  const Secret<32>& reply_secret_key;
};

struct ReceivedAnswer {
  Answer answer;
  Bytes bytes;                     // its 1,344 bytes
};

// What the item proves. An answer: sealed to this question, signed by this agency, plausible for
// the header, and with a valid confirm when it discloses. A refusal: this agency's, of this
// question. A relay's code is its word and no more.
struct ProvesNothing {};
using Received = std::variant<ProvesNothing, RelayCode, Refusal, ReceivedAnswer>;
Received Receive(const AgencyItem& item, AgencyId agency, const ReadingKeys& keys);

}  // namespace whoelse

#endif  // WHOELSE_PROTOCOL_RECEIVED_H_
