// What an agency says of one export's columns, when their headings and words are not those that an
// import knows. docs/formats/records-csv.md, "Mapping". The file is node/import_mapping_file.h's.
#ifndef WHOELSE_NODE_IMPORT_MAPPING_H_
#define WHOELSE_NODE_IMPORT_MAPPING_H_

#include <map>
#include <set>
#include <string>

#include "node/import_columns.h"

namespace whoelse {

struct ImportMapping {
  std::map<Column, std::string> headings;    // the file's heading of a column
  std::set<std::string> ignored;             // headings of columns to pass over, as Plain() writes them
  std::map<Column, std::string> constants;   // cells of columns that the file does not have
  // A cell of the file, as Plain() writes it, and the cell that it stands for.
  std::map<Column, std::map<std::string, std::string>> words;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_IMPORT_MAPPING_H_
