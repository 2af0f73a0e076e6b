#include "node/import.h"

#include <utility>

#include "node/import_csv.h"
#include "node/import_fhir.h"

namespace whoelse {
namespace {

absl::Status CheckSettings(const ImportSettings& settings) {
  if (settings.source.empty()) {
    return absl::InvalidArgumentError("the import's source has no name: say which system it is");
  }
  Record record;
  record.source = settings.source;
  record.organisation = settings.organisation;
  record.organisation_code = settings.organisation_code;
  return CheckTexts(record);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ImportReader>> MakeImportReader(ImportFormat format,
                                                               ImportRules rules) {
  if (absl::Status fit = CheckSettings(rules.settings); !fit.ok()) return fit;
  if (format == ImportFormat::kFhir) return std::make_unique<FhirImport>(std::move(rules));
  return std::make_unique<CsvImport>(std::move(rules));
}

}  // namespace whoelse
