#include "audit/line_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "audit/lines.h"
#include "protocol/note.h"

namespace whoelse {

std::string_view LineReader::Line() {
  std::string_view rest = text_.substr(next_);
  const std::optional<std::string_view> line = ok() ? TakeLine(&rest) : std::nullopt;
  Check(line.has_value(), text_.substr(next_), "the file ends where a line should stand");
  if (!line) return {};
  next_ += line->size() + 1;
  return last_ = *line;
}

std::vector<std::string_view> LineReader::Fields(std::string_view word, size_t least, size_t most) {
  std::string_view line = Line();
  const std::string_view whole = line;
  std::vector<std::string_view> fields;
  for (size_t space = 0; ok() && space != std::string_view::npos && fields.size() <= most + 1;) {
    space = line.find(' ');
    fields.push_back(line.substr(0, space));
    line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
  }
  if (!word.empty()) {
    Check(!fields.empty() && fields[0] == word, whole,
          "a line '" + std::string(word) + "' should stand here");
    if (!fields.empty()) fields.erase(fields.begin());
  }
  Check(fields.size() >= least && fields.size() <= most, whole,
        "the line has another number of fields");
  fields.resize(ok() ? fields.size() : 0);
  if (!ok()) fields.resize(most);
  return fields;
}

std::string_view LineReader::Block(size_t lines, std::string_view prefix) {
  const size_t from = next_;
  for (size_t i = 0; i < lines && ok(); ++i) Line();
  while (NextIs(prefix)) Line();
  return text_.substr(from, next_ - from);
}

bool LineReader::NextIs(std::string_view prefix) const {
  return ok() && text_.substr(next_).starts_with(prefix);
}

void LineReader::End() {
  Check(next_ == text_.size(), text_.substr(next_), "more follows where the file should end");
}

uint64_t LineReader::Decimal(std::string_view field, std::string_view name, uint64_t most) {
  const std::optional<uint64_t> value = ParseDecimal(field);
  Check(value && *value <= most, field,
        std::string(name) + " is not a plain decimal of at most " + std::to_string(most));
  return ok() ? *value : 0;
}

Bytes LineReader::Base64(std::string_view field, std::string_view name) {
  absl::StatusOr<Bytes> bytes = Base64Decode(field);
  Check(bytes.ok(), field, std::string(name) + " is not canonical base64");
  return bytes.ok() ? *std::move(bytes) : Bytes();
}

Bytes LineReader::Hex(std::string_view field, std::string_view name) {
  Bytes bytes;
  Check(FromHex(field, &bytes), field, std::string(name) + " is not lower-case hexadecimal");
  return bytes;
}

void LineReader::Check(bool good, std::string_view field, std::string_view words) {
  if (good || !ok()) return;
  const auto byte = static_cast<size_t>(field.data() - text_.data());
  const auto line = 1 + std::ranges::count(text_.substr(0, byte), '\n');
  error_ = absl::InvalidArgumentError(what_ + ", line " + std::to_string(line) + " (byte " +
                                      std::to_string(byte) + "): " + std::string(words));
}

}  // namespace whoelse
