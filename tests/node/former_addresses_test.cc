// Where a child lived before: what is kept of it, and how a cell says it.
#include "node/former_addresses.h"

#include <gtest/gtest.h>

namespace whoelse {
namespace {

TEST(FormerAddresses, APostcodeThatEndsThePartIsOne) {
  const struct {
    const char* part;
    Home home;
  } kParts[] = {
      {"12 High Street, Northbridge | NB1 1AA", {"12 High Street, Northbridge", "NB1 1AA"}},
      {"12 High Street, Northbridge, NB1 1AA", {"12 High Street, Northbridge", "NB1 1AA"}},
      {" 12 High Street nb11aa, ", {"12 High Street", "nb1 1aa"}},
      {"12 High Street, E1 4BC", {"12 High Street", "E1 4BC"}},
      {"12 High Street, EC1A 1BB", {"12 High Street", "EC1A 1BB"}},
      {"NB1 1AA", {"", "NB1 1AA"}},
      {"| NB1 1AA", {"", "NB1 1AA"}},
      {"12 High Street", {"12 High Street", ""}},
      {"12 High Street |", {"12 High Street", ""}},
      {"Rue 4 | 75001", {"Rue 4", "75001"}},
      {"A | B | NB1 1AA", {"A / B", "NB1 1AA"}},
      {"Flat 1AA", {"Flat 1AA", ""}},
      {"House ABC1 1AA", {"House ABC1 1AA", ""}},
      {"Unit B123 1AA", {"Unit B123 1AA", ""}},
      {"1AA", {"1AA", ""}},
      {"", {"", ""}},
      {" | ", {"", ""}},
  };
  for (const auto& [part, home] : kParts) EXPECT_EQ(FormerAddressOf(part), home) << part;
}

TEST(FormerAddresses, ACellIsItsPartsAgain) {
  const std::vector<Home> homes = {
      {"12 High Street", "NB1 1AA"}, {"", "NB2 2BB"}, {"3 Mill Lane", ""}};
  EXPECT_EQ(FormerAddressesCell(homes), "12 High Street | NB1 1AA;  | NB2 2BB; 3 Mill Lane");
  EXPECT_EQ(FormerAddressesCell({}), "");
}

TEST(FormerAddresses, TheSameOneCountsOnce) {
  Record record;
  record.address = "12 High Street";
  record.postcode = "NB1 1AA";
  for (const Home& same : {Home{"12 High Street", "NB1 1AA"}, Home{"12 HIGH STREET, nb11aa", ""},
                           Home{"", ""}, Home{" , ", "-"}}) {
    AddFormerAddress(same, record);
    EXPECT_TRUE(record.former_addresses.empty()) << same.address;
  }
  AddFormerAddress({"12 High Street", "NB1 1AB"}, record);
  AddFormerAddress({"3 Mill Lane", ""}, record);
  AddFormerAddress({"3, mill lane", ""}, record);
  EXPECT_EQ(record.former_addresses,
            (std::vector<Home>{{"12 High Street", "NB1 1AB"}, {"3 Mill Lane", ""}}));
}

}  // namespace
}  // namespace whoelse
