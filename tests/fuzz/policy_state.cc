#include "node/policy_in_force.h"

#include "tests/fuzz/fuzz.h"

namespace whoelse {

void Fuzz(ByteView input) {
  const Date today = Date::FromDays(20523);   // 2026-03-11
  const auto restored = PolicyInForce::Restore(input, {}, today);
  if (!restored.ok()) return;
  const auto again = PolicyInForce::Restore(restored->Serialize(), {}, today);
  Hold(again.ok() && *again == *restored, "a state is stored and read as it is");
  for (size_t row = 0; row < kPolicyRows; ++row) {
    for (size_t column = 0; column < kPolicyColumns; ++column) {
      Hold(!IsLooser(restored->acting().cells[row][column],
                     Policy().WantedOn(today).cells[row][column]),
           "nothing acts that is looser than what the agency wants");
    }
  }
}

}  // namespace whoelse
