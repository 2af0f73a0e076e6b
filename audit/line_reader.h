// Reads a text file of ours line by line and remembers where it first broke, so that a parser reads
// all its fields and asks once, and a refusal names the line and the byte.
#ifndef WHOELSE_AUDIT_LINE_READER_H_
#define WHOELSE_AUDIT_LINE_READER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "audit/merkle.h"
#include "crypto/bytes.h"

namespace whoelse {

class LineReader {
 public:
  // `what` names the file in errors: "receipt". `text` outlives the reader and what it returns.
  LineReader(std::string_view what, std::string_view text) : what_(what), text_(text) {}

  // The fields, parted by one space each, of the next line, which has to begin with the field `word`
  // (not returned; empty: any) and to have between `least` and `most` more. After a failure `most`
  // empty fields, so that what a parser asks for is always there.
  std::vector<std::string_view> Fields(std::string_view word, size_t least, size_t most);
  // The same of a line of `word` and one field.
  std::string_view Field(std::string_view word) { return Fields(word, 1, 1)[0]; }
  // The next line as it is, without its LF; nothing after a failure.
  std::string_view Line();
  // The next lines as they are: `lines` of them and all that follow with this prefix, LFs included.
  std::string_view Block(size_t lines, std::string_view prefix);
  // Whether the next line begins with `prefix`. Moves nothing; false after a failure.
  bool NextIs(std::string_view prefix) const;
  // The line that was read last, without its LF.
  std::string_view Last() const { return last_; }
  // Fails unless all lines were read.
  void End();

  // Values in their one spelling; of anything else, a failure and zeros or nothing.
  uint64_t Decimal(std::string_view field, std::string_view name, uint64_t most = kTreeSizeMax);
  Bytes Base64(std::string_view field, std::string_view name);
  Bytes Hex(std::string_view field, std::string_view name);
  template <typename F>   // a FixedBytes
  F Fixed(std::string_view field, std::string_view name) {
    F value{};
    Check(FromHex(field, std::span<uint8_t>(value.data(), F::kSize)), field,
          std::string(name) + " is not lower-case hexadecimal of its length");
    return value;
  }

  // Fails at `field` with these words unless `good`. The first failure stays.
  void Check(bool good, std::string_view field, std::string_view words);
  bool ok() const { return error_.ok(); }
  const absl::Status& error() const { return error_; }   // INVALID_ARGUMENT

 private:
  const std::string what_;
  const std::string_view text_;
  size_t next_ = 0;   // where the next line begins
  std::string_view last_;
  absl::Status error_;
};

}  // namespace whoelse

#endif  // WHOELSE_AUDIT_LINE_READER_H_
