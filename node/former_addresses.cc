#include "node/former_addresses.h"

#include <algorithm>
#include <utility>

#include "node/folded.h"

namespace whoelse {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

// Without the spaces and commas around it.
std::string_view Bare(std::string_view text) {
  for (size_t before = text.size() + 1; before != text.size();) {
    before = text.size();
    for (const std::string_view blank : {" ", ",", "\t", "\n", "\r", "\xC2\xA0"}) {
      if (text.starts_with(blank)) text.remove_prefix(blank.size());
      if (text.ends_with(blank)) text.remove_suffix(blank.size());
    }
  }
  return text;
}

// One or two letters, a digit, perhaps one more of either: the first half of a postcode.
bool IsOutward(std::string_view text) {
  const size_t letters = std::ranges::find_if_not(text, IsLetter) - text.begin();
  if (letters < 1 || letters > 2 || text.size() == letters || !IsDigit(text[letters])) return false;
  return text.size() <= letters + 2;
}

// Sets a UK postcode that ends the address apart. A practitioner's own has a field for itself, and
// beside it the two would be different houses.
void PartPostcode(Home& home) {
  constexpr size_t kInward = 3;   // a digit and two letters
  const std::string_view text = home.address;
  if (text.size() <= kInward) return;
  const std::string_view inward = text.substr(text.size() - kInward);
  if (!IsDigit(inward[0]) || !IsLetter(inward[1]) || !IsLetter(inward[2])) return;
  const std::string_view rest = Bare(text.substr(0, text.size() - kInward));
  size_t begin = rest.size();
  while (begin > 0 && (IsLetter(rest[begin - 1]) || IsDigit(rest[begin - 1]))) --begin;
  const std::string_view outward = rest.substr(begin);
  if (!IsOutward(outward)) return;
  home.postcode = std::string(outward) + " " + std::string(inward);
  home.address = std::string(Bare(rest.substr(0, begin)));
}

// As a cell can say it, and reads it again: without the two characters that part homes.
Home Tidied(Home home) {
  for (std::string* text : {&home.address, &home.postcode}) {
    std::ranges::replace(*text, ';', ',');
    std::ranges::replace(*text, '|', '/');
    *text = std::string(Bare(*text));
  }
  if (home.postcode.empty()) PartPostcode(home);
  return home;
}

std::string FoldedHome(const Home& home) { return Folded(home.address + home.postcode); }

}  // namespace

void AddFormerAddress(Home home, Record& record) {
  home = Tidied(std::move(home));
  const std::string folded = FoldedHome(home);
  std::vector<Home>& former = record.former_addresses;
  if (folded.empty() || former.size() >= kFormerAddressesMax) return;
  if (folded == FoldedHome({record.address, record.postcode})) return;
  const bool known =
      std::ranges::any_of(former, [&](const Home& one) { return FoldedHome(one) == folded; });
  if (!known) former.push_back(std::move(home));
}

void KeepAddresses(const Record& held, Record& updated) {
  const std::vector<Home> named = std::exchange(updated.former_addresses, {});
  auto next = named.begin();
  const auto keep = [&](const Home& home) {
    const std::string folded = FoldedHome(home);
    const auto same = std::find_if(next, named.end(), [&](const Home& one) {
      return FoldedHome(one) == folded;
    });
    if (same == named.end()) return AddFormerAddress(home, updated);
    for (; next <= same; ++next) AddFormerAddress(*next, updated);
  };
  keep(Tidied({held.address, held.postcode}));
  for (const Home& home : held.former_addresses) keep(home);
  for (; next != named.end(); ++next) AddFormerAddress(*next, updated);
}

void JoinAddresses(const Record& from, Record& into) {
  const std::vector<Home> own = std::exchange(into.former_addresses, {});
  AddFormerAddress({from.address, from.postcode}, into);
  for (size_t i = 0; i < kFormerAddressesMax; ++i) {
    if (i < own.size()) AddFormerAddress(own[i], into);
    if (i < from.former_addresses.size()) AddFormerAddress(from.former_addresses[i], into);
  }
}

std::string FormerAddressesCell(const std::vector<Home>& homes) {
  std::string cell;
  for (const Home& home : homes) {
    const auto [address, postcode] = Tidied(home);
    cell += (cell.empty() ? "" : "; ") + address;
    if (!postcode.empty()) cell += " | " + postcode;
  }
  return cell;
}

Home FormerAddressOf(std::string_view part) {
  const size_t bar = part.rfind('|');
  if (bar == std::string_view::npos) return Tidied({std::string(part), ""});
  return Tidied({std::string(part.substr(0, bar)), std::string(part.substr(bar + 1))});
}

}  // namespace whoelse
