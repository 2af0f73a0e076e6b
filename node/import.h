// Exports of an agency's systems into records. domain.md, "Life of a record". Pure: bytes go in piece
// by piece, rows and complaints come out, in the memory of a row.
#ifndef WHOELSE_NODE_IMPORT_H_
#define WHOELSE_NODE_IMPORT_H_

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "node/identifier.h"
#include "node/import_mapping.h"
#include "node/record.h"
#include "node/record_life.h"

namespace whoelse {

// What an agency says of its own exports, from the node's configuration.
struct ImportSettings {
  std::string source;                               // names the system, e.g. "caseworks"
  std::string organisation, organisation_code;      // where a row gives none
  // Of a hub: the names of those whose rows are taken, by code. Others' rows are refused: nobody here
  // answers for a policy about them, or not who imports. Records get the source with whose it is
  // (node/organisations.h, SourceOf).
  std::map<std::string, std::string> organisations;
  // Service name -> class. A service that is not here is `sensitive`.
  std::map<std::string, ServiceClass> service_classes;
};

// What a file is: rows to add or update, what changed since the last one, or all that the source has.
enum class ImportMode : uint8_t { kUpsert = 1, kDelta, kSnapshot };
inline constexpr std::array<std::string_view, 3> kImportModeNames = {"upsert", "delta", "snapshot"};

enum class ImportFormat : uint8_t { kCsv = 1, kFhir };
inline constexpr std::array<std::string_view, 2> kImportFormatNames = {"csv", "fhir"};

// What a row says has happened to it. In an upsert and a snapshot every row is kUpsert.
enum class RowAction : uint8_t { kUpsert = 1, kAdd, kUpdate, kEnd };

inline constexpr size_t kSupersededMax = 64;        // of one record

struct ImportRow {
  size_t line = 0;                                  // of the file; of a bundle the entry, from 1
  RowAction action = RowAction::kUpsert;
  std::optional<NumberChange> number_changed = {};  // nullopt: it does not say
  Record record;                                    // of kEnd only source, source_id and end
  std::vector<NhsNumber> superseded_numbers = {};   // that the record's replaced: at most kSupersededMax
};

// One complaint about one row, to be read by the person who has to put it right. Never repeats the
// cell's content: cells hold identifiers, and complaints are printed and logged.
struct RowProblem {
  size_t line;              // of the file, 1 is the header; of a bundle the entry
  std::string column;       // as the file calls it; empty: the whole row
  std::string reason;       // what is wrong
  std::string remedy;       // how to put it right
};

// Where rows go. A row is whole or it is a complaint, in the order of the file.
class ImportSink {
 public:
  virtual ~ImportSink() = default;
  virtual void OnRow(ImportRow row) = 0;
  virtual void OnProblem(RowProblem problem) = 0;
};

inline constexpr size_t kImportRowsMax = 2'000'000;

class ImportReader {
 public:
  virtual ~ImportReader() = default;
  // The next bytes of the file, and its end. INVALID_ARGUMENT for what concerns the whole file, after
  // which nothing that it gave may be used. Finish complains of the rows that share an id.
  virtual absl::Status Feed(std::string_view bytes, ImportSink& sink) = 0;
  virtual absl::Status Finish(ImportSink& sink) = 0;
  virtual size_t rows() const = 0;                  // read so far, good and bad
  virtual std::string NameOf(Column column) const = 0;   // as the file calls it, once rows were read
  // After Finish: the lines of rows that share an id, ascending. They were given to OnRow, and none
  // of them may be taken: which is right only the source knows.
  virtual const std::vector<size_t>& twins() const = 0;
};

// What a file is read by.
struct ImportRules {
  ImportSettings settings;
  ImportMapping mapping;
  ImportMode mode = ImportMode::kUpsert;
  Date today;               // refuses births and consents of the future
};
// INVALID_ARGUMENT when the settings fit no record.
absl::StatusOr<std::unique_ptr<ImportReader>> MakeImportReader(ImportFormat format,
                                                               ImportRules rules);

}  // namespace whoelse

#endif  // WHOELSE_NODE_IMPORT_H_
