// A FHIR R4 Bundle into rows, and records into a Bundle. docs/formats/records-fhir.md.
#ifndef WHOELSE_NODE_IMPORT_FHIR_H_
#define WHOELSE_NODE_IMPORT_FHIR_H_

#include <optional>
#include <span>
#include <string>

#include "node/import.h"
#include "node/import_columns.h"
#include "node/import_twins.h"

namespace whoelse {

// A row for each EpisodeOfCare of the Bundle. Problems name the entry, from 1, in place of a line, and
// the element in place of a column. What concerns the whole file: no JSON, no Bundle, more than 16 MiB.
class FhirImport final : public ImportReader {
 public:
  explicit FhirImport(ImportRules rules);

  absl::Status Feed(std::string_view bytes, ImportSink& sink) override;
  absl::Status Finish(ImportSink& sink) override;
  size_t rows() const override { return rows_; }
  std::string NameOf(Column column) const override { return header_->NameOf(column); }
  const std::vector<size_t>& twins() const override { return twins_.lines(); }

 private:
  const ImportRules rules_;
  std::string file_;
  std::optional<ImportHeader> header_;   // of the elements
  Twins twins_;
  size_t rows_ = 0;
};

// A Bundle of type collection is this, entries separated by commas, and this.
std::string BundleBegin();
std::string BundleEnd();
// Patient, PractitionerRole, CareTeam and EpisodeOfCare of one record. `place` makes their ids;
// `superseded`: the numbers that the record's has replaced.
std::string BundleEntriesOf(const Record& record, size_t place,
                            std::span<const NhsNumber> superseded = {});

}  // namespace whoelse

#endif  // WHOELSE_NODE_IMPORT_FHIR_H_
