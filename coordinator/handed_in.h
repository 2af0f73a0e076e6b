// Entries that members and auditors hand in to be logged: who may, and in what form. Pure.
#ifndef WHOELSE_COORDINATOR_HANDED_IN_H_
#define WHOELSE_COORDINATOR_HANDED_IN_H_

#include "coordinator/evaluator.h"
#include "coordinator/log_writer.h"
#include "protocol/roster.h"

namespace whoelse {

// A node's digest of its ledger. Errors, in this order: kNotAMember (no agency of the roster, or not
// the one that the digest names), kSize (not a ledger digest in canonical form), kWrongLog (about
// this coordinator's log, or one that the roster does not name), kSignature.
OrError<HandedInSubmission> CheckLedgerDigest(const Roster& roster, CoordinatorId self,
                                              const TlsPin& peer, ByteView entry);

// An auditor's opening. Errors, in this order: kNotAMember (no auditor of the roster, or not the one
// that the entry names), kSize (not an Opened entry), kClock (more than 60 s from `now`).
OrError<HandedInSubmission> CheckOpening(const Roster& roster, const TlsPin& peer, ByteView entry,
                                         TimeMs now);

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_HANDED_IN_H_
