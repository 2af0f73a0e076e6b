// `whoelse receipt list`, `show` and `export`, and `whoelse ledger export`: what a node hands to an
// auditor.
#ifndef WHOELSE_CLI_RECEIPT_H_
#define WHOELSE_CLI_RECEIPT_H_

#include <cstdint>
#include <string>

#include "cli/exit_code.h"
#include "cli/terminal.h"

namespace whoelse {

struct ReceiptListOptions {
  std::string door;
  uint32_t limit = 100;
  bool json = false;
};
ExitCode ListReceipts(const ReceiptListOptions& options, Terminal& terminal);

struct ReceiptOptions {
  std::string door;
  std::string number;
  std::string output;          // empty: standard output; a file is replaced as a whole, mode 0600
  bool with_opening = false;
  bool json = false;
};
ExitCode ShowReceipt(const ReceiptOptions& options, Terminal& terminal);
ExitCode ExportReceipt(const ReceiptOptions& options, Terminal& terminal);
ExitCode ExportLedger(const ReceiptOptions& options, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_RECEIPT_H_
