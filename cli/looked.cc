#include "cli/looked.h"

#include "cli/ask.h"
#include "cli/door.h"
#include "cli/report_page.h"
#include "cli/show_json.h"
#include "node/subject_access.h"
#include "node/words.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

// What the node says of the child, joined to what the ledger seals.
struct Child {
  SubjectAccessCase looked;
  SealedLedger ledger;   // its notes are in `looked`
  bool more_own = false;
};

absl::Status TakeReply(const v1::ChildReply& reply, std::vector<Noted>& own, Child& child) {
  for (const std::string& bytes : reply.own()) {
    absl::StatusOr<Noted> noted = Noted::Decode(AsBytes(bytes));
    if (!noted.ok()) return noted.status();
    own.push_back(*std::move(noted));
  }
  for (const v1::HeldEntry& entry : reply.held()) {
    HeldEntry& held = child.looked.held.emplace_back(HeldEntry{
        .record = entry.record(), .left_out = std::nullopt, .answers = entry.answers(),
        .organisation = entry.organisation(), .service = entry.service(), .since = entry.since(),
        .until = entry.until()});
    if (entry.left_out() > kLeftOutNames.size()) {
      return absl::InternalError("the node and whoelse are of different versions");
    }
    if (entry.left_out() != 0) held.left_out = static_cast<LeftOut>(entry.left_out());
  }
  if (reply.you().size() != PersonRef::kSize) {
    return absl::InternalError("the node and whoelse are of different versions");
  }
  child.looked.prepared_on = reply.today();
  child.looked.reader.agency = reply.agency();
  child.looked.reader.ref = PersonRef(AsBytes(reply.you()).first<PersonRef::kSize>());
  child.more_own = reply.more();
  return absl::OkStatus();
}

absl::StatusOr<Child> Look(const Door& door, const LookedOptions& options, Terminal& terminal) {
  if (options.nhs_number.empty() == (options.record == 0)) {
    return absl::InvalidArgumentError("nhs-number: give the child's number, or one of its records "
                                      "with --record");
  }
  const auto number = NumberFrom(options.nhs_number, terminal);
  if (!number.ok()) return number.status();
  v1::ShowChildCall call;
  call.set_nhs_number(*number);
  call.set_record(options.record);
  const auto reply = door.ShowChild(call);
  if (!reply.ok()) return reply.status();
  Child child;
  std::vector<Noted> own;
  if (const absl::Status taken = TakeReply(*reply, own, child); !taken.ok()) return taken;
  std::vector<RecordId> records;
  for (const HeldEntry& held : child.looked.held) records.push_back(held.record);
  auto ledger = OpenSealedLedger(door, options.keys, 0, [&](const Noted& noted) {
    return IsAbout(noted, records);
  });
  if (!ledger.ok()) return ledger.status();
  if (!number->empty()) child.looked.nhs_number = NhsNumber::Parse(*number)->digits();
  child.looked.reader.names = ledger->names;
  child.looked.looks = LooksOf(std::move(ledger->notes), own);
  child.ledger = *std::move(ledger);
  return child;
}

void Warn(const Child& child, Terminal& terminal) {
  TellOfTheRest(child.ledger, terminal);
  if (child.more_own) {
    terminal.err << "whoelse: this agency asked more often about the child than fits here; "
                    "the newest of its own questions are shown\n";
  }
}

std::string ReportFile(const Json& report, bool as_json) {
  if (as_json) return report.dump(2) + "\n";
  Json shown = report;
  shown.erase("note");
  // A heading with nothing under it would say that there is nothing.
  for (const char* list : {"what_we_hold", "who_asked"}) {
    if (shown[list].empty()) shown.erase(list);
  }
  return ReportPage("What this agency tells of its entries", shown, words::kSomeLeftOut);
}

absl::StatusOr<SubjectAccess> Prepare(const Door& door, const SubjectAccessOptions& options,
                                      Terminal& terminal) {
  const auto child = Look(door, options, terminal);
  if (!child.ok()) return child.status();
  Warn(*child, terminal);
  auto prepared = PrepareSubjectAccess(child->looked,
                                       {options.put_back.begin(), options.put_back.end()});
  if (const auto* error = std::get_if<FieldError>(&prepared)) {
    return absl::InvalidArgumentError(error->field + ": " + error->reason + "; " + error->remedy);
  }
  v1::PrepareReportCall call;
  for (const std::string& reference : options.put_back) call.add_put_back(reference);
  call.set_reason(options.reason);
  const auto noted = door.PrepareReport(call);
  if (!noted.ok()) return noted.status();
  return std::get<SubjectAccess>(std::move(prepared));
}

}  // namespace

ExitCode ShowWhoLooked(const LookedOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  const auto child = door.ok() ? Look(*door, options, terminal) : door.status();
  if (!child.ok()) return PrintError(terminal, child.status());
  Json looks = Json::array();
  for (const Noted& noted : child->looked.looks) {
    looks.push_back(LookJson(noted, child->looked.reader));
  }
  Warn(*child, terminal);
  if (options.json) {
    terminal.out << Json{{"looks", looks},
                         {"complete_until_ms", child->ledger.complete_until_ms},
                         {"sealed_to_another_key", child->ledger.other_key}}.dump(2)
                 << "\n";
    return kExitOk;
  }
  if (looks.empty()) terminal.out << "Nobody asked about this child here.\n";
  for (const Json& look : looks) terminal.out << JsonAsText(look, terminal.width) << "\n";
  return kExitOk;
}

ExitCode PrepareSubjectAccessReport(const SubjectAccessOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  const auto prepared = door.ok() ? Prepare(*door, options, terminal) : door.status();
  if (!prepared.ok()) return PrintError(terminal, prepared.status());
  const absl::Status written = WriteFileDurably(
      options.output, AsBytes(ReportFile(prepared->report, options.as_json)), 0600);
  if (!written.ok()) return PrintError(terminal, written);
  if (options.json) {
    terminal.out << Json{{"report", options.output}, {"left_out", prepared->left_out}}.dump(2) << "\n";
  } else if (prepared->left_out.empty()) {
    terminal.out << "Nothing was left out. Read it before you send it.\n";
  } else {
    terminal.out << "Left out of it; nothing in the report says so:\n"
                 << JsonAsText(prepared->left_out, terminal.width);
  }
  return kExitOk;
}

}  // namespace whoelse
