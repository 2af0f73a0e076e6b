#include "cli/demo_federation.h"

#include <algorithm>

#include "cli/door.h"
#include "cli/exit_code.h"
#include "cli/federation_sign.h"
#include "cli/key_file.h"
#include "cli/show_json.h"
#include "rpc/clock.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(60);   // for one step
constexpr milliseconds kPoll(50);
constexpr uint64_t kMinFreeMb = 64;

std::string LogOf(const std::string& name) { return "logs/" + name + ".log"; }
std::string ExportOf(const DemoAgency& agency) {
  return "exports/" + agency.options.slug + "/" + agency.export_file;
}

// What the node says of itself; null while it does not listen.
Json StatusOf(const std::string& slug) {
  const auto door = Door::Open(DemoFederation::DoorOf(slug));
  const auto status = door.ok() ? door->Status() : door.status();
  const auto json = status.ok() ? ParseNodeJson(*status) : status.status();
  return json.ok() ? *json : Json(nullptr);
}

// What the node says that this receipt proves so far; null when it does not say.
Json ReceiptOf(const std::string& slug, const std::string& number) {
  const auto door = Door::Open(DemoFederation::DoorOf(slug));
  v1::ShowReceiptCall call;
  call.set_number(number);
  const auto shown = door.ok() ? door->ShowReceipt(call) : door.status();
  const auto json = shown.ok() ? ParseNodeJson(*shown) : shown.status();
  return json.ok() ? *json : Json(nullptr);
}

// Attached to every coordinator, and with every record it holds enrolled under every key version.
bool IsReady(const Json& status) {
  if (!status.is_object() || !status.value("imported", false)) return false;
  const Json versions = status.value("key_versions", Json::array());
  const Json coordinators = status.value("coordinators", Json::array());
  return !versions.empty() && !coordinators.empty() &&
         std::ranges::all_of(versions, [](const Json& version) {
           return version.value("complete", false) && version.value("pending", 1u) == 0;
         }) &&
         std::ranges::all_of(coordinators, [](const Json& coordinator) {
           return coordinator.value("attached", false);
         });
}

}  // namespace

std::vector<std::string> DemoFederation::LogUrls() const {
  std::vector<std::string> urls;
  for (size_t i = area_.coordinators.size(); i < ports_.size(); ++i) {
    urls.push_back("https://127.0.0.1:" + std::to_string(ports_[i]));
  }
  return urls;
}

std::string DemoFederation::DoorOf(const std::string& slug) {
  return "agencies/" + slug + "/run/door";
}

absl::Status DemoFederation::WriteExport(const DemoAgency& agency) {
  const absl::Status made = MakeDirectory("exports/" + agency.options.slug);
  return made.ok() ? WriteFileDurably(ExportOf(agency), AsBytes(agency.csv), 0600) : made;
}

absl::Status DemoFederation::Build() {
  SystemRandom random;
  const TimeS now = SystemClock().NowS();
  InitOptions init;
  init.name = area_.name;
  init.parameters.roster_delay_h = 0;   // a demo cannot wait two days
  if (const absl::Status s = InitFederation(".", init, random); !s.ok()) return s;
  const size_t coordinators = area_.coordinators.size();
  auto ports = FreePorts(2 * coordinators);
  if (!ports.ok()) return ports.status();
  ports_ = *std::move(ports);
  for (size_t i = 0; i < coordinators; ++i) {
    CoordinatorOptions options;
    options.name = area_.coordinators[i];
    options.endpoint = "127.0.0.1:" + std::to_string(ports_[i]);
    options.min_free_mb = kMinFreeMb;
    options.log_listen = "127.0.0.1:" + std::to_string(ports_[coordinators + i]);
    options.log_export = "../../logs/" + SlugOf(options.name);
    const auto added = AddCoordinator(".", options, now, random);
    if (!added.ok()) return added.status();
  }
  for (const DemoAgency& agency : area_.agencies) {
    AgencyOptions options = agency.options;
    options.lead_user = ThisUser();
    const auto added = AddAgency(".", options, now, random);
    if (!added.ok()) return added.status();
    if (const absl::Status s = WriteExport(agency); !s.ok()) return s;
  }
  AuditorOptions auditor;
  auditor.name = area_.auditor;
  if (const auto added = AddAuditor(".", auditor, now); !added.ok()) return added.status();
  const auto done = SignFederation(".", {}, now, random);
  if (!done.ok()) return done.status();
  for (const char* directory : {"logs", "receipts"}) {
    if (const absl::Status made = MakeDirectory(directory); !made.ok()) return made;
  }
  return absl::OkStatus();
}

