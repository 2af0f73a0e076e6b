#include "protocol/roster.h"
#include "tests/fuzz/fuzz.h"

void whoelse::Fuzz(ByteView input) { RoundTrip<Heartbeat>(input); }
