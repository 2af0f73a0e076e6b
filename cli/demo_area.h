// The demo's fictional area: its agencies, its children, and who works with whom.
#ifndef WHOELSE_CLI_DEMO_AREA_H_
#define WHOELSE_CLI_DEMO_AREA_H_

#include <cstdint>
#include <string>
#include <vector>

#include "cli/demo_children.h"
#include "cli/federation_join.h"

namespace whoelse {

inline constexpr uint64_t kDemoSeed = 1989;

struct DemoAgency {
  AgencyOptions options;      // as the federation tool takes it; `slug` names its folder
  std::string export_file;    // the name its system gives an export
  std::string csv;
  size_t records = 0;
  size_t enrolments = 0;      // identifiers in those records
};

struct DemoArea {
  std::string name;
  std::vector<std::string> coordinators;   // who runs them
  std::string auditor;
  std::vector<DemoAgency> agencies;
  std::vector<DemoChild> children;
  // The children of the demo's questions.
  DemoChild known_to_many;      // four agencies, one of which names a lead professional
  DemoChild in_counselling;     // of whom the mental-health service was never asked
  DemoChild in_refuge;          // and, three weeks now, at a new school
  DemoChild known_to_nobody;

  const DemoAgency& Agency(const std::string& slug) const;   // which is one of them
};

// The same area for the same seed and day, byte for byte.
DemoArea MakeDemoArea(uint64_t seed, Date today);

}  // namespace whoelse

#endif  // WHOELSE_CLI_DEMO_AREA_H_
