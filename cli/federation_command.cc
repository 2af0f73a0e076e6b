#include "cli/federation_command.h"

#include <memory>

#include "cli/federation_certificate.h"
#include "cli/federation_join.h"
#include "cli/federation_log_key.h"
#include "cli/federation_show.h"
#include "cli/federation_sign.h"
#include "rpc/clock.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

constexpr size_t kServicesMax = 1 << 20;

ExitCode Fail(const absl::Status& status, Terminal& terminal) {
  const ExitCode code = PrintError(terminal, status);
  if (absl::IsInvalidArgument(status)) terminal.err << "Nothing was changed.\n";
  return code;
}

TimeS Now() { return SystemClock().NowS(); }

CLI::App* WithExample(CLI::App& app, const char* name, const char* what, const char* example) {
  return Subcommand(app, name, what, std::string("Example:\n  ") + example);
}

void AddJsonFlag(CLI::App& command, bool& json) {
  command.add_flag("--json", json, "What was done, as JSON");
}

ExitCode PrintJson(const nlohmann::ordered_json& value, Terminal& terminal) {
  terminal.out << value.dump(1) << "\n";
  return kExitOk;
}

void AddInit(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  struct Options {
    std::string dir;
    InitOptions init;
    bool json = false;
  };
  CLI::App* const command =
      WithExample(app, "init", "Start a federation: its root keys and its draft.",
                 "whoelse federation init northbridge --name \"Northbridge\" --threshold 2");
  const auto options = std::make_shared<Options>();
  InitOptions& init = options->init;
  RosterParameters& parameters = init.parameters;
  command->add_option("DIR", options->dir, "A directory for it")->required();
  command->add_option("--name", init.name, "The federation's name")->required();
  command->add_option("--roots", init.roots, "Root keys to make")->capture_default_str();
  command->add_option("--needed", init.needed, "Of which so many sign a roster")
      ->capture_default_str();
  command->add_option("--threshold", init.threshold,
                      "Coordinators that it takes to evaluate a question")->capture_default_str();
  command->add_option("--valid-days", init.valid_days, "How long a roster is valid")
      ->check(CLI::Range(1, 90))->capture_default_str();
  command->add_option("--bulk-hours", init.bulk_hours,
                      "How long a new agency may enrol in bulk")
      ->check(CLI::Range(1, 2160))->capture_default_str();
  command->add_option("--slot-ms", parameters.slot_ms, "Length of an answering slot")
      ->check(CLI::Range(1, 60'000))->capture_default_str();
  command->add_option("--slot-frames", parameters.slot_frames, "Questions a slot")
      ->check(CLI::Range(1, 65'535))->capture_default_str();
  command->add_option("--deadline-ms", parameters.deadline_ms, "When a relay stops collecting")
      ->check(CLI::Range(1, 120'000))->capture_default_str();
  command->add_option("--checkpoint-ms", parameters.checkpoint_ms, "A checkpoint at most so long "
                      "after a leaf")->check(CLI::Range(1, 10'000))->capture_default_str();
  command->add_option("--enrol-interval-s", parameters.enrol_interval_s, "Between two enrolments")
      ->check(CLI::Range(1, 86'400))->capture_default_str();
  command->add_option("--roster-delay-h", parameters.roster_delay_h,
                      "How long a new roster is public before it rules")
      ->check(CLI::Range(0, 720))->capture_default_str();
  AddJsonFlag(*command, options->json);
  command->callback([options, &terminal, &chosen] {
    chosen = [options, &terminal] {
      SystemRandom random;
      const absl::Status done = InitFederation(options->dir, options->init, random);
      if (!done.ok()) return Fail(done, terminal);
      if (options->json) return PrintJson({{"folder", options->dir}}, terminal);
      terminal.out << "Started " << options->init.name << " in " << options->dir
                   << ". The root keys are in " << options->dir
                   << "/roots: in earnest each belongs with another person, offline.\n";
      return kExitOk;
    };
  });
}

void AddCoordinatorCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  struct Options {
    std::string dir;
    CoordinatorOptions coordinator;
    bool json = false;
  };
  CLI::App* const command = WithExample(
      app, "add-coordinator", "Take a coordinator in: keys, certificate, configuration.",
      "whoelse federation add-coordinator northbridge \"County Council\" "
      "--endpoint coordinator.council.example:7443");
  const auto options = std::make_shared<Options>();
  CoordinatorOptions& coordinator = options->coordinator;
  command->add_option("DIR", options->dir, "The federation's directory")->required();
  command->add_option("NAME", coordinator.name, "Who runs it")->required();
  command->add_option("--endpoint", coordinator.endpoint, "host:port that nodes dial")->required();
  command->add_option("--listen", coordinator.listen,
                      "host:port to listen on (default: the endpoint on this machine, else its port "
                      "on all addresses)");
  command->add_option("--log-listen", coordinator.log_listen,
                      "host:port at which anybody reads its log over HTTPS (default: nowhere)");
  command->add_option("--log-export", coordinator.log_export,
                      "Folder in which it keeps its log as files (default: none)");
  command->add_option("--min-free-mb", coordinator.min_free_mb,
                      "Below so much free disk it accepts nothing")->capture_default_str();
  command->add_option("--certificate-days", coordinator.certificate_days,
                      "Validity of its certificate, in days")->capture_default_str();
  AddJsonFlag(*command, options->json);
  command->callback([options, &terminal, &chosen] {
    chosen = [options, &terminal] {
      SystemRandom random;
      const auto home = AddCoordinator(options->dir, options->coordinator, Now(), random);
      if (!home.ok()) return Fail(home.status(), terminal);
      if (options->json) return PrintJson({{"folder", *home}}, terminal);
      terminal.out << "Made " << *home << ". Its master key is in " << options->dir
                   << "/master: in earnest it belongs on another disk than the rest. It is part of "
                      "the federation from the next `sign`.\n";
      return kExitOk;
    };
  });
}

struct AgencyInput {
  std::string dir;
  std::string services_file;
  std::string s16la = "yes";
  AgencyOptions agency;
  bool json = false;
};

void AddAgencyOptions(CLI::App& command, AgencyInput& input) {
  AgencyOptions& agency = input.agency;
  command.add_option("DIR", input.dir, "The federation's directory")->required();
  command.add_option("NAME", agency.name, "The agency's name, as practitioners read it")->required();
  command.add_option("--kind", agency.kind,
                     "What it is; social-care, police and youth-justice may ask for more purposes")
      ->required();
  command.add_option("--area", agency.area, "Its area")->required();
  command.add_option("--organisation", agency.organisation, "Its ODS code or URN")->required();
  command.add_option("--ask", agency.ask, "Purposes that it may ask for, separated by commas")
      ->delimiter(',');
  command.add_option("--register-size", agency.register_size, "About how many records it holds")
      ->required();
  command.add_option("--duty", agency.duty.number, "Its duty line")->required();
  command.add_option("--duty-hours", agency.duty.hours, "When it is staffed")->required();
  command.add_option("--duty-tested", agency.duty.tested, "When somebody last rang it (today)");
  command.add_option("--out-of-hours", agency.out_of_hours.number, "Its line out of hours")
      ->required();
  command.add_option("--out-of-hours-hours", agency.out_of_hours.hours, "When that is staffed")
      ->default_val("at all other times");
  command.add_option("--out-of-hours-tested", agency.out_of_hours.tested,
                     "When somebody last rang it (today)");
  command.add_option("--s16la", input.s16la, "Is it under the duty of Children Act 2004 s16LA?")
      ->check(CLI::IsMember({"yes", "no"}))->capture_default_str();
  command.add_option("--lead-user", agency.lead_user,
                     "User of the node's machine who may ask in every role, is its first lead "
                     "officer and keeps its records")
      ->default_val(ThisUser());
  command.add_option("--policy-adopted-by", agency.policy_adopted_by,
                     "Who adopts the given default as its disclosure policy, for a year from today "
                     "(default: nobody yet, and its node discloses one step less)");
  command.add_option("--policy-dpia", agency.policy_dpia,
                     "The data protection impact assessment behind that");
  command.add_option("--source", agency.source, "Name of the system it exports from");
  command.add_option("--services", input.services_file,
                     "File with a line for each service: Family help = targeted");
  command.add_option("--ask-per-day", agency.ask_per_day, "Cap (default: by register size)");
  command.add_option("--slug", agency.slug, "Name of its folder (default: from its name)");
  command.add_option("--certificate-days", agency.certificate_days,
                     "Validity of its certificate, in days")->capture_default_str();
  command.add_flag("--witness", agency.witness,
                   "Its node is a witness: it cosigns the logs that it has verified");
  AddJsonFlag(command, input.json);
}

ExitCode RunAddAgency(AgencyInput& input, Terminal& terminal) {
  input.agency.s16la = input.s16la == "yes";
  if (!input.services_file.empty()) {
    const auto text = ReadWholeFile(input.services_file, kServicesMax);
    if (!text.ok()) return Fail(text.status(), terminal);
    auto services = ParseServices(AsText(*text));
    if (!services.ok()) return Fail(services.status(), terminal);
    input.agency.services = *std::move(services);
  }
  SystemRandom random;
  const auto home = AddAgency(input.dir, input.agency, Now(), random);
  if (!home.ok()) return Fail(home.status(), terminal);
  if (input.json) {
    PrintJson({{"folder", *home}}, terminal);
  } else {
    terminal.out << "Made " << *home << ". Its master key is in " << input.dir
                 << "/master and its lead officer's key in " << input.dir
                 << "/lead: in earnest both belong elsewhere. It is part of the federation from the "
                    "next `sign`.\n";
  }
  if (input.agency.services.empty()) {
    terminal.err << "whoelse: warning: no services given (--services): every service that its "
                    "exports name counts as sensitive\n";
  }
  return kExitOk;
}

void AddAgencyCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = WithExample(
      app, "add-agency", "Take an agency in: keys, certificate, its node's configuration.",
      "whoelse federation add-agency northbridge \"Hilltop School\" --kind school \\\n"
      "    --area Northbridge --organisation 100123 --ask coordination,early-help,concern,emergency "
      "\\\n    --register-size 900 --duty \"01632 960001\" --duty-hours \"Mon-Fri 08:30-17:00\" \\\n"
      "    --out-of-hours \"01632 960002\" --services services.txt");
  const auto input = std::make_shared<AgencyInput>();
  AddAgencyOptions(*command, *input);
  command->callback([input, &terminal, &chosen] {
    chosen = [input, &terminal] { return RunAddAgency(*input, terminal); };
  });
}

void AddAuditorCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  struct Options {
    std::string dir;
    AuditorOptions auditor;
    bool json = false;
  };
  CLI::App* const command =
      WithExample(app, "add-auditor", "Take an auditor in: key and certificate.",
                 "whoelse federation add-auditor northbridge \"Area Auditor\"");
  const auto options = std::make_shared<Options>();
  command->add_option("DIR", options->dir, "The federation's directory")->required();
  command->add_option("NAME", options->auditor.name, "Who it is")->required();
  command->add_option("--evaluate-per-day", options->auditor.evaluate_per_day,
                      "How many subjects it may evaluate in a day")->capture_default_str();
  command->add_option("--certificate-days", options->auditor.certificate_days,
                      "Validity of its certificate, in days")->capture_default_str();
  AddJsonFlag(*command, options->json);
  command->callback([options, &terminal, &chosen] {
    chosen = [options, &terminal] {
      const auto home = AddAuditor(options->dir, options->auditor, Now());
      if (!home.ok()) return Fail(home.status(), terminal);
      if (options->json) return PrintJson({{"folder", *home}}, terminal);
      terminal.out << "Made " << *home << ". It is part of the federation from the next `sign`.\n";
      return kExitOk;
    };
  });
}

void AddRemoveCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  struct Options {
    std::string dir, slug;
    bool json = false;
  };
  CLI::App* const command =
      WithExample(app, "remove-agency", "Take an agency out of the next roster.",
                 "whoelse federation remove-agency northbridge hilltop-school");
  const auto options = std::make_shared<Options>();
  command->add_option("DIR", options->dir, "The federation's directory")->required();
  command->add_option("FOLDER", options->slug, "The agency's folder in it")->required();
  AddJsonFlag(*command, options->json);
  command->callback([options, &terminal, &chosen] {
    chosen = [options, &terminal] {
      const absl::Status done = RemoveAgency(options->dir, options->slug);
      if (!done.ok()) return Fail(done, terminal);
      if (options->json) return PrintJson({{"removed", options->slug}}, terminal);
      terminal.out << "It is out of the federation from the next `sign`.\n";
      return kExitOk;
    };
  });
}

void AddRenewCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  struct Options {
    std::string folder;
    uint32_t days = 365;
    bool json = false;
  };
  CLI::App* const command = WithExample(
      app, "renew-certificate",
      "Make a new certificate for the same key, in a party's own folder; its running program takes "
      "it up, and no roster changes.",
      "whoelse federation renew-certificate northbridge/agencies/hilltop-school");
  const auto options = std::make_shared<Options>();
  command->add_option("FOLDER", options->folder, "The coordinator's or agency's folder")->required();
  command->add_option("--certificate-days", options->days, "Its validity, in days")
      ->capture_default_str();
  AddJsonFlag(*command, options->json);
  command->callback([options, &terminal, &chosen] {
    chosen = [options, &terminal] {
      const absl::Status done = RenewPartyCertificate(options->folder, options->days, Now());
      if (!done.ok()) return Fail(done, terminal);
      if (options->json) return PrintJson({{"folder", options->folder}}, terminal);
      terminal.out << "Renewed. It is valid for " << options->days << " days from now.\n";
      return kExitOk;
    };
  });
}

void AddLogKeyCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  struct Options {
    std::string dir, slug;
    bool json = false;
  };
  CLI::App* const command = WithExample(
      app, "renew-log-key",
      "Give a coordinator whose log has ended a new log: another key, another origin.",
      "whoelse federation renew-log-key northbridge county-council");
  const auto options = std::make_shared<Options>();
  command->add_option("DIR", options->dir, "The federation's directory")->required();
  command->add_option("FOLDER", options->slug, "The coordinator's folder in it")->required();
  AddJsonFlag(*command, options->json);
  command->callback([options, &terminal, &chosen] {
    chosen = [options, &terminal] {
      SystemRandom random;
      const auto key = RenewLogKey(options->dir, options->slug, random);
      if (!key.ok()) return Fail(key.status(), terminal);
      if (options->json) return PrintJson({{"log_vkey", key->Encode()}}, terminal);
      terminal.out << "The new log is " << key->name << ". It is in the roster from the next `sign`; "
                      "when that rules, move the coordinator's data, second-checkpoint and exported "
                      "folder away and start it (docs/operating/log.md).\n";
      return kExitOk;
    };
  });
}

void PrintWarnings(const SignedFederation& done, Terminal& terminal) {
  if (done.dealt) terminal.err << kDealerWarning;
  for (const std::string& warning : done.warnings) {
    terminal.err << "whoelse: warning: " << warning << "\n";
  }
}

nlohmann::ordered_json SignedJson(const SignedFederation& done) {
  return {{"version", done.roster.version}, {"hash", ToHex(done.roster.hash)},
          {"signed_by", done.roots},        {"consents", done.consents},
          {"warnings", done.warnings},      {"dealt", done.dealt},
          {"rules_at_once", done.rules_at_once}};
}

void PrintSigned(const SignedFederation& done, const RosterParameters& parameters,
                 Terminal& terminal) {
  terminal.out << "Roster version " << done.roster.version << ", hash " << ToHex(done.roster.hash)
               << ", signed by";
  for (const std::string& root : done.roots) terminal.out << " " << root;
  if (!done.consents.empty()) {
    terminal.out << "; coordinators consent:";
    for (const CoordinatorId id : done.consents) terminal.out << " " << id;
  }
  terminal.out << ". It lies in every party's folder as roster.signed";
  if (done.rules_at_once) {
    terminal.out << " and rules as soon as they read it.\n";
  } else {
    terminal.out << " and rules when it has been in the logs for " << parameters.roster_delay_h
                 << " h.\n";
  }
}

void AddSignCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  struct Options {
    std::string dir;
    KeyChange change;
    KeyVersion activate = 0, retire = 0;
    bool json = false;
  };
  CLI::App* const command = WithExample(
      app, "sign",
      "Build the next roster, sign it with the roots, check it, and lay it into every folder. Deals "
      "keys where there are none: FOR DEMONSTRATION ONLY.",
      "whoelse federation sign northbridge\n  whoelse federation sign northbridge "
      "--new-key-version");
  const auto options = std::make_shared<Options>();
  command->add_option("DIR", options->dir, "The federation's directory")->required();
  command->add_flag("--refresh", options->change.refresh, "New shares of the same keys");
  command->add_flag("--new-key-version", options->change.new_key_version,
                    "Deal a further key version; nodes enrol under it in the background");
  command->add_option("--activate-key-version", options->activate,
                      "Questions are asked under this one too")->check(CLI::PositiveNumber);
  command->add_option("--retire-key-version", options->retire, "Take this one out")
      ->check(CLI::PositiveNumber);
  AddJsonFlag(*command, options->json);
  command->callback([options, &terminal, &chosen] {
    chosen = [options, &terminal] {
      if (options->activate != 0) options->change.activate = options->activate;
      if (options->retire != 0) options->change.retire = options->retire;
      SystemRandom random;
      const auto held = LoadHeldRoster(options->dir);
      const auto done = SignFederation(options->dir, options->change, Now(), random);
      if (!done.ok()) return Fail(done.status(), terminal);
      PrintWarnings(*done, terminal);
      if (options->json) return PrintJson(SignedJson(*done), terminal);
      PrintSigned(*done, held.ok() && *held ? (*held)->roster.parameters : done->roster.parameters,
                  terminal);
      return kExitOk;
    };
  });
}

void AddShowCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  struct Options {
    std::string path;
    bool json = false;
  };
  CLI::App* const command = WithExample(app, "show", "Show a federation or one signed roster.",
                                       "whoelse federation show northbridge --json");
  const auto options = std::make_shared<Options>();
  command->add_option("PATH", options->path, "The federation's directory, or a roster.signed")
      ->required();
  AddJsonFlag(*command, options->json);
  command->callback([options, &terminal, &chosen] {
    chosen = [options, &terminal] {
      const auto shown = ShowFederation(options->path);
      if (!shown.ok()) return Fail(shown.status(), terminal);
      if (options->json) return PrintJson(*shown, terminal);
      terminal.out << FederationAsText(*shown, terminal.width);
      return kExitOk;
    };
  });
}

}  // namespace

void AddFederationCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = app.add_subcommand(
      "federation", "Set a federation up: root keys, coordinators, agencies, the signed roster.");
  command->require_subcommand(1);
  AddInit(*command, terminal, chosen);
  AddCoordinatorCommand(*command, terminal, chosen);
  AddAgencyCommand(*command, terminal, chosen);
  AddAuditorCommand(*command, terminal, chosen);
  AddRemoveCommand(*command, terminal, chosen);
  AddRenewCommand(*command, terminal, chosen);
  AddLogKeyCommand(*command, terminal, chosen);
  AddSignCommand(*command, terminal, chosen);
  AddShowCommand(*command, terminal, chosen);
}

}  // namespace whoelse
