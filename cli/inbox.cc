#include "cli/inbox.h"

#include "cli/ask.h"
#include "cli/door.h"
#include "cli/print_answer.h"
#include "cli/show_json.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

Json ListIn(const Json& object, const char* key) {
  return object.is_object() && object.contains(key) && object[key].is_array() ? object[key]
                                                                              : Json::array();
}

std::string TextIn(const Json& object, const char* key, const char* otherwise) {
  const bool there = object.is_object() && object.contains(key) && object[key].is_string();
  return there ? object[key].get<std::string>() : otherwise;
}

// Which decision on the item takes two people.
std::string CommandOfTwo(const Json& item) {
  for (const Json& choice : ListIn(item, "choices")) {
    const bool two = choice.is_object() && choice.contains("needs_two_people") &&
                     choice["needs_two_people"] == Json(true);
    if (two) return TextIn(choice, "command", "refuse");
  }
  return "refuse";
}

}  // namespace

ExitCode ListInbox(const InboxOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  v1::ListItemsCall call;
  call.set_done(options.done);
  call.set_limit(options.limit);
  const auto answer = door.ok() ? door->ListItems(call) : door.status();
  return PrintAnswer(answer, options.json, terminal, [&](const Json& inbox) {
    for (const Json& notice : ListIn(inbox, "notices")) {
      if (notice.is_string()) terminal.err << "whoelse: " << notice.get<std::string>() << "\n";
    }
    const Json items = ListIn(inbox, "items");
    if (items.empty()) {
      return std::string(options.done ? "Nothing was decided yet.\n" : "The inbox is empty.\n");
    }
    const bool more = inbox.contains("more") && inbox["more"] == Json(true);
    return JsonAsText(items, terminal.width) + (more ? "There are more: --limit\n" : "");
  });
}

ExitCode ShowInboxItem(const InboxOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  v1::ShowItemCall call;
  call.set_id(options.id);
  const auto answer = door.ok() ? door->ShowItem(call) : door.status();
  return PrintAnswer(answer, options.json, terminal);
}

ExitCode DecideInboxItem(const std::string& verb, const InboxOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  v1::DecideItemCall call;
  call.set_id(options.id);
  call.set_verb(verb);
  call.set_outcome(options.outcome);
  call.set_reason(options.reason);
  const auto answer = door.ok() ? door->DecideItem(call) : door.status();
  return PrintAnswer(answer, options.json, terminal, [&](const Json& item) {
    const Json state = item.is_object() && item.contains("state") ? item["state"] : Json();
    return options.id + ": " + (state.is_string() ? state.get<std::string>() : "done") + "\n";
  });
}

ExitCode ProposeLift(const LiftOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  if (!door.ok()) return PrintError(terminal, door.status());
  const auto number = NumberFrom(options.nhs_number, terminal);
  if (!number.ok()) return PrintError(terminal, number.status());
  v1::ProposeLiftCall call;
  call.set_nhs_number(*number);
  call.set_record(options.record);
  call.set_what(options.what);
  call.set_reason(options.reason);
  return PrintAnswer(door->ProposeLift(call), options.json, terminal, [](const Json& item) {
    return "Nothing has changed yet. A second lead officer decides: whoelse inbox " +
           CommandOfTwo(item) + " " + TextIn(item, "id", "ID") + " --reason WHY\n";
  });
}

ExitCode CountInbox(const InboxOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  const auto answer = door.ok() ? door->CountItems() : door.status();
  return PrintAnswer(answer, options.json, terminal, [&](const Json& counts) {
    const Json rows = ListIn(counts, "counts");
    return rows.empty() ? std::string("Nothing to count yet.\n") : JsonAsText(rows, terminal.width);
  });
}

}  // namespace whoelse
