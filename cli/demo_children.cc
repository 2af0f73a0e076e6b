#include "cli/demo_children.h"

#include <array>
#include <cstdio>
#include <string_view>

namespace whoelse {
namespace {

constexpr size_t kPrefixes = 1'000'000;   // 999 000 000 to 999 999 999, before the check digit
constexpr size_t kStride = 618'033;       // no common factor with it, so that no prefix comes twice

constexpr auto kGiven = std::to_array<std::string_view>(
    {"Ada",   "Alby",  "Amina", "Arlo",  "Asha",  "Bea",   "Benji", "Bryn",  "Caleb", "Carys",
     "Cleo",  "Dara",  "Devi",  "Edie",  "Elif",  "Ellis", "Emre",  "Esme",  "Farah", "Finn",
     "Freya", "Gwen",  "Hana",  "Harpa", "Idris", "Ines",  "Iona",  "Isla",  "Jago",  "Jaya",
     "Joss",  "Juno",  "Kai",   "Kasia", "Kit",   "Lark",  "Leila", "Lowri", "Luca",  "Maia",
     "Marek", "Milo",  "Mina",  "Nadia", "Niamh", "Noor",  "Olwen", "Omar",  "Orla",  "Otis",
     "Pasha", "Petra", "Pip",   "Quinn", "Rafi",  "Rhys",  "Robin", "Roan",  "Rosa",  "Rumi",
     "Saffi", "Sami",  "Seren", "Tamsin", "Teo",  "Tilly", "Uma",   "Vera",  "Wren",  "Yusuf"});
constexpr auto kFamily = std::to_array<std::string_view>(
    {"Alderby",   "Ashgrove",  "Barrowell", "Beckside",  "Birchwood", "Bramhill",  "Brookvale",
     "Cairnwell", "Coldridge", "Copperfen", "Crossfold", "Dalewick",  "Dunmarsh",  "Eastmere",
     "Elmsworth", "Fairlough", "Fenwright", "Fieldgate", "Foxholme",  "Garthside", "Glenholt",
     "Greystoke", "Hallowell", "Harebell",  "Hartbeck",  "Hawksmoor", "Hazelrigg", "Hollinfare",
     "Inglewick", "Kestrell",  "Kirkfold",  "Larkrise",  "Linfold",   "Longmere",  "Lowbridge",
     "Marchbank", "Meadowes",  "Millward",  "Moorcroft", "Netherby",  "Northolm",  "Oakhanger",
     "Otterburn", "Pennyfold", "Quarrey",   "Ravensby",  "Redfern",   "Rowanby",   "Rushmere",
     "Saltmarsh", "Seabright", "Skelwith",  "Southwold", "Stonegate", "Summerby",  "Swindale",
     "Tarnside",  "Thornbury", "Underhill", "Vale",      "Wainfleet", "Westering", "Whinfell",
     "Wickstead", "Winterton", "Woodruff",  "Wyverne",   "Yarrowby"});

// Weights 10 to 2 modulo 11; false when the prefix has no check digit.
bool AppendCheckDigit(std::string& digits) {
  size_t sum = 0;
  for (size_t i = 0; i < digits.size(); ++i) sum += (10 - i) * static_cast<size_t>(digits[i] - '0');
  const size_t check = (11 - sum % 11) % 11;
  if (check == 10) return false;
  digits += static_cast<char>('0' + check);
  return true;
}

}  // namespace

std::string DemoNhsNumber(size_t place) {
  // Of all prefixes one in eleven has no check digit: those are passed over, and each place has two
  // prefixes of its own, of which never both lack it (they differ by one in the last digit).
  const size_t first = place * 2 * kStride % kPrefixes;   // even
  for (size_t prefix = first; prefix < first + 2; ++prefix) {
    std::array<char, 16> text;
    std::snprintf(text.data(), text.size(), "999%06zu", prefix);
    std::string digits = text.data();
    if (AppendCheckDigit(digits)) return digits;
  }
  return {};
}

std::string DemoUpn(size_t serial, Date born) {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "A999%04zu%02u%03zu", serial / 1000,
                (born.ymd() / 10000 + 4) % 100, serial % 1000);
  while (!Upn::Parse(text.data()).ok() && text[0] < 'Z') ++text[0];   // to its check letter
  return text.data();
}

std::vector<DemoChild> MakeDemoChildren(size_t count, Date today, DemoDice& dice) {
  constexpr int64_t kChildhoodDays = 17 * 365;
  std::vector<DemoChild> children;
  for (size_t i = 0; i < count; ++i) {
    const Date born = Date::FromDays(today.days() - dice.Between(20, kChildhoodDays));
    children.push_back({DemoNhsNumber(i), DemoUpn(i, born), std::string(dice.OneOf(kGiven)),
                        std::string(dice.OneOf(kFamily)), born});
  }
  return children;
}

std::string DemoPersonName(DemoDice& dice) {
  return std::string(dice.OneOf(kGiven)) + " " + std::string(dice.OneOf(kFamily));
}

}  // namespace whoelse
