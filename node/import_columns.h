// The columns of a CSV import, and the headings by which exports call them.
#ifndef WHOELSE_NODE_IMPORT_COLUMNS_H_
#define WHOELSE_NODE_IMPORT_COLUMNS_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace whoelse {

// In the order of ImportColumns().
enum class Column : size_t {
  kSourceId, kNhsNumber, kNhsNumberVerified, kUpn, kLocalId, kGivenName, kFamilyName, kFormerNames,
  kPreferredName, kBorn, kBornDisputed, kSex, kAddress, kPostcode, kCarers, kOrganisation,
  kOrganisationCode, kService, kTeam, kProfessionalName, kProfessionalRole, kProfessionalPhone,
  kProfessionalEmail, kDutyPhone, kStart, kEnd, kVerifiedOn, kLeadProfessional, kAssessmentExists,
  kAbout, kConsent, kConsentBy, kConsentCompetent, kConsentOn, kConsentUntil, kConsentPurposes,
  kRestrictions
};
inline constexpr size_t kColumns = static_cast<size_t>(Column::kRestrictions) + 1;

// A word without what exports vary: case, spaces, underscores and other punctuation.
std::string Plain(std::string_view text);
// The cell without spaces, tabs and no-break spaces around it.
std::string_view Trim(std::string_view cell);

// The column that a heading means; nullopt for a heading that is not known.
std::optional<Column> ColumnByHeading(std::string_view heading);

// Where each column stands in one file.
class Header {
 public:
  // INVALID_ARGUMENT when the line is no header, or has unknown headings, a column twice, one
  // whose heading does not say whose it is, or lacks a required one. Repeats headings only once
  // enough of them are known for the line to be a header: the first line of a file without one is
  // a child's.
  static absl::StatusOr<Header> Read(const std::vector<std::string>& headings);

  size_t size() const { return headings_.size(); }
  std::optional<size_t> PositionOf(Column column) const {
    return positions_[static_cast<size_t>(column)];
  }
  // As the file calls it; our name for it where the file has none.
  std::string NameOf(Column column) const;
  const std::string& HeadingAt(size_t position) const { return headings_[position]; }

 private:
  std::vector<std::string> headings_;
  std::array<std::optional<size_t>, kColumns> positions_{};
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_IMPORT_COLUMNS_H_
