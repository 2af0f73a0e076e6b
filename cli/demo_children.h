// The fictional children of the demo. Names are invented, NHS numbers are from the range kept for
// tests (999 000 0000 to 999 999 9999), telephone numbers from those kept for drama.
#ifndef WHOELSE_CLI_DEMO_CHILDREN_H_
#define WHOELSE_CLI_DEMO_CHILDREN_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "node/identifier.h"

namespace whoelse {

// The same numbers for the same seed on every machine.
class DemoDice {
 public:
  explicit DemoDice(uint64_t seed) : numbers_(seed) {}
  size_t Below(size_t bound) { return static_cast<size_t>(numbers_() % bound); }   // bound > 0
  int64_t Between(int64_t from, int64_t to) {   // both inclusive
    return from + static_cast<int64_t>(Below(static_cast<size_t>(to - from + 1)));
  }
  template <typename List>
  const auto& OneOf(const List& list) {
    return list[Below(std::size(list))];
  }

 private:
  std::mt19937_64 numbers_;
};

struct DemoChild {
  std::string nhs_number;   // ten digits
  std::string upn;
  std::string given_name, family_name;
  Date born;
};

// The valid number of the test range with this place in a fixed shuffle; different for different
// places below 500,000.
std::string DemoNhsNumber(size_t place);

// Of a child born on this day, enrolled as the `serial`th of its year at a school of nowhere.
std::string DemoUpn(size_t serial, Date born);

// Ages 0 to 17 on `today`, spread evenly. Numbers are those of places 0 to count - 1.
std::vector<DemoChild> MakeDemoChildren(size_t count, Date today, DemoDice& dice);

std::string DemoPersonName(DemoDice& dice);   // of a professional

}  // namespace whoelse

#endif  // WHOELSE_CLI_DEMO_CHILDREN_H_
