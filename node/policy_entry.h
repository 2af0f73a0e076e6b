// What an asker reads of a record that is disclosed.
#ifndef WHOELSE_NODE_POLICY_ENTRY_H_
#define WHOELSE_NODE_POLICY_ENTRY_H_

#include <string>

#include "node/policy.h"
#include "protocol/answer.h"

namespace whoelse {

// What an entry says of the agency itself, out of the roster.
struct DisclosingAgency {
  std::string name;        // cut to the field's 48 bytes where it is longer
  std::string duty_line;   // its number; left out where it has more than the field's 20 bytes
};

// What the asker reads of this record: everything in a contact, organisation, service and the
// service's duty line (else the agency's) in a duty line. A protected service's entry has the
// agency's name and line only, so that no place, team or professional can be read from it; so has
// one that was protected, until the looser class acts (node/policy_looser.h).
// An entry of kind kNone when nothing is disclosed.
AnswerEntry EntryFor(const Record& record, const Disclosure& disclosure,
                     const DisclosingAgency& agency, bool birth_date_differs, Date today);

}  // namespace whoelse

#endif  // WHOELSE_NODE_POLICY_ENTRY_H_
