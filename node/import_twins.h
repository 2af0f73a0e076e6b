// Rows of one file that claim one id. Which of them is right only the source knows, so none is taken:
// the last one would silently overwrite the others.
#ifndef WHOELSE_NODE_IMPORT_TWINS_H_
#define WHOELSE_NODE_IMPORT_TWINS_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "node/import.h"

namespace whoelse {

class Twins {
 public:
  // In the order of the file. 20 bytes a row: ids are kept as hashes, each with its source.
  void Note(const Record& record, size_t line);
  // Once, at the end: a complaint about each line that has a twin, in the order of the file.
  // `column`: where the ids are.
  void Complain(const std::string& column, ImportSink& sink);
  // Then, their lines, ascending.
  const std::vector<size_t>& lines() const { return lines_; }

 private:
  struct Entry {
    std::array<uint8_t, 16> id;
    uint32_t line;
    auto operator<=>(const Entry&) const = default;
  };
  std::vector<Entry> entries_;
  std::vector<size_t> lines_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_IMPORT_TWINS_H_
