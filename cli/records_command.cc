#include "cli/records_command.h"

#include <algorithm>
#include <memory>
#include <string>

#include "cli/records.h"
#include "node/import_columns.h"

namespace whoelse {
namespace {

constexpr const char* kIdHelp = "The record's id in its system";
constexpr const char* kSourceHelp = "Name of the exporting system (default: the node's configured one)";

std::string ColumnsHelp() {
  std::string help = "Columns (headings may vary in case, spaces and the usual synonyms; * has to be "
                     "there):\n";
  for (const ImportColumn& column : ImportColumns()) {
    std::string name(column.name);
    if (column.required) name += " *";
    name.resize(std::max<size_t>(name.size(), 22), ' ');
    help += "  " + name + " " + std::string(column.meaning) + "\n";
  }
  return help;
}

// A subcommand with the options of all; the caller adds those of its own.
template <typename Options>
CLI::App* RecordsCommand(CLI::App& records, const char* name, const char* what,
                         const std::string& footer, Options& options) {
  CLI::App* const command = Subcommand(records, name, what, footer);
  command->add_flag("--json", options.json, "As JSON");
  AddDoorOption(*command, options.door);
  return command;
}

void AddImportCommand(CLI::App& records, Terminal& terminal, Chosen& chosen) {
  const auto options = std::make_shared<ImportOptions>();
  CLI::App* const command = RecordsCommand(
      records, "import", "Import an export of your case-management system.",
      ColumnsHelp() + "Example:\n  whoelse records import export.csv --mapping caseworks.toml --dry-run\n"
      "Exit: 2 and nothing changed when a row is bad", *options);
  command->add_option("FILE", options->file, "The file; - for standard input")->required();
  command->add_option("--mapping", options->mapping,
                      "What the file's headings and words mean (TOML)");
  command->add_option("--format", options->format, "csv or fhir")->capture_default_str();
  command->add_option("--mode", options->mode,
                      "upsert: rows to add or update; delta: a column says add, update or end; "
                      "snapshot: all there is, and what is absent ends")
      ->capture_default_str();
  command->add_flag("--dry-run", options->dry_run, "Say what would come of it and change nothing");
  command->add_flag("--skip-bad", options->skip_bad, "Import the good rows although others are bad");
  command->add_flag("--allow-many-ends", options->allow_many_ends,
                    "A snapshot may end more than 5 % of what is live");
  command->add_flag("--allow-many-closed", options->allow_many_closed,
                    "The numbers of more than 5 % of what is held may be closed");
  command->add_option("--source", options->source, kSourceHelp);
  OnChosen(*command, options, ImportRecords, terminal, chosen);
}

void AddListCommand(CLI::App& records, Terminal& terminal, Chosen& chosen) {
  const auto options = std::make_shared<ListOptions>();
  CLI::App* const command =
      RecordsCommand(records, "list", "List the records that this agency holds.",
                 "Closed ones are found by their number alone. Example:\n"
                 "  whoelse records list --nhs-number -", *options);
  command->add_option("--nhs-number", options->nhs_number, kNumberHelp);
  command->add_option("--after", options->after, "Continue after this record");
  command->add_option("--limit", options->limit, "At most so many")->capture_default_str();
  OnChosen(*command, options, ListRecords, terminal, chosen);
}

void AddExportCommand(CLI::App& records, Terminal& terminal, Chosen& chosen) {
  const auto options = std::make_shared<RecordExportOptions>();
  CLI::App* const command = Subcommand(
      records, "export", "Write all records but what is closed, as an import reads them.",
      "Whoever has the file reads what the agency knows of every child. An import takes a CSV of "
      "any size, and of FHIR at most 16 MiB. Example:\n"
      "  whoelse records export --format fhir -o records.json");
  command->add_option("--format", options->format, "csv or fhir")->capture_default_str();
  command->add_option("-o,--output", options->output, "The file (default: standard output)");
  AddDoorOption(*command, options->door);
  OnChosen(*command, options, ExportRecords, terminal, chosen);
}

// The commands that change a record, each with the options that it needs.
class Changes {
 public:
  Changes(CLI::App& records, Terminal& terminal, Chosen& chosen)
      : records_(records), terminal_(terminal), chosen_(chosen) {}

  void Add() {
    CLI::App* const end = OfOne("end", "Say that an involvement ended.", "--id INV-1001 --on 2026-03-31");
    end->add_option("--on", options_->on, "The day, YYYY-MM-DD")->required();

    OfNumber("supersede",
             "Two records were one person: the old number keeps answering, marked, with what is held "
             "under the new one.", "--nhs-number - --by NUMBER")
        ->add_option("--by", options_->by, "The number that replaced it")->required();
    OfNumber("close",
             "The identity changed (adoption, protection, gender): what is held under the number ends "
             "and is shielded, and is never joined to what comes after.", "--nhs-number -");

    CLI::App* const merge = OfOne("merge", "Two records are one involvement of one child.",
                                  "--id INV-1001 --into INV-1002");
    merge->add_option("--into", options_->into, "The id of the one that answers for both")->required();
    merge->add_option("--into-source", options_->into_source, "Its system, when it is another one");
    OfOne("unmerge", "They were not.", "--id INV-1001");

    OfOne("erase", "Erase a record for good: no import brings it back.",
          "--id INV-1001 --reason \"the mother asked, and the board agreed\"");

    OfOne("let-through",
          "Let what is looser in a record act at once and not on its day. For lead officers.",
          "--id INV-1006 --reason \"she asked us to tell the hospital today\"");

    CLI::App* const lead = OfOne("lead", "Propose the lead professional of a record, or give the role up.",
                                 "--id INV-1001 --yes");
    lead->add_flag("--yes", options_->yes, "The professional named in it leads");
    lead->add_flag("--no", options_->no, "They do not");
  }

 private:
  CLI::App* OfOne(const char* verb, const char* what, const char* example) {
    CLI::App* const command = New(verb, what, example);
    command->add_option("--source", options_->source, kSourceHelp);
    command->add_option("--id", options_->id, kIdHelp)->required();
    return command;
  }
  CLI::App* OfNumber(const char* verb, const char* what, const char* example) {
    CLI::App* const command = New(verb, what, example);
    command->add_option("--nhs-number", options_->nhs_number, kNumberHelp)->required();
    return command;
  }
  CLI::App* New(const char* verb, const char* what, const char* example) {
    CLI::App* const command =
        RecordsCommand(records_, verb, what,
                   std::string("Example:\n  whoelse records ") + verb + " " + example, *options_);
    command->add_option("--reason", options_->reason, "In a sentence: why; kept in the trail");
    OnChosen(*command, options_,
             [verb](const ChangeOptions& options, Terminal& terminal) {
               return ChangeRecord(verb, options, terminal);
             },
             terminal_, chosen_);
    return command;
  }

  CLI::App& records_;
  Terminal& terminal_;
  Chosen& chosen_;
  const std::shared_ptr<ChangeOptions> options_ = std::make_shared<ChangeOptions>();
};

}  // namespace

void AddRecordsCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const records = app.add_subcommand("records", "The records of this agency.");
  records->require_subcommand(1);
  AddImportCommand(*records, terminal, chosen);
  AddListCommand(*records, terminal, chosen);
  AddExportCommand(*records, terminal, chosen);
  Changes(*records, terminal, chosen).Add();
}

}  // namespace whoelse
