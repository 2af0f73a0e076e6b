#include "protocol/answer.h"

#include "protocol/limits.h"
#include "tests/fuzz/fuzz.h"

namespace whoelse {
namespace {

// An answer is written and signed in one; by whom does not matter here.
Bytes SignedPart(const Answer& answer) {
  static const SigningKey kKey = SigningKey::FromSeed(std::array<uint8_t, 32>{});
  Bytes bytes = answer.Sign(kKey, FrameHash(), 1);
  bytes.resize(kAnswerSize - kSignatureSize);
  return bytes;
}

}  // namespace

void Fuzz(ByteView input) {
  RoundTrip<Wire>(input);
  if (const auto answer = Answer::Parse(input); answer.ok()) {
    HoldSame(SignedPart(*answer), input.first(kAnswerSize - kSignatureSize));
  }
}

}  // namespace whoelse
