#include "coordinator/add_checkpoint.h"

#include "audit/line_reader.h"
#include "audit/lines.h"
#include "protocol/note.h"

namespace whoelse {
namespace {

constexpr size_t kLinesMax = 16;
constexpr std::string_view kSignatureLine = "\xE2\x80\x94 ";   // U+2014, space

}  // namespace

std::string AddCheckpointRequest(uint64_t old_size, const std::vector<TreeHash>& proof,
                                 std::string_view checkpoint) {
  std::string body = "old " + std::to_string(old_size) + "\n";
  for (const TreeHash& hash : proof) body += Base64Encode(hash) + "\n";
  return body + "\n" + std::string(checkpoint);
}

std::optional<uint64_t> ParseWitnessSize(std::string_view body) {
  const auto line = TakeLine(&body);
  if (!line || !body.empty()) return std::nullopt;
  return ParseDecimal(*line);
}

absl::StatusOr<std::vector<std::string>> ParseWitnessLines(std::string_view body) {
  LineReader in("witness's reply", body);
  std::vector<std::string> lines;
  do {
    const std::string_view line = in.Line();
    in.Check(line.starts_with(kSignatureLine), line, "a signature line should stand here");
    lines.push_back(std::string(line) + "\n");
  } while (in.NextIs(kSignatureLine) && lines.size() < kLinesMax);
  in.End();
  if (!in.ok()) return in.error();
  return lines;
}

}  // namespace whoelse
