#include "protocol/admission.h"

#include "tests/fuzz/fuzz.h"

void whoelse::Fuzz(ByteView input) { RoundTrip<Admission>(input); }
