#include "protocol/question.h"
#include "tests/fuzz/fuzz.h"

void whoelse::Fuzz(ByteView input) { RoundTrip<Statement>(input); }
