#include "node/policy_file.h"

#include "tests/fuzz/fuzz.h"

namespace whoelse {

void Fuzz(ByteView input) {
  const Date today = Date::FromDays(20523);   // 2026-03-11
  const auto policy = ParsePolicyFile(AsText(input), today);
  if (!policy.ok()) return;
  const auto again = ParsePolicyFile(WritePolicyFile(*policy), today);
  Hold(again.ok() && *again == *policy, "what is read is written and read again");
}

}  // namespace whoelse
