// Identifiers inside the protocol, and what becomes of them: OPRF inputs and sub-keys.
#include "protocol/subject.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "protocol/pseudonym.h"
#include "tests/protocol/question_vectors.h"

namespace whoelse {
namespace {

using nlohmann::json;

// The page's rule, digit by digit: the weighted sum of all ten is a multiple of 11, with check
// digits 0 to 9 only (10 is not issued).
bool SumIsRight(const std::string& digits) {
  int sum = 0;
  for (int i = 0; i < 10; ++i) sum += (digits[i] - '0') * (10 - i);
  return sum % 11 == 0;
}

TEST(NhsNumber, CheckDigitOnManyNumbers) {
  SeededRandom random(20270109);
  int valid = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string digits = std::to_string(9'990'000'000 + random.Below(10'000'000));
    EXPECT_EQ(IsNhsNumber(digits), SumIsRight(digits)) << digits;
    valid += IsNhsNumber(digits) ? 1 : 0;
  }
  EXPECT_NEAR(valid, 20'000 / 11, 300);
}

TEST(NhsNumber, CatchesOneWrongDigitAndTwoSwapped) {
  const std::string good = "9990000018";
  ASSERT_TRUE(IsNhsNumber(good));
  for (size_t i = 0; i < good.size(); ++i) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      std::string typed = good;
      typed[i] = digit;
      EXPECT_EQ(IsNhsNumber(typed), typed == good) << typed;
    }
    if (i == 0) continue;
    std::string swapped = good;
    std::swap(swapped[i - 1], swapped[i]);
    EXPECT_EQ(IsNhsNumber(swapped), swapped == good) << swapped;
  }
}

TEST(NhsNumber, TenDigitsAndNothingElse) {
  for (const char* text : {"", "999000001", "99900000180", "999 000 001", "999000001O",
                           "\xEF\xBC\x99"
                           "990000018"}) {
    EXPECT_FALSE(IsNhsNumber(text)) << text;
  }
}

TEST(Upn, ThirteenUpperCaseLettersOrDigits) {
  EXPECT_TRUE(IsUpn("A123456789012"));
  EXPECT_TRUE(IsUpn("0000000000000"));
  EXPECT_TRUE(IsUpn("ZZZZZZZZZZZZZ"));
  for (const char* text : {"", "A12345678901", "A1234567890123", "a123456789012", "A12345678901 ",
                           "A12345678901@", "A12345678901[", "A12345678901/", "A12345678901:"}) {
    EXPECT_FALSE(IsUpn(text)) << text;
  }
}

TEST(CalendarDay, EveryDayOf1583To2400AndNoOther) {
  using namespace std::chrono;
  for (uint32_t y = 1582; y <= 2400; ++y) {
    for (uint32_t m = 0; m <= 13; ++m) {
      for (uint32_t d = 0; d <= 32; ++d) {
        const bool exists =
            y >= 1583 && year_month_day(year(static_cast<int>(y)), month(m), day(d)).ok();
        ASSERT_EQ(IsCalendarDay(y * 10000 + m * 100 + d), exists) << y << " " << m << " " << d;
      }
    }
  }
  EXPECT_TRUE(IsCalendarDay(99991231));
  EXPECT_FALSE(IsCalendarDay(100000101));
  EXPECT_FALSE(IsCalendarDay(0));
  EXPECT_FALSE(IsCalendarDay(4'294'967'295));
}

TEST(Pseudonym, InputsAndSubKeysOfTheVectors) {
  int values = 0;
  for (const json& v : ProtocolVectors()["pseudonyms"]) {
    for (size_t i = 0; i < v["values"].size(); ++i) {
      if (v["values"][i].is_null()) continue;
      ++values;
      const json& value = v["values"][i];
      EXPECT_EQ(ToHex(OprfInput(VectorFederation(), value["key_type"],
                                ToString(Hex(value["value"])))),
                v["oprf_inputs"][i]);
      // Only S, the first half of what Finalize gives, makes the sub-keys.
      const Bytes s = Hex(v["S"][i]);
      for (uint8_t rest : {uint8_t{0x00}, uint8_t{0xff}}) {
        const auto finalized = Secret<64>::Make([&](std::span<uint8_t, 64> out) {
          std::fill(out.begin(), out.end(), rest);
          std::copy(s.begin(), s.end(), out.begin());
        });
        const SubKeys keys = SubKeys::Derive(finalized, v["kv"]);
        EXPECT_EQ(ToHex(keys.check.Reveal()), v["k_check"][i]);
        EXPECT_EQ(ToHex(keys.wrap.Reveal()), v["k_wrap"][i]);
        const SubKeys clone = keys.Clone();
        EXPECT_EQ(ToHex(clone.wrap.Reveal()), v["k_wrap"][i]);
      }
    }
  }
  EXPECT_EQ(values, 7);
}

TEST(Pseudonym, InputsAreApart) {
  FederationId other = VectorFederation();
  other.data()[3] ^= 1;
  const std::string value = "9990000018", other_value = "9990000026";
  const std::set<Digest> inputs = {OprfInput(VectorFederation(), KeyType::kNhsNumber, value),
                                   OprfInput(VectorFederation(), KeyType::kUpn, value),
                                   OprfInput(other, KeyType::kNhsNumber, value),
                                   OprfInput(VectorFederation(), KeyType::kNhsNumber, other_value)};
  EXPECT_EQ(inputs.size(), 4u);
}

}  // namespace
}  // namespace whoelse
