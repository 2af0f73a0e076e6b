// JSON that has one reading: what is signed as text must not mean two things to two parsers.
#ifndef WHOELSE_PROTOCOL_STRICT_JSON_H_
#define WHOELSE_PROTOCOL_STRICT_JSON_H_

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/bytes.h"

namespace whoelse {

// The value of `text`, which is an object. INVALID_ARGUMENT, naming the member by its path
// ("agencies[3].duty"), for: a member twice in one object; a number that is negative, has a
// fraction or exponent, or is above 2^64 - 1; a string that is longer than `string_max` bytes or no
// plain text after unescaping (protocol/text.h); nesting deeper than `depth_max`. With the byte's
// place for what is no JSON at all, a byte order mark included.
absl::StatusOr<nlohmann::json> ParseStrictJson(std::string_view text, size_t depth_max,
                                               size_t string_max);

// Reads the members of one object, each exactly once. What is wrong goes into `problem`, which all
// readers of one text share and of which the first entry stays; after that the values read are of
// no use. So a reader of a whole text asks once, at the end.
class JsonObject {
 public:
  // `value` and `problem` outlive the reader. `path` is empty for the outermost object.
  JsonObject(const nlohmann::json& value, std::string path, std::string* problem);

  template <typename Int>
  Int Number(const char* name, uint64_t min, uint64_t max = std::numeric_limits<Int>::max()) {
    return static_cast<Int>(Whole(name, min, max));
  }
  bool Bool(const char* name);
  std::string Text(const char* name);   // not empty
  // A FixedBytes in lower-case hex.
  template <typename F>
  F Hex(const char* name) {
    F value;
    HexInto(name, {value.data(), F::kSize});
    return value;
  }
  JsonObject Object(const char* name);
  // Calls read(element, path of the element) for each element of a list of min to max.
  template <typename Read>
  void ForEach(const char* name, size_t min, size_t max, Read&& read) {
    const nlohmann::json* list = List(name, min, max);
    if (list == nullptr) return;
    for (size_t i = 0; i < list->size() && problem_->empty(); ++i) {
      read((*list)[i], PathOf(name) + "[" + std::to_string(i) + "]");
    }
  }

  // Refuses members that nobody asked for. The last call.
  void Done();

  // Notes that the member should be something else than it is.
  void Fail(const char* name, std::string_view should_be);
  std::string* problem() { return problem_; }

 private:
  const nlohmann::json* Find(const char* name);
  const nlohmann::json* List(const char* name, size_t min, size_t max);
  uint64_t Whole(const char* name, uint64_t min, uint64_t max);
  void HexInto(const char* name, std::span<uint8_t> out);
  std::string PathOf(std::string_view name) const;

  const nlohmann::json* value_;   // nullptr when it is no object
  std::string path_;
  std::string* problem_;
  std::vector<const char*> asked_;
};

// Notes "`path` should be `should_be`" as the problem unless there is one.
void NoteProblem(std::string* problem, std::string_view path, std::string_view should_be);

}  // namespace whoelse

#endif  // WHOELSE_PROTOCOL_STRICT_JSON_H_
