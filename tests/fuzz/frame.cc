#include "protocol/limits.h"
#include "protocol/question.h"
#include "tests/fuzz/fuzz.h"

namespace whoelse {

void Fuzz(ByteView input) {
  // Of whatever federation it says: behind version and class.
  Reader reader(input);
  reader.Raw(2);
  const auto frame = Frame::Parse(input, reader.Fixed<FederationId>());
  if (!frame.ok()) return;
  HoldSame(frame->bytes(), input);
  HoldSame(Writer().Raw(frame->header().Serialize()).Raw(frame->body()).Take(), input);
}

}  // namespace whoelse
