// What people do at this node beside asking: a closed set, and the one table of which duty allows
// what. docs/decisions/0016-who-does-what-at-a-node.md.
#ifndef WHOELSE_NODE_DEED_H_
#define WHOELSE_NODE_DEED_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "node/field_error.h"
#include "node/local_role.h"
#include "node/organisations.h"

namespace whoelse {

enum class Deed : uint8_t {
  kListRecords = 1,
  kBeginImport,          // its rows are good; what follows is written bit by bit
  kImportRecords,
  kExportRecords,
  kEndRecord,
  kSupersedeNumber,
  kCloseNumber,
  kMergeRecord,
  kUnmergeRecord,
  kEraseRecord,
  kLetRecordThrough,     // what is looser in it, before its day
  kSetLead,              // the lead professional
  kInbox,                // to decide; which items, node/inbox.h says of each kind
  kReadSealed,           // who asked about whom
  kTakeSealed,           // out of the node, before it goes
  kLookWhoLooked,        // at one child
  kPrepareReport,        // for the child
  kLiftShield,           // of the agency's own, or another restriction of a record: to propose it
  kReadReceipt,          // of somebody else's question
  kProposeOpening,       // of somebody else's question: to give it to an auditor
  kExportOpening,        // when another lead officer has approved it: it names the child
  kHandOver,             // an answer, to a colleague
  kReadAnswer,           // that was handed over
  kAskAgain,             // when the agencies that were closed have opened
  kAskList,              // about each child of a list
  kAddWatch,
  kEndWatch,             // one's own or, as a lead officer, somebody else's
  kReadTrail,
  kAskToJustify,         // another agency, a question of its
  kShowPractitioner,     // whose question another agency wants justified
  kLetPolicyThrough,     // what waits for its day
  kBackUp,               // the node's store
  kTakePolicy,           // the node read another one
  kBeginTrail,           // the first entry of all
  kDoubtStore            // it was not in use for longer than a restart takes (node/doubt.h)
};
// As the command line has them, a command and its subcommand, where they come by one.
inline constexpr std::array<std::string_view, 35> kDeedNames = {
    "records-list", "records-import-begun", "records-import", "records-export", "records-end",
    "records-supersede", "records-close", "records-merge", "records-unmerge", "records-erase",
    "records-let-through", "records-lead", "inbox", "ledger-open", "ledger-take", "looked",
    "subject-access", "inbox-lift", "receipt-show", "receipt-propose-opening", "receipt-open",
    "receipt-hand-over", "receipt-answer", "ask-again", "ask-list", "watch-add", "watch-end",
    "trail", "justify-ask", "justify-show", "policy-let-through", "node-backup", "policy-taken",
    "trail-begun", "store-doubted"};
inline std::string_view Name(Deed deed) { return NameOf(deed, kDeedNames); }

// Empty of what needs none, or only the node does.
Duties DutiesFor(Deed deed);
// Says who may. The same for everything that a deed could be about: nobody learns by a refusal
// whether a record or an item is there.
FieldError NoDutyFor(Deed deed);
// At a hub some things are the whole node's, and nobody's who acts for a part of it: nullopt, or what
// is in the way.
std::optional<FieldError> CheckReach(Deed deed, const Organisations& theirs);

}  // namespace whoelse

#endif  // WHOELSE_NODE_DEED_H_
