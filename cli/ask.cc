#include "cli/ask.h"

#include "cli/door.h"
#include "cli/show_json.h"
#include "node/report.h"
#include "node/words.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

v1::NodeAskCall CallOf(const AskOptions& options, const std::string& number) {
  v1::NodeAskCall call;
  call.set_nhs_number(number);
  call.set_upn(options.upn);
  call.set_born(options.born);
  call.set_purpose(options.purpose);
  call.set_case_reference(options.case_reference);
  call.set_role(options.role);
  call.set_reason(options.reason);
  call.set_shield_notice(options.shield_notice);
  call.set_does_not_know_them(options.does_not_know_them);
  call.set_request_approval(options.request_approval);
  call.set_approval(options.approval);
  call.set_power(options.power);
  call.set_article6(options.article6);
  call.set_article9(options.article9);
  call.set_contact_was_wrong(options.contact_was_wrong);
  call.set_organisation(options.organisation);
  return call;
}

// What a notice did. It says nothing about who holds the child: no agency does.
std::string NoticeAsText(const Json& report) {
  std::string out = "Shield notice sent. " + std::to_string(report["answered"].get<size_t>()) +
                    " of " + std::to_string(report["asked"].get<size_t>()) +
                    " agencies took it.\nEach that holds this child now discloses nothing about it, "
                    "and its lead officer is told.\n";
  for (const Json& agency : report["agencies"]) {
    if (agency["status"] != "no_answer") continue;
    out += "\n  " + agency["name"].get<std::string>() + ": " +
           std::string(words::kNoAnswer) + ". Ring it, or send the notice again";
    for (const Json& line : agency["lines"]) {
      out += (line["kind"] == "duty" ? ": duty line " : ", out of hours ") +
             line["phone"].get<std::string>();
    }
    out += ".\n";
  }
  return out + "\nReceipt " + report["receipt"].get<std::string>() + "\n";
}

// Nothing was sent: a second person has been asked.
bool IsToApprove(const Json& report) {
  return report.is_object() && report.contains("approval_item") &&
         report["approval_item"].is_string();
}

std::string ToApproveAsText(const std::string& item) {
  return "Nothing was sent yet: it waits for a second person.\nHave somebody decide with: whoelse "
         "inbox approve " + item + "\nThen, within 24 hours, the same command again with: --approval " +
         item + "\n";
}

// The members that this file reads; a node of another version may not have them.
bool IsReport(const Json& report) {
  return report.is_object() && report.contains("all_answered") &&
         report["all_answered"].is_boolean() && report.contains("agencies");
}

ExitCode Fail(const absl::Status& status, Terminal& terminal) {
  const ExitCode code = PrintError(terminal, status);
  if (absl::IsInvalidArgument(status)) terminal.err << "Nothing was sent.\n";
  return code;
}

}  // namespace

std::string AnswerAsText(const Json& report, bool shield_notice, size_t width) {
  return shield_notice ? NoticeAsText(report) : ReportAsText(report, width);
}

absl::StatusOr<std::string> NumberFrom(const std::string& given, Terminal& terminal) {
  if (given == "-") return ReadHiddenLine(terminal, "NHS number");
  if (!given.empty()) {
    terminal.err << "whoelse: warning: a number on the command line can be read by every user of "
                    "this machine and stays in the shell's history; write --nhs-number - and give "
                    "it on standard input\n";
  }
  return given;
}

ExitCode Ask(const AskOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  if (!door.ok()) return Fail(door.status(), terminal);
  const auto number = NumberFrom(options.nhs_number, terminal);
  if (!number.ok()) return Fail(number.status(), terminal);
  if (terminal.draws && !options.json) terminal.err << words::kLogged << "\n";

  absl::StatusOr<std::string> answer;
  {
    ProgressBar bar(terminal, "Agencies answered");
    answer = door->Ask(CallOf(options, *number),
                       [&](uint64_t done, uint64_t total) { bar.Show(done, total); });
  }
  if (!answer.ok()) return Fail(answer.status(), terminal);
  const auto report = ParseNodeJson(*answer);
  if (!report.ok()) return Fail(report.status(), terminal);
  if (IsToApprove(*report)) {
    const std::string item = (*report)["approval_item"].get<std::string>();
    terminal.out << (options.json ? *answer + "\n" : ToApproveAsText(item));
    return kExitToApprove;
  }
  if (!IsReport(*report)) {
    return Fail(absl::InternalError("the node's answer is not a report: node and whoelse are of "
                                    "different versions"), terminal);
  }
  if (options.json) {
    terminal.out << *answer << "\n";
  } else {
    terminal.out << AnswerAsText(*report, options.shield_notice, terminal.width);
  }
  return (*report)["all_answered"].get<bool>() ? kExitOk : kExitUnanswered;
}

}  // namespace whoelse
