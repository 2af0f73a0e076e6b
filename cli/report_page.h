// A report as a web page of its own: prints well, needs nothing else, runs nothing.
#ifndef WHOELSE_CLI_REPORT_PAGE_H_
#define WHOELSE_CLI_REPORT_PAGE_H_

#include <string>
#include <string_view>

#include "nlohmann/json.hpp"

namespace whoelse {

// Objects become lists of terms, lists of objects become tables, in the words of cli/show_json.h.
// Whatever stands in `report` is shown as text: parties that are audited wrote some of it.
// `closing`: a last paragraph; empty: none.
std::string ReportPage(std::string_view title, const nlohmann::ordered_json& report,
                       std::string_view closing = "");

}  // namespace whoelse

#endif  // WHOELSE_CLI_REPORT_PAGE_H_
