// When a line is staffed, out of what rosters say.
#include "node/hours.h"

#include <gtest/gtest.h>

#include <string>

namespace whoelse {
namespace {

constexpr char kOffice[] = "Mon-Fri 08:30-17:00";

std::optional<bool> Open(std::string_view hours, int weekday, int hour, int minute,
                         std::string_view other = "") {
  return OpenAt(hours, other, {weekday, hour * 60 + minute});
}

TEST(Hours, OfficeHours) {
  EXPECT_EQ(Open(kOffice, 0, 8, 29), false);
  EXPECT_EQ(Open(kOffice, 0, 8, 30), true);
  EXPECT_EQ(Open(kOffice, 4, 16, 59), true);
  EXPECT_EQ(Open(kOffice, 4, 17, 0), false);
  EXPECT_EQ(Open(kOffice, 5, 12, 0), false);
  EXPECT_EQ(Open(kOffice, 6, 12, 0), false);
}

TEST(Hours, SeveralParts) {
  constexpr char kParts[] = "Mon-Fri 08:30-12:00, Mon-Thu 13:00-17:00, Sat 09:00-12:00";
  EXPECT_EQ(Open(kParts, 0, 12, 30), false);
  EXPECT_EQ(Open(kParts, 0, 13, 0), true);
  EXPECT_EQ(Open(kParts, 4, 13, 0), false);
  EXPECT_EQ(Open(kParts, 5, 11, 59), true);
  EXPECT_EQ(Open(kParts, 6, 11, 59), false);
}

TEST(Hours, AllDay) {
  for (int day = 0; day < 7; ++day) {
    EXPECT_EQ(Open("24 hours", day, 2, 0), true);
    EXPECT_EQ(Open("Mon-Sun 00:00-24:00", day, 23, 59), true);
    EXPECT_EQ(Open("Mon-Sun 00:00-24:00", day, 0, 0), true);
  }
}

TEST(Hours, AllOtherTimes) {
  constexpr char kRest[] = "at all other times";
  EXPECT_EQ(Open(kRest, 0, 12, 0, kOffice), false);
  EXPECT_EQ(Open(kRest, 0, 20, 0, kOffice), true);
  EXPECT_EQ(Open(kRest, 6, 12, 0, kOffice), true);
  EXPECT_EQ(Open(kRest, 0, 12, 0, "24 hours"), false);
  // Each refers to the other, or to words: nobody knows.
  EXPECT_EQ(Open(kRest, 0, 12, 0, kRest), std::nullopt);
  EXPECT_EQ(Open(kRest, 0, 12, 0, "ask reception"), std::nullopt);
}

// What only a person understands is not shown as open or closed.
TEST(Hours, OtherWordsAreUnknown) {
  for (const char* hours :
       {"term time only", "Mon-Fri", "08:30-17:00", "Mon-Fri 8:30-17:00", "Mon-Fri 08:30-17.00",
        "Mon-Fri 08:30-25:00", "Mon-Fri 08:60-17:00", "Mon-Fri 17:00-08:30", "Mon-Fri 08:30-08:30",
        "Fri-Mon 08:30-17:00", "mon-fri 08:30-17:00", "Mo-Fr 08:30-17:00",
        "Mon-Fri 08:30-17:00,Sat 09:00-12:00", "Mon-Fri 08:30-17:00; Sat", "Mon-Fri 08:30-17:00 ",
        " Mon-Fri 08:30-17:00", "Mon-Fri 08:30-24:01", "24 Hours", "Mon- 08:30-17:00",
        "Mon-Fri-Sat 08:30-17:00", "Mon-Fri 0a:30-17:00", "Mon-Fri 08:30-17:00, whenever"}) {
    EXPECT_EQ(Open(hours, 0, 12, 0), std::nullopt) << hours;
  }
}

}  // namespace
}  // namespace whoelse
