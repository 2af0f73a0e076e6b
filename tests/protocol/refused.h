// The byte strings of protocol-1.json that a strict parser must refuse.
#ifndef WHOELSE_TESTS_PROTOCOL_REFUSED_H_
#define WHOELSE_TESTS_PROTOCOL_REFUSED_H_

#include <gtest/gtest.h>

#include "tests/protocol/roster_fixture.h"

namespace whoelse {

// `parse` takes the bytes and gives a StatusOr. There are `count` of this kind: a section that went
// missing must not pass.
template <typename Parse>
void ExpectRefused(std::string_view kind, int count, Parse parse) {
  for (const nlohmann::json& refused : ProtocolVectors()["refused"]) {
    if (refused["kind"] != kind) continue;
    --count;
    const Bytes bytes = Hex(refused["bytes"]);
    const auto parsed = parse(ByteView(bytes));
    EXPECT_TRUE(absl::IsInvalidArgument(parsed.status())) << kind << ": " << refused["why"];
  }
  EXPECT_EQ(count, 0) << kind;
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_PROTOCOL_REFUSED_H_
