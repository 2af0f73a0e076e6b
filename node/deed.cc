#include "node/deed.h"

#include <algorithm>
#include <iterator>

namespace whoelse {
namespace {

using enum LocalRole;

constexpr Duties kNobody = {};
constexpr Duties kRecords = {kRecordManager};
// A lead officer answers for what is known of a child here, and decides when it must go; what comes
// in and what leaves as a whole is one person's work, and not theirs.
constexpr Duties kRecordsAndLeads = kRecords | kLeadOfficers;

constexpr std::array<Duties, kDeedNames.size()> kDuties = {{
    kRecordsAndLeads,      // records-list
    kRecords,              // records-import-begun
    kRecords,              // records-import
    kRecords,              // records-export
    kRecords,              // records-end
    kRecords,              // records-supersede
    kRecordsAndLeads,      // records-close
    kRecords,              // records-merge
    kRecords,              // records-unmerge
    kRecordsAndLeads,      // records-erase
    kLeadOfficers,         // records-let-through: as the policy
    kRecords,              // records-lead
    kLeadOfficers | Duties{kApprover, kManager},   // inbox
    kLeadOfficers,         // ledger-open
    kLeadOfficers,         // ledger-take
    kLeadOfficers,         // looked
    kLeadOfficers,         // subject-access
    kLeadOfficers,         // inbox-lift
    kLeadOfficers,         // receipt-show
    kLeadOfficers,         // receipt-propose-opening
    kLeadOfficers,         // receipt-open
    kNobody,               // receipt-hand-over: of one's own question
    kNobody,               // receipt-answer: to whom it was handed over
    kNobody,               // ask-again: who asked
    kNobody,               // ask-list
    kNobody,               // watch-add
    kLeadOfficers,         // watch-end
    kLeadOfficers,         // trail
    kLeadOfficers,         // justify-ask
    kLeadOfficers,         // justify-show
    kLeadOfficers,         // policy-let-through
    kNobody,               // node-backup: of the account that the node runs as
    kNobody,               // policy-taken
    kNobody,               // trail-begun
    kNobody,               // store-doubted
}};

// What is sealed is sealed to one key, and a trail is one chain: both say what was done for all of them.
constexpr Deed kOfTheWholeNode[] = {Deed::kReadSealed, Deed::kTakeSealed, Deed::kReadTrail};

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

std::optional<FieldError> CheckReach(Deed deed, const Organisations& theirs) {
  const bool whole = std::ranges::find(kOfTheWholeNode, deed) != std::end(kOfTheWholeNode);
  if (theirs.all() || (!whole && !theirs.none())) return std::nullopt;
  return FieldError{"user", "acts for some organisations of this hub, and " + std::string(Name(deed)) +
                                " is about all of them",
                    "ask somebody for whom [people] in the node's configuration says "
                    "organisations = \"all\""};
}

}  // namespace whoelse
