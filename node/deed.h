// What people do at this node beside asking: a closed set, and the one table of which duty allows
// what. docs/decisions/0016-who-does-what-at-a-node.md.
#ifndef WHOELSE_NODE_DEED_H_
#define WHOELSE_NODE_DEED_H_

#include <array>
#include <string>
#include <string_view>

#include "node/field_error.h"
#include "node/local_role.h"

namespace whoelse {

enum class Deed : uint8_t {
  kListRecords = 1,
  kImportRecords,
  kExportRecords,
  kEndRecord,
  kSupersedeNumber,
  kCloseNumber,
  kMergeRecord,
  kUnmergeRecord,
  kEraseRecord,
  kSetLead,              // the lead professional
  kUseInbox,             // which items, node/inbox.h says of each kind
  kReadSealed,           // who asked about whom
  kLiftShield            // that is the agency's own: to propose it
};
// As the command line has them: a command and its subcommand.
inline constexpr std::array<std::string_view, 13> kDeedNames = {
    "records-list",  "records-import",  "records-export", "records-end",
    "records-supersede", "records-close", "records-merge", "records-unmerge",
    "records-erase", "records-lead",    "inbox",          "ledger-open",
    "inbox-lift"};
inline std::string_view Name(Deed deed) { return NameOf(deed, kDeedNames); }

Duties DutiesFor(Deed deed);
// Says who may. The same for everything that a deed could be about: nobody learns by a refusal
// whether a record or an item is there.
FieldError NoDutyFor(Deed deed);

}  // namespace whoelse

#endif  // WHOELSE_NODE_DEED_H_
