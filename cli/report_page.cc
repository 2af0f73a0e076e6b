#include "cli/report_page.h"

#include "cli/show_json.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kStyle =
    "body{font:11pt/1.5 Georgia,serif;color:#111;max-width:52rem;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:1.8rem;border-bottom:1px solid #999}"
    "table{border-collapse:collapse;width:100%;font-size:.9rem}thead{display:table-header-group}"
    "th,td{text-align:left;vertical-align:top;padding:.25rem .8rem .25rem 0;overflow-wrap:anywhere;"
    "border-bottom:1px solid #ddd}tr{break-inside:avoid}dl{display:grid;"
    "grid-template-columns:minmax(9rem,auto) 1fr;gap:.2rem 1rem}dt{color:#555}"
    "dd{margin:0;overflow-wrap:anywhere}@page{size:A4;margin:20mm}"
    "@media print{body{margin:0;max-width:none}}";

// A page from an auditor's machine must not run what a name in a roster or log says.
std::string Escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string Element(const char* tag, const std::string& content) {
  return std::string("<") + tag + ">" + content + "</" + tag + ">";
}

std::string Table(const Json& rows) {
  const std::vector<std::string> keys = ColumnsOf(rows);
  std::string head, body;
  for (const std::string& key : keys) head += Element("th", Escape(ColumnHeading(rows, key)));
  for (const Json& row : rows) {
    std::string cells;
    for (const std::string& key : keys) {
      cells += Element("td", row.contains(key) ? Escape(CellOf(key, row[key])) : "");
    }
    body += Element("tr", cells) + "\n";
  }
  return Element("table", Element("thead", Element("tr", head)) + "\n" + Element("tbody", body));
}

// Plain members first, then each object and table under its own heading.
std::string Object(const Json& object) {
  std::string terms, sections;
  for (const auto& [key, member] : object.items()) {
    if (member.is_object() && !member.empty()) {
      sections += Element("h2", Escape(HeadingOf(key, member))) + "\n" + Object(member);
    } else if (IsTable(member)) {
      sections += Element("h2", Escape(HeadingOf(key, member))) + "\n" + Table(member) + "\n";
    } else {
      terms += Element("dt", Escape(HeadingOf(key, member))) +
               Element("dd", Escape(CellOf(key, member))) + "\n";
    }
  }
  return (terms.empty() ? "" : Element("dl", "\n" + terms) + "\n") + sections;
}

}  // namespace

std::string ReportPage(std::string_view title, const Json& report, std::string_view closing) {
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
         "style-src 'unsafe-inline'\">\n" +
         Element("title", Escape(title)) + "\n" + Element("style", std::string(kStyle)) +
         "\n</head>\n<body>\n" + Element("h1", Escape(title)) + "\n" + Object(report) +
         (closing.empty() ? "" : Element("p", Escape(closing)) + "\n") + "</body>\n</html>\n";
}

}  // namespace whoelse