absl::Status DemoFederation::Await(const std::string& what, const Condition& met) {
  const auto deadline = steady_clock::now() + kPatience;
  while (!met()) {
    if (interrupts_.Came(kPoll)) return absl::CancelledError("interrupted");
    if (const auto dead = processes_.Dead()) {
      return absl::UnavailableError(*dead + " ended by itself: see " + LogOf(*dead));
    }
    if (steady_clock::now() > deadline) {
      return absl::DeadlineExceededError(what + " took more than a minute: see logs/");
    }
  }
  return absl::OkStatus();
}

absl::Status DemoFederation::Start() {
  for (const std::string& name : area_.coordinators) {
    const std::string slug = SlugOf(name);
    const absl::Status started = processes_.Start(
        slug, {programs_ + "/whoelse-coordinator", "--config",
               "coordinators/" + slug + "/coordinator.toml"}, LogOf(slug));
    if (!started.ok()) return started;
  }
  // Nodes that find nobody wait longer before each further attempt.
  const absl::Status listening = Await("starting the coordinators", [this] {
    return std::ranges::all_of(ports_, Listens);
  });
  if (!listening.ok()) return listening;
  for (const DemoAgency& agency : area_.agencies) {
    const std::string& slug = agency.options.slug;
    const absl::Status started = processes_.Start(
        slug, {programs_ + "/whoelse-node", "--config", "agencies/" + slug + "/node.toml"},
        LogOf(slug));
    if (!started.ok()) return started;
  }
  for (const DemoAgency& agency : area_.agencies) {
    const std::string& slug = agency.options.slug;
    const absl::Status open = Await("starting the node of " + slug,
                                    [&] { return !StatusOf(slug).is_null(); });
    if (!open.ok()) return open;
  }
  return absl::OkStatus();
}

absl::Status DemoFederation::Import() {
  for (const DemoAgency& agency : area_.agencies) {
    const std::string& slug = agency.options.slug;
    const auto done = processes_.Run({programs_ + "/whoelse", "records", "import",
                                      ExportOf(agency), "--door", DoorOf(slug)}, "");
    if (!done.ok()) return done.status();
    if (done->exit_code != kExitOk) {
      return absl::InternalError("importing the export of " + slug + " failed: " + done->err);
    }
  }
  return absl::OkStatus();
}

absl::Status DemoFederation::AwaitEnrolled() {
  for (const DemoAgency& agency : area_.agencies) {
    const std::string& slug = agency.options.slug;
    const absl::Status ready = Await("enrolling the records of " + slug,
                                     [&] { return IsReady(StatusOf(slug)); });
    if (!ready.ok()) return ready;
  }
  return absl::OkStatus();
}

std::vector<std::string> DemoFederation::ArgumentsFor(const DemoQuestion& question,
                                                      const std::string& door) const {
  std::vector<std::string> arguments = {question.shield_notice ? "shield" : "ask",
                                        "--door", door, "--nhs-number", "-", "--born",
                                        question.born, "--i-do-not-know-them"};
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) arguments.insert(arguments.end(), {option, value});
  };
  add("--purpose", question.purpose);
  add("--case", question.case_reference);
  add("--role", question.role);
  return arguments;
}

absl::StatusOr<Json> DemoFederation::Ask(const DemoQuestion& question) {
  std::vector<std::string> command = {programs_ + "/whoelse"};
  const auto arguments = ArgumentsFor(question, DoorOf(question.agency));
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.push_back("--json");
  const auto done = processes_.Run(command, question.nhs_number + "\n");
  if (!done.ok()) return done.status();
  if (done->exit_code != kExitOk && done->exit_code != kExitUnanswered) {
    return absl::InternalError("asking failed with exit code " + std::to_string(done->exit_code) +
                               ": " + done->err);
  }
  return ParseNodeJson(done->out);
}

absl::Status DemoFederation::KeepReceipt(const std::string& slug, const std::string& number) {
  const absl::Status complete = Await("completing the receipt " + number, [&] {
    const Json receipt = ReceiptOf(slug, number);
    return receipt.is_object() && receipt.value("state", "") == "COMPLETE";
  });
  if (!complete.ok()) return complete;
  const auto done = processes_.Run({programs_ + "/whoelse", "receipt", "export", number, "-o",
                                    "receipts/" + number + ".receipt", "--door", DoorOf(slug)}, "");
  if (!done.ok()) return done.status();
  if (done->exit_code == kExitOk) return absl::OkStatus();
  return absl::InternalError("exporting the receipt " + number + " failed: " + done->err);
}

std::string DemoFederation::CommandFor(const DemoQuestion& question,
                                       const std::string& home) const {
  std::string line = "echo " + question.nhs_number + " | " + programs_ + "/whoelse";
  for (const std::string& word : ArgumentsFor(question, home + "/" + DoorOf(question.agency))) {
    line += word.find(' ') == std::string::npos ? " " + word : " '" + word + "'";
  }
  return line;
}

}  // namespace whoelse
