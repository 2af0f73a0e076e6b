#include "node/identifier.h"

#include <gtest/gtest.h>

#include "tests/support/random.h"

namespace whoelse {
namespace {

TEST(NhsNumber, TakesTenDigitsWithARightCheckDigit) {
  EXPECT_EQ(NhsNumber::Parse("9990000018")->digits(), "9990000018");
  EXPECT_EQ(NhsNumber::Parse("9434765919")->digits(), "9434765919");
}

TEST(NhsNumber, TakesSpacesAndHyphensBetweenDigits) {
  EXPECT_EQ(NhsNumber::Parse("999 000 0018")->digits(), "9990000018");
  EXPECT_EQ(NhsNumber::Parse("999-000-0018")->digits(), "9990000018");
}

TEST(NhsNumber, RefusesWhatIsNone) {
  for (const char* text : {"", " ", "999000001", "99900000189", "9990000017", "9990000081",
                           "999000001x", " 9990000018", "9990000018 ", "-9990000018",
                           "999.000.0018",
                           "9.99E+09", "\xEF\xBC\x99""990000018"}) {
    const absl::StatusOr<NhsNumber> number = NhsNumber::Parse(text);
    EXPECT_EQ(number.status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(NhsNumber, SaysWhichRuleIsBrokenAndWhatToDoAndNotTheNumber) {
  const auto message = [](const char* text) {
    return std::string(NhsNumber::Parse(text).status().message());
  };
  EXPECT_NE(message("9990000017").find("check digit: "), std::string::npos);
  EXPECT_NE(message("999000001").find("ten digits: "), std::string::npos);
  EXPECT_NE(message("99900o0018").find("not a digit: "), std::string::npos);
  EXPECT_EQ(message("9990000017").find("999"), std::string::npos);
}

TEST(NhsNumber, HasAtMostOneCheckDigitAndEverySingleWrongDigitIsSeen) {
  const uint64_t seed = 20260311;
  RecordProperty("seed", std::to_string(seed));
  SeededRandom random(seed);
  int without = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string number = "9990000000";
    for (int i = 3; i < 9; ++i) number[i] = static_cast<char>('0' + random.Below(10));
    int valid = 0;
    char check = 0;
    for (char digit = '0'; digit <= '9'; ++digit) {
      number[9] = digit;
      if (NhsNumber::Parse(number).ok()) {
        ++valid;
        check = digit;
      }
    }
    ASSERT_LE(valid, 1) << "seed " << seed << " round " << round;
    without += valid == 0;
    if (valid == 0) continue;
    number[9] = check;
    std::string wrong = number;
    const size_t at = random.Below(10);
    wrong[at] = static_cast<char>('0' + (wrong[at] - '0' + 1 + random.Below(9)) % 10);
    EXPECT_FALSE(NhsNumber::Parse(wrong).ok()) << "seed " << seed << " round " << round;
  }
  // One prefix in eleven has no number at all.
  EXPECT_GT(without, 2000 / 22);
  EXPECT_LT(without, 2000 / 6);
}

// Each digit and each pair of neighbours: what a hand gets wrong.
TEST(Upn, FindsAMistypedOne) {
  for (const std::string right : {"A123456789012", "G98765432109Z"}) {
    ASSERT_TRUE(Upn::Parse(right).ok());
    for (size_t at = 1; at < 12; ++at) {
      for (char digit = '0'; digit <= '9'; ++digit) {
        std::string typed = right;
        typed[at] = digit;
        EXPECT_EQ(Upn::Parse(typed).ok(), typed == right) << typed;
      }
      std::string swapped = right;
      std::swap(swapped[at], swapped[at + 1]);
      if (swapped[at + 1] > '9' || swapped[at] > '9') continue;
      EXPECT_EQ(Upn::Parse(swapped).ok(), swapped == right) << swapped;
    }
  }
  const std::string said(Upn::Parse("B123456789012").status().message());
  EXPECT_NE(said.find("check letter"), std::string::npos);
  EXPECT_EQ(said.find("123"), std::string::npos);
}

TEST(Upn, TakesALetterTwelveDigitsAndATemporaryOnesLetter) {
  EXPECT_EQ(Upn::Parse("A123456789012")->text(), "A123456789012");
  EXPECT_EQ(Upn::Parse("l1234 5678901b")->text(), "L12345678901B");
  for (const char* text : {"", "A12345678901", "A1234567890123", "A12345678901-", "I123456789012",
                           "A12345678901S", "A1B3456789012", "A1234567890\xC3\x89"}) {
    EXPECT_FALSE(Upn::Parse(text).ok()) << text;
  }
}

TEST(Date, TakesIsoAndTheBritishForm) {
  EXPECT_EQ(Date::Parse("2015-03-02")->ymd(), 20150302u);
  EXPECT_EQ(Date::Parse("02/03/2015")->ymd(), 20150302u);
  EXPECT_EQ(Date::Parse("2024-02-29")->Iso(), "2024-02-29");
  EXPECT_EQ(Date::Parse("1583-01-01")->Iso(), "1583-01-01");
  EXPECT_EQ(Date::Parse("31/12/9999")->Iso(), "9999-12-31");
}

TEST(Date, RefusesOtherFormsAndDaysThatDoNotExist) {
  for (const char* text :
       {"", "2015", "2015-3-2", "2/3/2015", "02/03/15", "2015/03/02", "02-03-2015", "20150302",
        "03/14/2015", "2015-02-29", "2100-02-29", "2015-04-31", "2015-00-10", "2015-10-00",
        "1582-12-31", "2015-03-02 ", "2015-03-02T00:00:00", "2 Mar 2015", "+015-03-02"}) {
    EXPECT_EQ(Date::Parse(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_FALSE(Date::FromYmd(0).ok());
  EXPECT_FALSE(Date::FromYmd(20151301).ok());
}

TEST(Date, CountsDays) {
  EXPECT_EQ(Date::Parse("1970-01-01")->days(), 0);
  EXPECT_EQ(Date::Parse("2000-03-01")->days(), 11017);
  EXPECT_EQ(Date::Parse("1583-01-01")->days(), -141349);
  EXPECT_EQ(Date::FromDays(11016).Iso(), "2000-02-29");
  EXPECT_EQ(Date::FromDays(-1).Iso(), "1969-12-31");
  EXPECT_EQ(Date::FromDays(INT64_MIN).Iso(), "1583-01-01");
  EXPECT_EQ(Date::FromDays(INT64_MAX).Iso(), "9999-12-31");
}

TEST(Date, DaysAndDatesAreEachOthersInverseAndInOrder) {
  Date before = Date::FromDays(-141349);
  for (int64_t days = -141348; days <= 100000; ++days) {
    const Date date = Date::FromDays(days);
    ASSERT_EQ(date.days(), days);
    ASSERT_GT(date, before);
    ASSERT_EQ(*Date::Parse(date.Iso()), date);
    ASSERT_EQ(*Date::FromYmd(date.ymd()), date);
    before = date;
  }
}

TEST(Date, AgeIsInFullYears) {
  const auto age = [](const char* born, const char* on) {
    return Date::Parse(born)->AgeOn(*Date::Parse(on));
  };
  EXPECT_EQ(age("2010-06-15", "2026-06-14"), 15);
  EXPECT_EQ(age("2010-06-15", "2026-06-15"), 16);
  EXPECT_EQ(age("2008-02-29", "2024-02-28"), 15);
  EXPECT_EQ(age("2008-02-29", "2024-02-29"), 16);
  EXPECT_EQ(age("2008-02-29", "2025-02-28"), 16);
  EXPECT_EQ(age("2008-02-29", "2025-03-01"), 17);
  EXPECT_EQ(age("2030-01-01", "2026-01-01"), 0);
}

TEST(Date, PartsThatDiffer) {
  const auto parts = [](const char* a, const char* b) {
    return PartsThatDiffer(*Date::Parse(a), *Date::Parse(b));
  };
  EXPECT_EQ(parts("2015-03-02", "2015-03-02"), 0);
  EXPECT_EQ(parts("2015-03-02", "2015-03-12"), 1);
  EXPECT_EQ(parts("2015-03-02", "2015-04-02"), 1);
  EXPECT_EQ(parts("2015-03-02", "2014-03-02"), 1);
  EXPECT_EQ(parts("2015-03-02", "2015-02-03"), 2);
  EXPECT_EQ(parts("2015-03-02", "2014-04-01"), 3);
}

}  // namespace
}  // namespace whoelse
