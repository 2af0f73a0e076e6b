#include "node/deed.h"

namespace whoelse {
namespace {

using enum LocalRole;

constexpr Duties kManagers = {kRecordManager};
// A lead officer answers for what is known of a child here, and decides when it must go; what comes
// in and what leaves as a whole is one person's work, and not theirs.
constexpr Duties kManagersAndLeads = kManagers | kLeadOfficers;

constexpr std::array<Duties, kDeedNames.size()> kDuties = {{
    kManagersAndLeads,             // records-list
    kManagers,                     // records-import
    kManagers,                     // records-export
    kManagers,                     // records-end
    kManagers,                     // records-supersede
    kManagersAndLeads,             // records-close
    kManagers,                     // records-merge
    kManagers,                     // records-unmerge
    kManagersAndLeads,             // records-erase
    kManagers,                     // records-lead
    kLeadOfficers | Duties{kApprover},   // inbox
    kLeadOfficers,                 // ledger-open
    kLeadOfficers,                 // inbox-lift
}};

}  // namespace

Duties DutiesFor(Deed deed) { return kDuties[static_cast<size_t>(deed) - 1]; }

FieldError NoDutyFor(Deed deed) {
  std::string who;
  for (size_t i = 0; i < kLocalRoleNames.size(); ++i) {
    if (!DutiesFor(deed).Has(static_cast<LocalRole>(i + 1))) continue;
    who += (who.empty() ? "" : ", ") + std::string(kLocalRoleNames[i]);
  }
  return {"user", "has no duty here that allows " + std::string(Name(deed)) + ": it is for " + who,
          "ask one, or have [people] in the node's configuration give it to you"};
}

}  // namespace whoelse
