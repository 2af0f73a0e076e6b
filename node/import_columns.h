// The columns of a CSV import, and the headings by which exports call them.
#ifndef WHOELSE_NODE_IMPORT_COLUMNS_H_
#define WHOELSE_NODE_IMPORT_COLUMNS_H_

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "node/csv.h"

namespace whoelse {

// In the order of ImportColumns().
enum class Column : size_t {
  kSourceId, kNhsNumber, kNhsNumberVerified, kUpn, kLocalId, kGivenName, kFamilyName, kFormerNames,
  kPreferredName, kBorn, kBornDisputed, kSex, kAddress, kPostcode, kFormerAddresses, kCarers,
  kOrganisation, kOrganisationCode, kService, kTeam, kProfessionalName, kProfessionalRole,
  kProfessionalPhone, kProfessionalEmail, kDutyPhone, kStart, kEnd, kVerifiedOn, kLeadProfessional,
  kAssessmentExists, kAbout, kConsent, kConsentBy, kConsentCompetent, kConsentOn, kConsentUntil,
  kConsentPurposes, kRestrictions, kDied, kKeepTo25, kNumberChanged, kSupersededNumbers, kAction
};
inline constexpr size_t kColumns = static_cast<size_t>(Column::kAction) + 1;

// The columns that an import knows, with a word on each, for --help and the documentation. Their
// headings may vary in case, spaces and punctuation, and have the synonyms of import_columns.cc.
struct ImportColumn {
  std::string_view name;
  bool required;
  std::string_view meaning;
};
const std::vector<ImportColumn>& ImportColumns();

// A word without what exports vary: case, spaces, underscores and other punctuation.
std::string Plain(std::string_view text);
// The cell without spaces, tabs and no-break spaces around it.
std::string_view Trim(std::string_view cell);

std::string_view NameOf(Column column);
// The column of this name; nullopt: there is none.
std::optional<Column> ColumnByName(std::string_view name);
// The column that a heading means; nullopt for a heading that is not known.
std::optional<Column> ColumnByHeading(std::string_view heading);

struct ImportMapping;

// Where each column stands in one file.
class ImportHeader {
 public:
  // What the mapping says first, and the usual headings beside it. INVALID_ARGUMENT when the line is
  // no header, lacks a heading that the mapping names, has unknown headings, a column twice, one whose
  // heading does not say whose it is, or lacks a required one. Says which columns it saw, but
  // nothing of a line that looks like a child's.
  static absl::StatusOr<ImportHeader> Read(const std::vector<std::string>& headings,
                                           const ImportMapping& mapping);

  size_t size() const { return headings_.size(); }
  // What a row has in this column: trimmed, as the mapping's words have it; the mapping's constant
  // where the file has no such column.
  std::string_view CellOf(Column column, const CsvRow& row) const;
  std::optional<size_t> PositionOf(Column column) const {
    return positions_[static_cast<size_t>(column)];
  }
  // As the file calls it; our name for it where the file has none.
  std::string NameOf(Column column) const;
  const std::string& HeadingAt(size_t position) const { return headings_[position]; }

 private:
  absl::Status CheckRequired() const;

  std::vector<std::string> headings_;
  std::array<std::optional<size_t>, kColumns> positions_{};
  std::map<Column, std::string> constants_;
  std::map<Column, std::map<std::string, std::string>> words_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_IMPORT_COLUMNS_H_
