#include <string>
#include <vector>

#include "node/report.h"
#include "node/words.h"
#include "nlohmann/json.hpp"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

// Breaks at spaces; `indent` before every line.
std::string Wrap(std::string_view text, size_t width, std::string_view indent) {
  std::string out;
  std::string line(indent);
  while (!text.empty()) {
    const size_t space = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(std::min(space + 1, text.size()));
    if (line.size() > indent.size() && line.size() + 1 + word.size() > width) {
      out += line + "\n";
      line = indent;
    }
    if (line.size() > indent.size()) line += ' ';
    line += word;
  }
  return out + line + "\n";
}

std::string Text(const Json& value) { return value.is_string() ? value.get<std::string>() : ""; }

void Join(std::string& out, const std::string& part, std::string_view separator = ", ") {
  if (part.empty()) return;
  if (!out.empty()) out += separator;
  out += part;
}

std::string Lines(const Json& agency) {
  std::string out;
  for (const Json& line : agency["lines"]) {
    std::string one = line["kind"] == "duty" ? "duty line " : "out of hours ";
    one += Text(line["phone"]) + " (" + Text(line["hours"]);
    if (line["open_now"].is_boolean()) {
      one += line["open_now"].get<bool>() ? "; open now" : "; closed now";
    }
    Join(out, one + ")");
  }
  return out;
}

std::string Involvement(const Json& entry, size_t width) {
  std::string who, where, how, marks;
  const bool contact = entry["kind"] == "contact";
  Join(who, Text(entry["name"]));
  Join(who, Text(entry["role"]));
  Join(where, Text(entry["service"]));
  Join(where, Text(entry["team"]));
  Join(where, Text(entry["organisation"]));
  Join(how, Text(entry["phone"]));
  Join(how, Text(entry["email"]));
  if (!Text(entry["since"]).empty()) Join(marks, "since " + Text(entry["since"]));
  if (!Text(entry["verified_on"]).empty()) Join(marks, "verified " + Text(entry["verified_on"]));
  if (entry["stale"].get<bool>()) Join(marks, std::string(words::kStale));
  if (entry["ended"].get<bool>()) Join(marks, "ended");
  if (entry["about_parent_or_carer"].get<bool>()) Join(marks, "about a parent or carer");
  if (entry["superseded_number"].get<bool>()) Join(marks, "held under a superseded number");
  if (entry["assessment_exists"].get<bool>()) Join(marks, "an assessment exists");
  if (entry["birth_date_differs"].get<bool>()) Join(marks, std::string(words::kBirthDateDiffers));
  std::string title = contact ? who : std::string(words::kDutyLineGiven);
  if (entry["lead_professional"].get<bool>()) title += "  [lead professional]";
  std::string out = Wrap(title, width, "    ");
  for (const std::string* part : {&where, &how, &marks}) {
    if (!part->empty()) out += Wrap(*part, width, "      ");
  }
  return out;
}

std::string Lead(const Json& lead, size_t width) {
  if (lead["state"] == "none_disclosed") return Wrap(words::kLeadNone, width, "");
  const auto who = [](const Json& one) {
    std::string out;
    for (const char* part : {"name", "role"}) Join(out, Text(one[part]));
    // Of a hub: which of its organisations says so.
    if (one["organisation"] != one["agency_name"]) Join(out, Text(one["organisation"]));
    for (const char* part : {"agency_name", "phone"}) Join(out, Text(one[part]));
    return out;
  };
  if (lead["state"] == "conflict") {
    std::string out = Wrap(words::kLeadConflict, width, "");
    for (const Json& one : lead["named"]) out += Wrap(who(one), width, "    ");
    return out;
  }
  return Wrap("Lead professional: " + who(lead), width, "");
}

std::string Agency(const Json& agency, size_t width) {
  const std::string status = Text(agency["status"]);
  const auto head = [&](std::string_view what) {
    return "\n" + Wrap(Text(agency["name"]) + ": " + std::string(what), width, "  ");
  };
  std::string out;
  if (status == "disclosed") {
    bool contact = false;
    for (const Json& entry : agency["involvements"]) {
      contact = contact || entry["kind"] == "contact";
    }
    out = head(contact ? words::kContactGiven : words::kDutyLineGiven);
    for (const Json& entry : agency["involvements"]) out += Involvement(entry, width);
    if (agency.value("more", false)) out += Wrap(words::kMore, width, "    ");
  } else if (status == "no_answer") {
    out = head(words::kNoAnswer);
    out += Wrap(std::string(words::kUnderNoAnswerBefore) + Text(agency["reason"]) +
                    std::string(words::kUnderNoAnswerAfter), width, "    ");
  } else {
    const std::string dated = agency["as_of"].is_null()
                                  ? std::string(words::kNotDated)
                                  : std::string(words::kAsOf) + Text(agency["as_of"]);
    out = head(std::string(words::kNothingDisclosed) + " (" + dated + ")");
    out += Wrap(words::kUnderNothingDisclosed, width, "    ");
  }
  return out + Wrap(Lines(agency), width, "    ");
}

}  // namespace

std::string ReportAsText(const Json& report, size_t width) {
  const auto number = [&](const char* key) { return std::to_string(report[key].get<size_t>()); };
  std::string head = number("answered") + " of " + number("asked") + " agencies answered. " +
                     number("contacts") + " gave a contact.";
  for (const Json& notice : report["notices"]) head += " " + Text(notice);
  std::string out = Wrap(head, width, "") + "\n" + Lead(report["lead_professional"], width);
  for (const Json& agency : report["agencies"]) out += Agency(agency, width);
  return out + "\nReceipt " + Text(report["receipt"]) + " (" + Text(report["receipt_state"]) + ")\n";
}

}  // namespace whoelse
