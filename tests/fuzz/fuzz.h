// What every fuzz target shares. A target is one file that defines Fuzz for one format: no bytes
// may bring the parser down, and what parses serialises back to the same bytes.
#ifndef WHOELSE_TESTS_FUZZ_FUZZ_H_
#define WHOELSE_TESTS_FUZZ_FUZZ_H_

#include <string_view>

#include "absl/status/status.h"
#include "crypto/bytes.h"

namespace whoelse {

// The target's property, tried on one input. libFuzzer keeps the input when it does not return.
void Fuzz(ByteView input);

// Ends the program unless `holds`, saying which property was broken.
void Hold(bool holds, std::string_view property);
// What was read and what is written for it are the same bytes.
void HoldSame(ByteView written, ByteView read);
inline void HoldSame(std::string_view written, std::string_view read) {
  HoldSame(AsBytes(written), AsBytes(read));
}

// A refusal says at which byte it broke.
void HoldPlaced(const absl::Status& refusal);

// The property of a message with Parse and Serialize; `input` is a ByteView or, for texts, a
// string_view.
template <typename Message, typename View>
void RoundTrip(View input) {
  const auto message = Message::Parse(input);
  if (message.ok()) HoldSame(message->Serialize(), input);
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_FUZZ_FUZZ_H_
