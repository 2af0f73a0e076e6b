#include "cli/receipt.h"

#include <sodium.h>

#include "cli/door.h"
#include "cli/print_answer.h"
#include "cli/receipt_text.h"
#include "cli/show_json.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

// Into the file, or to standard output when none is named.
ExitCode PutFile(const std::string& file, const std::string& output, Terminal& terminal) {
  if (output.empty() || output == "-") {
    terminal.out << file;
    return kExitOk;
  }
  const absl::Status written = WriteFileDurably(output, AsBytes(file), 0600);
  return written.ok() ? kExitOk : PrintError(terminal, written);
}

std::string TextIn(const Json& object, const char* key) {
  return object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : "";
}

// What a practitioner looks for, in a terminal's width: how it came about and what becomes of it last.
Json RowForPeople(const Json& row) {
  std::string note = TextIn(row, "state") == "DISPUTED" ? "DISPUTED" : "";
  const auto add = [&](const std::string& words) {
    if (!words.empty()) note += (note.empty() ? "" : ", ") + words;
  };
  if (const std::string as = TextIn(row, "asked_as"); as != "by itself") {
    const std::string of = TextIn(row, "of");
    add(as + (of.empty() ? "" : " of " + of));
  }
  if (row.contains("nothing_came") && row["nothing_came"] == true) add("nothing came back");
  add(TextIn(row, "again"));
  const auto member = [&](const char* key) { return row.contains(key) ? row[key] : Json(); };
  return {{"receipt", member("receipt")},
          {"asked_ms", member("asked_ms")},
          {"purpose", member("purpose")},
          {"case", member("case_reference")},
          {"answered", member("answered").dump() + " of " + member("asked").dump()},
          {"note", note}};
}

Json ForPeople(const Json& list) {
  if (!list.is_object() || !list.contains("receipts")) return list;
  Json rows = Json::array();
  for (const Json& row : list["receipts"]) rows.push_back(RowForPeople(row));
  return {{"receipts", rows}};
}

}  // namespace

ExitCode ListReceipts(const ReceiptListOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  v1::ListReceiptsCall call;
  call.set_limit(options.limit);
  const auto answer = door.ok() ? door->ListReceipts(call) : door.status();
  return PrintAnswer(answer, options.json, terminal, [&](const Json& list) {
    return ListAsText(ForPeople(list), "No question of yours was asked here yet.", terminal.width);
  });
}

ExitCode ShowReceipt(const ReceiptOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  v1::ShowReceiptCall call;
  call.set_number(options.number);
  const auto answer = door.ok() ? door->ShowReceipt(call) : door.status();
  return PrintAnswer(answer, options.json, terminal,
                     [&](const Json& shown) { return ReceiptText(shown, terminal.width); });
}

ExitCode ExportReceipt(const ReceiptOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  v1::ExportReceiptCall call;
  call.set_number(options.number);
  call.set_with_opening(options.with_opening);
  auto file = door.ok() ? door->ExportReceipt(call) : door.status();
  if (!file.ok()) return PrintError(terminal, file.status());
  const ExitCode code = PutFile(*file, options.output, terminal);
  sodium_memzero(file->data(), file->size());   // with an opening it holds the keys to every answer
  if (options.with_opening) {
    terminal.err << "whoelse: warning: this receipt names the child and opens every answer; give it "
                    "only to whom the written authority names\n";
  }
  return code;
}

ExitCode ExportLedger(const ReceiptOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  const auto file = door.ok() ? door->ExportLedger() : door.status();
  return file.ok() ? PutFile(*file, options.output, terminal) : PrintError(terminal, file.status());
}

}  // namespace whoelse
