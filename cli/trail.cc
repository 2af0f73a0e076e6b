#include "cli/trail.h"

#include <sstream>

#include "cli/door.h"
#include "cli/print_answer.h"
#include "cli/show_json.h"
#include "node/trail.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

constexpr size_t kFileMax = size_t{1} << 30;

struct Said {
  const char* words;
  ExitCode code;
};
Said SaidOf(Kept kept) {
  switch (kept) {
    case Kept::kHolds: return {"holds: nothing up to there was rewritten or taken away", kExitOk};
    case Kept::kRewritten: return {"does NOT hold: what was done up to there was rewritten",
                                   kExitRefuted};
    case Kept::kCutOff: return {"does NOT hold: the trail ends before it", kExitRefuted};
    case Kept::kNotCovered: break;
  }
  return {"is of before this file: export from an earlier entry", kExitNotProvable};
}

}  // namespace

ExitCode ListTrail(const TrailListOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  v1::ListTrailCall call;
  if (options.after) call.set_after(*options.after);
  call.set_limit(options.limit);
  const auto answer = door.ok() ? door->ListTrail(call) : door.status();
  return PrintAnswer(answer, options.json, terminal);
}

ExitCode ExportTrail(const TrailExportOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  if (!door.ok()) return PrintError(terminal, door.status());
  v1::ExportTrailCall call;
  call.set_after(options.after);
  call.set_without_reasons(options.without_reasons);
  std::ostringstream file;
  if (const absl::Status got = door->ExportTrail(call, file); !got.ok()) {
    return PrintError(terminal, got);
  }
  const auto parsed = TrailFile::Parse(file.view());
  if (!parsed.ok()) return PrintError(terminal, parsed.status());
  if (options.output.empty()) {
    terminal.out << file.view();
  } else if (const absl::Status written =
                 WriteFileDurably(options.output, AsBytes(file.view()), 0600);
             !written.ok()) {
    return PrintError(terminal, written);
  }
  terminal.err << "head " << parsed->head.Text() << "\n";
  return terminal.out.flush() ? kExitOk : kExitFailed;
}

ExitCode VerifyTrail(const TrailVerifyOptions& options, Terminal& terminal) {
  std::vector<TrailHead> heads;
  for (const std::string& text : options.heads) {
    const absl::StatusOr<TrailHead> head = TrailHead::Parse(text);
    if (!head.ok()) return PrintError(terminal, head.status());
    heads.push_back(*head);
  }
  const absl::StatusOr<Bytes> bytes = ReadWholeFile(options.file, kFileMax);
  const auto file = bytes.ok() ? TrailFile::Parse(AsText(*bytes)) : bytes.status();
  if (!file.ok()) return PrintError(terminal, file.status());
  if (const absl::Status holds = CheckTrail(*file); !holds.ok()) {
    PrintError(terminal, holds);
    return kExitRefuted;
  }
  terminal.out << "Entries " << file->after.number + 1 << " to " << file->head.number
               << " of agency " << file->agency << " hold together.\n";
  ExitCode worst = kExitOk;
  for (const TrailHead& head : heads) {
    const Said said = SaidOf(CheckKept(*file, head));
    terminal.out << "Head " << head.number << " " << said.words << ".\n";
    if (said.code != kExitOk && worst != kExitRefuted) worst = said.code;
  }
  if (heads.empty()) {
    terminal.out << "Whether entries are missing at the end, only a head that somebody kept says: "
                    "--head.\n";
  }
  return worst;
}

}  // namespace whoelse
