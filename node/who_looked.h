// Who looked: every question that this agency opened about a child, and those that it put itself, for
// lead officers. domain.md, "Lead officer". Pure, and run where the lead officer's key is: the node
// cannot read what was asked of it.
#ifndef WHOELSE_NODE_WHO_LOOKED_H_
#define WHOELSE_NODE_WHO_LOOKED_H_

#include <map>
#include <string>
#include <vector>

#include "nlohmann/json_fwd.hpp"
#include "node/noted.h"

namespace whoelse {

// Whether a note is about one of these records.
bool IsAbout(const Noted& noted, const std::vector<RecordId>& records);
// Whether it may be about this one though it does not name it: the child had more records here than
// the ledger's entry has room for.
bool MayBeAbout(const Noted& noted, RecordId record);

// The questions about one child, newest first, each once. `opened`: from the ledger, in any order;
// `own`: the agency's own, without decisions: of one that the ledger has too, its entry.
std::vector<Noted> LooksOf(std::vector<Noted> opened, const std::vector<Noted>& own);

// Who reads, and what the roster calls those who asked.
struct LookReader {
  AgencyId agency = 0;   // this one
  PersonRef ref;         // what stands for the reader in this agency's questions
  std::map<AgencyId, std::string> names;

  // Nobody reviews what they asked: it is shown, so that the list is whole, and marked.
  bool Asked(const Noted& noted) const {
    return noted.agency == agency && noted.practitioner_ref == ref;
  }
  // By its number when the roster has it no more.
  std::string NameOf(AgencyId agency) const;
};

nlohmann::ordered_json LookJson(const Noted& noted, const LookReader& reader);

}  // namespace whoelse

#endif  // WHOELSE_NODE_WHO_LOOKED_H_
