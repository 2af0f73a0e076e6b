#include "protocol/evaluate.h"

#include "tests/fuzz/fuzz.h"

void whoelse::Fuzz(ByteView input) {
  RoundTrip<EvaluateRequest>(input);
  RoundTrip<EvaluateResponse>(input);
}
