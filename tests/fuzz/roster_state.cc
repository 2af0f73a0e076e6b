#include "protocol/roster_keeper.h"

#include "tests/fuzz/fuzz.h"

void whoelse::Fuzz(ByteView input) { RoundTrip<RosterKeeper::State>(input); }
