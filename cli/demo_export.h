// CSV exports as the demo's case-management systems write them: each with its own headings and its
// own way of writing a date.
#ifndef WHOELSE_CLI_DEMO_EXPORT_H_
#define WHOELSE_CLI_DEMO_EXPORT_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/demo_children.h"
#include "node/identifier.h"

namespace whoelse {

// One row.
struct DemoInvolvement {
  const DemoChild* child;
  std::string source_id;
  std::string service, team, worker, role, phone, email, duty_phone;
  Date start;
  std::optional<Date> end, verified;
  bool lead = false;
  bool assessment = false;
  std::string consent = "not asked";
};

enum class DemoField {
  kSourceId, kNhsNumber, kUpn, kGiven, kFamily, kBorn, kService, kTeam, kWorker, kRole, kPhone,
  kEmail, kDutyPhone, kStart, kEnd, kVerified, kLead, kAssessment, kConsent, kRestrictions
};

struct DemoExportFormat {
  std::vector<std::pair<const char*, DemoField>> columns;   // heading and what stands below it
  bool british_dates;                                       // 02/03/2015, else 2015-03-02
};

std::string WriteDemoExport(const DemoExportFormat& format,
                            const std::vector<DemoInvolvement>& rows);

}  // namespace whoelse

#endif  // WHOELSE_CLI_DEMO_EXPORT_H_
