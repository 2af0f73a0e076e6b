// Where a child lived before. Who lived there too, a parent's former partner, may look for the
// child, so the rules for askers need it (node/asker_rules.h). Pure.
#ifndef WHOELSE_NODE_FORMER_ADDRESSES_H_
#define WHOELSE_NODE_FORMER_ADDRESSES_H_

#include <string>
#include <string_view>
#include <vector>

#include "node/record.h"

namespace whoelse {

// Behind those that the record has, as the oldest. Nothing changes by a blank one, by one that the
// record has as its address or a former one (case, spaces and punctuation do not count, nor whether
// the postcode is in a field of its own), and by a ninth.
void AddFormerAddress(Home home, Record& record);
// An import makes `updated` of `held`. The address that was held becomes the newest former one, and
// those that were held stay, each where the row names it, else before what the row has beside: a home
// that the child has just fled would otherwise go when a row names eight older ones. The row's own
// order stays, for a system that has a history knows it. The same row again changes nothing.
void KeepAddresses(const Record& held, Record& updated);
// The address and the former ones of `from` become former ones of `into`, the newest of both before the
// older ones of either.
void JoinAddresses(const Record& from, Record& into);

// As the cell of an import: "12 High Street, Northbridge | NB1 1AA; 3 Mill Lane", the newest first.
std::string FormerAddressesCell(const std::vector<Home>& homes);
// One part of it, between two semicolons. Where there is no bar, a postcode of the UK that ends the
// text is one.
Home FormerAddressOf(std::string_view part);

}  // namespace whoelse

#endif  // WHOELSE_NODE_FORMER_ADDRESSES_H_
