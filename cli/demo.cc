#include "cli/demo.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>

#include "cli/ask.h"
#include "cli/demo_federation.h"
#include "cli/demo_home.h"
#include "cli/federation_deal.h"
#include "rpc/clock.h"
#include "rpc/server.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using std::chrono::steady_clock;

// A notice works at once, and is written down off the answering thread: a question that is right
// behind it may be a moment early.
constexpr int kAsksAfterNotice = 5;

std::string Seconds(steady_clock::duration time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", std::chrono::duration<double>(time).count());
  return text;
}

class Demo {
 public:
  Demo(const DemoOptions& options, const DemoArea& area, const std::string& programs,
       const std::string& json_file, Terminal& terminal)
      : options_(options), area_(area), whoelse_(programs + "/whoelse"), json_file_(json_file),
        terminal_(terminal), questions_(DemoQuestions(area)),
        federation_(area, programs, interrupts_) {}

  absl::Status Run() {
    const auto begun = steady_clock::now();
    PrintWhatItIs();
    using Step = absl::Status (DemoFederation::*)();
    for (const auto& [what, step] :
         {std::pair<const char*, Step>{"keys, certificates and the signed roster", &DemoFederation::Build},
          {"three coordinators and eight nodes started", &DemoFederation::Start},
          {"every agency's export imported", &DemoFederation::Import},
          {"all records enrolled", &DemoFederation::AwaitEnrolled}}) {
      const auto from = steady_clock::now();
      if (const absl::Status done = (federation_.*step)(); !done.ok()) return done;
      terminal_.out << "  " << what << " (" << Seconds(steady_clock::now() - from) << ")"
                    << std::endl;
    }
    terminal_.err << kDealerWarning;
    if (const absl::Status asked = AskAll(); !asked.ok()) return asked;
    if (const absl::Status kept = KeepReceipts(); !kept.ok()) return kept;
    terminal_.out << "\n" << questions_.size() << " questions asked; all of it took "
                  << Seconds(steady_clock::now() - begun) << ".\n";
    if (!json_file_.empty()) {
      const std::string text = results_.dump(1) + "\n";
      const absl::Status written = WriteFileDurably(json_file_, AsBytes(text), 0600);
      if (!written.ok()) return written;
    }
    if (!options_.once) KeepRunning();
    if (!federation_.Stop()) return absl::InternalError("a program did not stop when asked to");
    if (differences_ == 0) return absl::OkStatus();
    return absl::InternalError(std::to_string(differences_) + " answers were not as expected");
  }

 private:
  void PrintWhatItIs() {
    size_t records = 0;
    for (const DemoAgency& agency : area_.agencies) records += agency.records;
    terminal_.out << "A fictional area: " << area_.name << ", " << area_.children.size()
                  << " children, " << area_.agencies.size() << " agencies with " << records
                  << " records, " << area_.coordinators.size()
                  << " coordinators of whom two together evaluate a question.\n";
  }

  absl::Status AskAll() {
    for (size_t i = 0; i < questions_.size(); ++i) {
      const DemoQuestion& question = questions_[i];
      const bool after_notice = i > 0 && questions_[i - 1].shield_notice;
      const auto from = steady_clock::now();
      auto answer = federation_.Ask(question);
      for (int more = 1; after_notice && more < kAsksAfterNotice && answer.ok() &&
                         !Differences(question, *answer, area_).empty();
           ++more) {
        answer = federation_.Ask(question);
      }
      if (!answer.ok()) return answer.status();
      Print(i + 1, question, *answer, steady_clock::now() - from);
      results_.push_back({{"question", QuestionJson(question, area_)}, {"answer", *answer}});
    }
    return absl::OkStatus();
  }

  // Answers never wait for them: the witnesses cosign some time after.
  absl::Status KeepReceipts() {
    const auto from = steady_clock::now();
    for (size_t i = 0; i < questions_.size(); ++i) {
      const std::string number = results_[i]["answer"].value("receipt", "");
      const absl::Status kept = federation_.KeepReceipt(questions_[i].agency, number);
      if (!kept.ok()) return kept;
    }
    terminal_.out << "\nEvery receipt is COMPLETE (" << Seconds(steady_clock::now() - from)
                  << "): question and answers are in the log, which cannot take them back.\nThe "
                     "receipts are in "
                  << options_.home << "/receipts, the logs in " << options_.home
                  << "/logs; docs/operating/audit.md\nis how an auditor verifies them.\n";
    return absl::OkStatus();
  }

