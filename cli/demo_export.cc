#include "cli/demo_export.h"

#include <array>
#include <cstdio>

namespace whoelse {
namespace {

std::string DateText(Date date, bool british) {
  if (!british) return date.Iso();
  std::array<char, 24> text;
  std::snprintf(text.data(), text.size(), "%02u/%02u/%04u", date.ymd() % 100,
                date.ymd() / 100 % 100, date.ymd() / 10000);
  return text.data();
}

std::string DateOrBlank(const std::optional<Date>& date, bool british) {
  return date ? DateText(*date, british) : "";
}

std::string Cell(DemoField field, const DemoInvolvement& row, bool british) {
  switch (field) {
    case DemoField::kSourceId: return row.source_id;
    case DemoField::kNhsNumber: return row.child->nhs_number;
    case DemoField::kUpn: return row.child->upn;
    case DemoField::kGiven: return row.child->given_name;
    case DemoField::kFamily: return row.child->family_name;
    case DemoField::kBorn: return DateText(row.child->born, british);
    case DemoField::kService: return row.service;
    case DemoField::kTeam: return row.team;
    case DemoField::kWorker: return row.worker;
    case DemoField::kRole: return row.role;
    case DemoField::kPhone: return row.phone;
    case DemoField::kEmail: return row.email;
    case DemoField::kDutyPhone: return row.duty_phone;
    case DemoField::kStart: return DateText(row.start, british);
    case DemoField::kEnd: return DateOrBlank(row.end, british);
    case DemoField::kVerified: return DateOrBlank(row.verified, british);
    case DemoField::kLead: return row.lead ? "Yes" : "No";
    case DemoField::kAssessment: return row.assessment ? "Yes" : "No";
    case DemoField::kConsent: return row.consent;
    case DemoField::kRestrictions: return "none";
  }
  return "";
}

std::string Quoted(const std::string& cell) {
  if (cell.find_first_of(",\"\n") == std::string::npos) return cell;
  std::string out = "\"";
  for (const char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace

std::string WriteDemoExport(const DemoExportFormat& format,
                            const std::vector<DemoInvolvement>& rows) {
  std::string csv;
  const auto add = [&](size_t column, const std::string& cell) {
    csv += (column == 0 ? "" : ",") + Quoted(cell);
  };
  for (size_t i = 0; i < format.columns.size(); ++i) add(i, format.columns[i].first);
  csv += "\r\n";
  for (const DemoInvolvement& row : rows) {
    for (size_t i = 0; i < format.columns.size(); ++i) {
      add(i, Cell(format.columns[i].second, row, format.british_dates));
    }
    csv += "\r\n";
  }
  return csv;
}

}  // namespace whoelse
