#include "node/import.h"

#include <utility>

#include "node/import_csv.h"
#include "node/import_fhir.h"
#include "node/organisations.h"
#include "protocol/limits.h"

namespace whoelse {
namespace {

absl::Status CheckSettings(const ImportSettings& settings) {
  if (settings.source.empty()) {
    return absl::InvalidArgumentError("the import's source has no name: say which system it is");
  }
  Record record;
  record.source = settings.source;
  if (!settings.organisations.empty()) {
    // As its rows will have it, under the longest code.
    record.source = SourceOf(std::string(kOrganisationSize, '0'), settings.source);
    if (settings.source.find('/') != std::string::npos) {
      return absl::InvalidArgumentError(
          "source: has a stroke: give the system's own name, and the rows say whose they are");
    }
  }
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
