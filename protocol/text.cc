#include "protocol/text.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "protocol/limits.h"

namespace whoelse {
namespace {

// Another version of Unicode puts other characters into these categories: two nodes would disagree
// about one text, and a roster or an answer would be good at one and refused at the other.
static_assert(std::string_view(U_UNICODE_VERSION) == "15.0");

constexpr uint32_t kInvisible = U_GC_CC_MASK | U_GC_CF_MASK | U_GC_ZL_MASK | U_GC_ZP_MASK;

}  // namespace

int32_t NextCharacter(std::string_view text, size_t* offset) {
  const char* bytes = text.data();
  size_t i = *offset;
  UChar32 character;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"   // inside ICU's macro
  U8_NEXT(bytes, i, text.size(), character);
#pragma GCC diagnostic pop
  *offset = i;
  return character;
}

bool IsPlainText(std::string_view text) {
  // Most texts; the categories are the slow part.
  if (std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; })) return true;
  for (size_t i = 0; i < text.size();) {
    const int32_t character = NextCharacter(text, &i);
    if (character < 0 || (U_GET_GC_MASK(character) & kInvisible) != 0) return false;
  }
  return true;
}

std::optional<std::string> ReadPadded(ByteView field) {
  const auto last = std::find_if(field.rbegin(), field.rend(), [](uint8_t b) { return b != 0; });
  // A zero inside the text is a control character, so that nothing can hide behind the padding.
  const std::string_view text = AsText(field.first(static_cast<size_t>(field.rend() - last)));
  if (!IsPlainText(text)) return std::nullopt;
  return std::string(text);
}

bool IsOrganisationCode(std::string_view text) {
  return !text.empty() && text.size() <= kOrganisationSize &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace whoelse
