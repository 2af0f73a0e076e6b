// Questions about a child, as a lead officer reads them.
#ifndef WHOELSE_TESTS_NODE_LOOK_MAKER_H_
#define WHOELSE_TESTS_NODE_LOOK_MAKER_H_

#include <vector>

#include "node/who_looked.h"

namespace whoelse {

inline constexpr AgencyId kMyAgency = 1001, kOther = 1002;

// One that came at this moment, which also makes its reference; about record 7 unless told.
inline Noted LookOf(TimeMs at, AgencyId agency, Purpose purpose,
                    std::vector<Noted::Decision> decisions = {{7, Outcome::kContact, 0}}) {
  Noted noted;
  noted.received_ms = at;
  noted.frame_hash.data()[0] = static_cast<uint8_t>(at);
  noted.frame_hash.data()[1] = static_cast<uint8_t>(at >> 8);
  noted.agency = agency;
  noted.practitioner_ref.data()[0] = 5;
  noted.organisation = "E10000099";
  noted.purpose = purpose;
  noted.power = Power::kCa2004S16La;
  noted.article6 = Article6::kLegalObligation;
  noted.decisions = std::move(decisions);
  return noted;
}

inline LookReader LeadReader() {
  LookReader reader;
  reader.agency = kMyAgency;
  reader.ref.data()[0] = 6;
  reader.names = {{kMyAgency, "School"}, {kOther, "Surgery"}};
  return reader;
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_NODE_LOOK_MAKER_H_
