#include "protocol/text.h"

#include <gtest/gtest.h>

#include "tests/support/vectors.h"

namespace whoelse {
namespace {

TEST(PlainText, TakesWhatPeopleWrite) {
  EXPECT_TRUE(IsPlainText(""));
  EXPECT_TRUE(IsPlainText("Anne-Marie O'Neill"));
  EXPECT_TRUE(IsPlainText("Zo\xC3\xAB \xC5\x81ukasz \xE6\x9D\x8E \xF0\x9F\x99\x82"));
  EXPECT_TRUE(IsPlainText("\xC2\xA0"));           // U+00A0 no-break space is Zs
  EXPECT_TRUE(IsPlainText("\xEE\x80\x80"));       // U+E000 private use is Co
}

TEST(PlainText, RefusesWhatCannotBeSeen) {
  const std::vector<std::string> invisible = {
      std::string(1, '\0'), "\n", "\t", "\x1f", "\x7f",
      "\xC2\x85",           // U+0085, C1
      "\xC2\xAD",           // U+00AD soft hyphen
      "\xD8\x9C",           // U+061C Arabic letter mark
      "\xE2\x80\x8B",       // U+200B zero-width space
      "\xE2\x80\x8D",       // U+200D zero-width joiner
      "\xE2\x80\xAE",       // U+202E right-to-left override
      "\xE2\x81\xA7",       // U+2067 right-to-left isolate
      "\xE2\x80\xA8",       // U+2028 line separator
      "\xE2\x80\xA9",       // U+2029 paragraph separator
      "\xEF\xBB\xBF",       // U+FEFF byte order mark
      "\xF0\x93\x90\xBF",   // U+1343F, a format character since Unicode 15.0
      "\xF3\xA0\x80\xA0",   // U+E0020 tag space
  };
  for (const std::string& character : invisible) {
    EXPECT_FALSE(IsPlainText("a" + character + "b")) << ToHex(AsBytes(character));
    EXPECT_FALSE(IsPlainText(character)) << ToHex(AsBytes(character));
  }
}

TEST(PlainText, RefusesMalformedUtf8) {
  for (const char* bytes : {"\x80", "\xC3", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF", "\xED\xA0\x80",
                            "\xF0\x80\x80\xAF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF",
                            "\xE2\x82", "\xF0\x9F\x99"}) {
    EXPECT_FALSE(IsPlainText(bytes)) << ToHex(AsBytes(bytes));
    EXPECT_FALSE(IsPlainText(std::string("a") + bytes + "b")) << ToHex(AsBytes(bytes));
  }
}

TEST(NextCharacter, Walks) {
  const std::string text = "a\xC3\xAB\xF0\x9F\x99\x82";
  size_t offset = 0;
  EXPECT_EQ(NextCharacter(text, &offset), 'a');
  EXPECT_EQ(NextCharacter(text, &offset), 0xEB);
  EXPECT_EQ(offset, 3u);
  EXPECT_EQ(NextCharacter(text, &offset), 0x1F642);
  EXPECT_EQ(offset, text.size());
}

TEST(ReadPadded, TakesTextAndZeros) {
  EXPECT_EQ(ReadPadded(Hex("00000000")), "");
  EXPECT_EQ(ReadPadded(Hex("")), "");
  EXPECT_EQ(ReadPadded(Hex("61620000")), "ab");
  EXPECT_EQ(ReadPadded(Hex("61626364")), "abcd");   // full to the brim
}

TEST(ReadPadded, RefusesWhatIsBehindTheText) {
  EXPECT_EQ(ReadPadded(Hex("61006200")), std::nullopt);
  EXPECT_EQ(ReadPadded(Hex("61000001")), std::nullopt);
  EXPECT_EQ(ReadPadded(Hex("00610000")), std::nullopt);
  EXPECT_EQ(ReadPadded(Hex("61c30000")), std::nullopt);    // cut inside a character
  EXPECT_EQ(ReadPadded(Hex("61e280ae")), std::nullopt);
}

}  // namespace
}  // namespace whoelse
