// A receipt's report in sentences, for whoever asked and for auditors.
#ifndef WHOELSE_CLI_RECEIPT_TEXT_H_
#define WHOELSE_CLI_RECEIPT_TEXT_H_

#include <cstddef>
#include <string>

#include "nlohmann/json.hpp"

namespace whoelse {

// `report`: of ReceiptReportOf (node/report_receipt.h). What a node of another version wrote
// differently is shown as JsonAsText shows it.
std::string ReceiptText(const nlohmann::ordered_json& report, size_t width);

}  // namespace whoelse

#endif  // WHOELSE_CLI_RECEIPT_TEXT_H_
