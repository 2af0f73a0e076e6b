// A record as the cells of an import, so that what is exported can be imported again.
#ifndef WHOELSE_NODE_RECORD_CELLS_H_
#define WHOELSE_NODE_RECORD_CELLS_H_

#include <span>
#include <string>

#include "node/import_columns.h"
#include "node/record.h"

namespace whoelse {

// What an import would read there; blank where it would be blank. A shield that is pending is written
// as one. Here and below, `superseded`: the numbers that the record's has replaced.
std::string CellOf(const Record& record, Column column, std::span<const NhsNumber> superseded = {});

// The header line of an export, and a record's; each with its line end.
std::string CsvHeader();
std::string CsvLineOf(const Record& record, std::span<const NhsNumber> superseded = {});

// What an export has: what is closed would show, beside the new identity, who was whom; and what no row
// speaks of any more, a number that was replaced, is said with the record that answers for it.
bool IsExported(const Record& record);

}  // namespace whoelse

#endif  // WHOELSE_NODE_RECORD_CELLS_H_