  void Print(size_t number, const DemoQuestion& question, const Json& answer,
             steady_clock::duration time) {
    const std::string rule(std::min<size_t>(terminal_.width, 100), '-');
    terminal_.out << "\n" << rule << "\n" << number << ". " << question.title << "\n   "
                  << area_.Agency(question.agency).options.name
                  << (question.shield_notice ? " sends a shield notice about "
                                             : " asks about ")
                  << question.nhs_number << ", born " << question.born;
    if (!question.purpose.empty()) terminal_.out << ", purpose " << question.purpose;
    if (!question.case_reference.empty()) terminal_.out << ", case " << question.case_reference;
    terminal_.out << "\n\n"
                  << AnswerAsText(answer, question.shield_notice, terminal_.width) << "Took " << Seconds(time);
    const Json timings = answer.value("timings_ms", Json::object());
    for (const auto& [step, ms] : timings.items()) {
      char text[64];
      std::snprintf(text, sizeof text, "%.0f ms", ms.is_number() ? ms.get<double>() : 0.0);
      terminal_.out << ", " << step << " " << text;
    }
    terminal_.out << "\n";
    for (const std::string& difference : Differences(question, answer, area_)) {
      terminal_.out << "NOT AS EXPECTED: " << difference << "\n";
      ++differences_;
    }
    terminal_.out << std::flush;
  }

  void KeepRunning() {
    // A socket's path has at most 107 bytes: where the home's is long, from there.
    const bool short_enough = options_.home.size() < 60;
    const std::string from = short_enough ? options_.home : ".";
    terminal_.out << "\nIt keeps running; Ctrl-C ends it. In another terminal, ask more:\n\n";
    if (!short_enough) terminal_.out << "  cd " << options_.home << "\n";
    terminal_.out << "  " << federation_.CommandFor(questions_.front(), from) << "\n  "
                  << federation_.CommandFor(questions_[2], from) << "\n\n  export WHOELSE_DOOR="
                  << from << "/" << DemoFederation::DoorOf("social-care")
                  << "   # children's social care; the others lie beside it\n  " << whoelse_
                  << " status\n  " << whoelse_ << " inbox list\n  " << whoelse_
                  << " records list --limit 5\n\nIts children are in " << options_.home
                  << "/exports, every program's log in " << options_.home
                  << "/logs. The coordinators' logs, for auditors:";
    for (const std::string& url : federation_.LogUrls()) terminal_.out << " " << url;
    terminal_.out << "\n" << std::flush;
    while (!interrupts_.Came(std::chrono::seconds(1))) {
      if (const auto dead = federation_.Dead()) {
        terminal_.err << "whoelse: " << *dead << " ended by itself: see " << options_.home
                      << "/logs\n";
        return;
      }
    }
  }

  const DemoOptions& options_;
  const DemoArea& area_;
  const std::string whoelse_;     // the program
  const std::string json_file_;
  Terminal& terminal_;
  Interrupts interrupts_;
  const std::vector<DemoQuestion> questions_;
  DemoFederation federation_;
  Json results_ = Json::array();
  size_t differences_ = 0;
};

absl::Status CheckPrograms(const std::string& directory) {
  for (const char* name : {"whoelse", "whoelse-node", "whoelse-coordinator"}) {
    const std::string path = directory + "/" + name;
    if (access(path.c_str(), X_OK) != 0) {
      return absl::InvalidArgumentError("programs: " + path + " is not there; build it first "
                                        "(./run build)");
    }
  }
  return absl::OkStatus();
}

}  // namespace

ExitCode RunDemo(const DemoOptions& options, Terminal& terminal) {
  const auto end = [&](const absl::Status& status) {
    if (absl::IsCancelled(status)) {
      terminal.err << "whoelse: interrupted; everything is stopped\n";
    } else if (!status.ok()) {
      PrintError(terminal, status);
    }
    return ExitCodeOf(status);
  };
  BlockSignals();   // before the first thread: Interrupts asks for them
  std::error_code error;
  const std::string programs = fs::absolute(options.programs, error).lexically_normal().string();
  const std::string json_file =
      options.json_file.empty() ? "" : fs::absolute(options.json_file, error).string();
  if (const absl::Status there = CheckPrograms(programs); !there.ok()) return end(there);
  const auto home = DemoHome::Prepare(options.home);
  if (!home.ok()) return end(home.status());
  // Paths of sockets are short; relative to here they are, wherever this is.
  fs::current_path(options.home, error);
  if (error) return end(absl::UnavailableError(options.home + ": " + error.message()));
  const Date today = Date::FromDays(static_cast<int64_t>(SystemClock().NowS() / 86400));
  const DemoArea area = MakeDemoArea(kDemoSeed, today);
  const absl::Status ran = Demo(options, area, programs, json_file, terminal).Run();
  if (!ran.ok()) terminal.err << "whoelse: what it made is in " << options.home << "\n";
  return end(ran);
}

}  // namespace whoelse
