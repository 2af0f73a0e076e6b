#include "node/policy_table.h"

#include <utility>

#include "crypto/bytes.h"

namespace whoelse {
namespace {

constexpr Outcome C = Outcome::kContact, D = Outcome::kDutyLine, B = Outcome::kBrokered,
                  U = Outcome::kUrgent, N = Outcome::kNothing;

// Outcomes on one level tell an asker the same.
constexpr int LevelOf(Outcome outcome) {
  switch (outcome) {
    case C: return 0;
    case D: return 1;
    case B:
    case U: return 2;
    case N: break;
  }
  return 3;
}

// The cells row by row, a byte each.
Bytes CellBytes(const PolicyTable& table) {
  Bytes bytes;
  for (const auto& row : table.cells) {
    for (const Outcome cell : row) bytes.push_back(static_cast<uint8_t>(cell));
  }
  return bytes;
}

}  // namespace

constinit const PolicyCells kDefaultPolicyCells = {{
    {C, C, C, C, C, C},   // universal
    {C, C, C, C, C, C},   // targeted
    {B, B, C, C, C, C},   // targeted, objection recorded
    {B, B, C, D, C, D},   // justice
    {D, D, C, C, C, C},   // sensitive, young person agreed
    {B, B, B, B, D, U},   // sensitive, not asked
    {N, N, B, B, U, U},   // sensitive, refused
    {B, B, D, D, D, D},   // protected, young person agreed
    {B, B, B, B, U, U},   // protected, otherwise
    {D, D, D, D, C, C},   // about a parent or carer, the adult agreed
    {B, B, B, B, D, U},   // about a parent or carer, otherwise
    {B, B, B, B, U, U},   // covert
    {B, B, B, U, U, U},   // shielded or closed (any)
}};

const PolicyTable& PolicyTable::Default() {
  static const PolicyTable kTable;
  return kTable;
}

Digest PolicyTable::Hash() const { return H("whoelse/1/policy", CellBytes(*this)); }

PolicyTable PolicyTable::OneStepStricter() const {
  PolicyTable stricter = *this;
  for (auto& row : stricter.cells) {
    for (Outcome& cell : row) cell = whoelse::OneStepStricter(cell);
  }
  return stricter;
}

PolicyTables::PolicyTables(ByCode tables) : tables_(std::move(tables)) {
  if (IsOwn()) {
    hash_ = tables_.begin()->second.Hash();
    return;
  }
  Writer out;
  for (const auto& [code, table] : tables_) {
    out.U8(static_cast<uint8_t>(code.size())).Raw(AsBytes(code)).Raw(CellBytes(table));
  }
  hash_ = H("whoelse/1/policy", out.view());
}

const PolicyTable& PolicyTables::Of(std::string_view organisation_code) const {
  static const PolicyTable kNobodys = PolicyTable::Default().OneStepStricter();
  if (IsOwn()) return tables_.begin()->second;
  const auto found = tables_.find(organisation_code);
  return found == tables_.end() ? kNobodys : found->second;
}

PolicyColumn ColumnOf(Purpose purpose) {
  switch (purpose) {
    case Purpose::kCoordination: return kColumnCoordination;
    case Purpose::kEarlyHelp: return kColumnEarlyHelp;
    case Purpose::kSection17:
    case Purpose::kYouthJustice: return kColumnSection17;
    case Purpose::kConcern:
    case Purpose::kMissingChild: return kColumnConcern;
    case Purpose::kSection47: return kColumnSection47;
    case Purpose::kEmergency: break;
  }
  return kColumnEmergency;
}

bool IsLooser(Outcome a, Outcome b) { return LevelOf(a) < LevelOf(b); }

Outcome OneStepStricter(Outcome outcome) {
  switch (outcome) {
    case C: return D;
    case D: return B;
    default: return N;
  }
}

}  // namespace whoelse
