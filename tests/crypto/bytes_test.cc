#include "crypto/bytes.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "tests/support/random.h"

namespace whoelse {
namespace {

using Red = FixedBytes<struct RedTag, 4>;
using Blue = FixedBytes<struct BlueTag, 4>;
static_assert(!std::is_convertible_v<Red, Blue> && !std::is_constructible_v<Blue, Red>,
              "values of different meaning never mix");

TEST(FixedBytes, IsZerosUntilGivenBytesAndComparesThem) {
  EXPECT_TRUE(Red().IsZero());
  const Red one(std::array<uint8_t, 4>{0, 0, 0, 1});
  EXPECT_FALSE(one.IsZero());
  EXPECT_NE(one, Red());
  EXPECT_LT(Red(), one);
  EXPECT_EQ(ToBytes(one), (Bytes{0, 0, 0, 1}));
}

TEST(Hex, IsLowerCase) {
  EXPECT_EQ(ToHex(Bytes{0x00, 0x9a, 0xff}), "009aff");
  EXPECT_EQ(ToHex({}), "");
}

TEST(Hex, EveryByteSurvives) {
  Bytes all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<uint8_t>(i));
  Bytes read;
  ASSERT_TRUE(FromHex(ToHex(all), &read));
  EXPECT_EQ(read, all);
}

TEST(Hex, RefusesWhatIsNotPairsOfLowerCaseDigits) {
  for (const char* bad : {"0", "0A", "A0", "0g", "g0", " 00", "00 ", "0x00", "0/", "0:", "0`"}) {
    Bytes bytes = {7};
    EXPECT_FALSE(FromHex(bad, &bytes)) << bad;
    EXPECT_EQ(bytes, Bytes{7}) << "changed by " << bad;
  }
}

TEST(Hex, OfFixedSizeRefusesOtherLengths) {
  Red value;
  const std::span<uint8_t> out(value.data(), value.size());
  EXPECT_TRUE(FromHex("01020304", out));
  EXPECT_EQ(ToHex(value), "01020304");
  EXPECT_FALSE(FromHex("010203", out));
  EXPECT_FALSE(FromHex("0102030405", out));
  EXPECT_FALSE(FromHex("", out));
}

TEST(Writer, WritesBigEndianFieldsOneAfterAnother) {
  Writer writer;
  writer.U8(0x01).U16(0x0203).U32(0x04050607).U64(0x08090a0b0c0d0e0f).Raw(Bytes{0x10});
  writer.Zeros(2).Padded("ab", 4).Padded("", 1).Padded("xyz", 3);
  EXPECT_EQ(ToHex(writer.view()),
            "0102030405060708090a0b0c0d0e0f10"
            "0000"
            "61620000"
            "00"
            "78797a");
  EXPECT_EQ(writer.size(), 26u);
}

TEST(WriterDeathTest, TextThatDoesNotFitIsOurOwnBug) {
  EXPECT_DEATH(Writer().Padded("abc", 2), "");
}

TEST(Reader, ReadsWhatWriterWrote) {
  const Bytes bytes =
      Writer().U8(1).U16(0xfffe).U32(0xfffffffd).U64(~uint64_t{0}).Raw(Bytes{5, 6, 7, 8}).Take();
  Reader reader(bytes);
  EXPECT_EQ(reader.U8(), 1);
  EXPECT_EQ(reader.U16(), 0xfffe);
  EXPECT_EQ(reader.U32(), 0xfffffffd);
  EXPECT_EQ(reader.U64(), ~uint64_t{0});
  EXPECT_EQ(reader.left(), 4u);
  EXPECT_FALSE(reader.Done()) << "four bytes are left";
  EXPECT_EQ(reader.Fixed<Red>(), Red(std::array<uint8_t, 4>{5, 6, 7, 8}));
  EXPECT_TRUE(reader.Done());
}

TEST(Reader, ReadPastTheEndGivesZerosAndFailsForGood) {
  const Bytes bytes = {1, 2, 3};
  Reader reader(bytes);
  EXPECT_EQ(reader.U32(), 0u) << "not three of the four bytes";
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.U8(), 0) << "not the first byte";
  EXPECT_TRUE(reader.Raw(1).empty());
  EXPECT_TRUE(reader.Fixed<Red>().IsZero());
  EXPECT_EQ(reader.left(), 0u);
  EXPECT_FALSE(reader.Done());
}

TEST(Reader, NothingIsLeftOfNothing) {
  Reader reader({});
  EXPECT_TRUE(reader.Done());
  EXPECT_TRUE(reader.Raw(0).empty());
  EXPECT_TRUE(reader.Done());
}

}  // namespace
}  // namespace whoelse
