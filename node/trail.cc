#include "node/trail.h"

#include <algorithm>
#include <cctype>

#include "audit/line_reader.h"
#include "protocol/text.h"

namespace whoelse {
namespace {

constexpr std::string_view kEntry = "entry", kWhy = "why", kNone = "-";
constexpr size_t kReasonMax = 1000, kUserMax = 300, kValueMax = 64;
constexpr size_t kFactsMax = TrailNote::kRecordsMax + 16;
constexpr size_t kBeforeFacts = 6;   // fields of an entry's line

bool IsPlainByte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
}

// A machine's accounts may have any byte in their names; a field of a line has none of these.
bool IsUserByte(char c) { return IsPlainByte(c) || c == ':' || c == '@' || c == '\\' || c == '+'; }

std::string Escaped(std::string_view user) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const char c : user) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && IsUserByte(c)) {
      text += c;
    } else {
      text += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return text;
}

// Of what Escaped wrote; anything else comes back as what Escaped writes differently.
std::string Unescaped(std::string_view text) {
  std::string user;
  for (size_t i = 0; i < text.size(); ++i) {
    uint8_t byte = 0;
    std::string hex(text.substr(std::min(i + 1, text.size()), 2));
    std::ranges::transform(hex, hex.begin(), [](unsigned char c) { return std::tolower(c); });
    if (text[i] == '%' && FromHex(hex, std::span<uint8_t>(&byte, 1))) {
      user += static_cast<char>(byte);
      i += 2;
    } else {
      user += text[i];
    }
  }
  return user;
}

// "lead-officer": a duty in one field.
std::string DutyText(std::optional<LocalRole> duty) {
  std::string text(duty ? Name(*duty) : kNone);
  std::ranges::replace(text, ' ', '-');
  return text;
}

std::optional<LocalRole> DutyIn(LineReader& in, std::string_view field) {
  if (field == kNone) return std::nullopt;
  std::string name(field);
  std::ranges::replace(name, '-', ' ');
  const auto duty = LocalRoleByName(name);
  in.Check(duty && DutyText(duty) == field, field, "no duty is called so");
  return duty;
}

TrailFact FactIn(LineReader& in, std::string_view field) {
  const size_t equals = std::min(field.find('='), field.size());
  const auto fact = ByName<Fact>(field.substr(0, equals), kFactNames);
  in.Check(fact.has_value(), field, "nothing of an entry is called so");
  const std::string_view value = field.substr(std::min(equals + 1, field.size()));
  in.Check(!value.empty() && value.size() <= kValueMax && std::ranges::all_of(value, IsPlainByte),
           field, "its value is none");
  return {fact.value_or(Fact{}), std::string(value)};
}

TrailReason ReasonIn(LineReader& in) {
  const std::string_view line = in.Line();
  constexpr size_t kSaltAt = kWhy.size() + 1, kTextAt = kSaltAt + 2 * TrailReason::Salt::kSize + 1;
  in.Check(line.size() > kTextAt && line[kSaltAt - 1] == ' ' && line[kTextAt - 1] == ' ', line,
           "no reason stands here");
  if (!in.ok()) return {};
  TrailReason reason{in.Fixed<TrailReason::Salt>(
                         line.substr(kSaltAt, kTextAt - kSaltAt - 1), "the salt"),
                     std::string(line.substr(kTextAt))};
  in.Check(!CheckReason(reason.text), line, "the reason is not plain text");
  return reason;
}

TrailEntry EntryIn(LineReader& in) {
  const auto f = in.Fields(kEntry, kBeforeFacts, kBeforeFacts + kFactsMax);
  TrailEntry entry;
  entry.number = in.Decimal(f[0], "the number");
  entry.at_ms = in.Decimal(f[1], "the time");
  entry.user = Unescaped(f[2]);
  in.Check(!f[2].empty() && f[2].size() <= kUserMax && Escaped(entry.user) == f[2], f[2],
           "no user is written so");
  const auto deed = ByName<Deed>(f[3], kDeedNames);
  in.Check(deed.has_value(), f[3], "no deed is called so");
  entry.deed = deed.value_or(Deed{});
  entry.duty = DutyIn(in, f[4]);
  if (f[5] != kNone) entry.why = in.Fixed<TrailHash>(f[5], "the reason's hash");
  for (size_t i = kBeforeFacts; in.ok() && i < f.size(); ++i) {
    entry.about.push_back(FactIn(in, f[i]));
  }
  if (entry.why && in.NextIs(std::string(kWhy) + " ")) entry.reason = ReasonIn(in);
  return entry;
}

TrailHead HeadIn(LineReader& in, std::string_view word) {
  const auto f = in.Fields(word, 2, 2);
  return {in.Decimal(f[0], "the number"), in.Fixed<TrailHash>(f[1], "the hash")};
}

std::string HeadLine(std::string_view word, const TrailHead& head) {
  return std::string(word) + " " + std::to_string(head.number) + " " + ToHex(head.hash) + "\n";
}

absl::Status Wrong(const TrailEntry& entry, const std::string& what) {
  return absl::InvalidArgumentError("trail: entry " + std::to_string(entry.number) + ": " + what);
}

}  // namespace

TrailNote& TrailNote::AddRecords(const std::vector<RecordId>& records) {
  if (records.size() > kRecordsMax) return Add(Fact::kRecords, std::to_string(records.size()));
  for (const RecordId id : records) Add(Fact::kRecord, std::to_string(id));
  return *this;
}

std::optional<FieldError> CheckReason(std::string_view reason) {
  if (reason.size() <= kReasonMax && IsPlainText(reason)) return std::nullopt;
  return FieldError{"reason", "is too long or has characters that are not shown",
                    "write at most 1000 bytes of plain text on one line"};
}

absl::StatusOr<TrailHead> TrailHead::Parse(std::string_view text) {
  const size_t colon = std::min(text.find(':'), text.size());
  const std::string line = "head " + std::string(text.substr(0, colon)) + " " +
                           std::string(text.substr(std::min(colon + 1, text.size()))) + "\n";
  LineReader in("head", line);
  const TrailHead head = HeadIn(in, "head");
  in.End();
  if (in.ok()) return head;
  return absl::InvalidArgumentError("head: is none; give it as `trail list` shows it, a number, a "
                                    "colon and 64 hexadecimal digits");
}

std::string TrailHead::Text() const { return std::to_string(number) + ":" + ToHex(hash); }

TrailHash TrailReason::Commitment() const {
  return TrailHash(std::span<const uint8_t, 32>(
      H("whoelse/1/trail-reason", {salt, AsBytes(text)}).data(), 32));
}

TrailEntry TrailEntry::After(const TrailHead& before, const TrailNote& note, Random& random) {
  TrailEntry entry{before.number + 1, note.at_ms, note.user, note.deed, note.duty, {}, note.about,
                   {}};
  if (note.reason.empty()) return entry;
  entry.reason = TrailReason{random.NewFixed<TrailReason::Salt>(), note.reason};
  entry.why = entry.reason->Commitment();
  return entry;
}

std::string TrailEntry::Line() const {
  std::string line = std::string(kEntry) + " " + std::to_string(number) + " " +
                     std::to_string(at_ms) + " " + Escaped(user) + " " + std::string(Name(deed)) +
                     " " + DutyText(duty) + " " + (why ? ToHex(*why) : std::string(kNone));
  for (const TrailFact& one : about) line += " " + std::string(Name(one.fact)) + "=" + one.value;
  return line;
}

std::string TrailEntry::Text() const {
  std::string text = Line() + "\n";
  if (reason) text += std::string(kWhy) + " " + ToHex(reason->salt) + " " + reason->text + "\n";
  return text;
}

absl::StatusOr<TrailEntry> TrailEntry::Parse(std::string_view text) {
  LineReader in("trail", text);
  TrailEntry entry = EntryIn(in);
  in.End();
  if (!in.ok()) return in.error();
  return entry;
}

TrailHead TrailEntry::Head(const TrailHead& before) const {
  return {number, TrailHash(std::span<const uint8_t, 32>(
                      H("whoelse/1/trail", {before.hash, AsBytes(Line())}).data(), 32))};
}

absl::StatusOr<TrailFile> TrailFile::Parse(std::string_view text) {
  LineReader in("trail", text);
  const auto first = in.Fields("whoelse", 2, 2);
  in.Check(first[0] == "trail" && first[1] == "v1", first[0], "not a trail of version 1");
  TrailFile file;
  file.agency = static_cast<AgencyId>(in.Decimal(in.Field("agency"), "the agency", UINT32_MAX));
  file.after = HeadIn(in, "after");
  in.Check(file.after.number != 0 || file.after.hash.IsZero(), in.Last(),
           "nothing comes before the first entry");
  uint64_t number = file.after.number;
  while (in.NextIs(kEntry)) {
    file.entries.push_back(EntryIn(in));
    in.Check(file.entries.back().number == ++number, in.Last(), "an entry is missing before this");
  }
  file.head = HeadIn(in, "head");
  in.Check(file.head.number == number, in.Last(), "not the last entry's number");
  in.End();
  if (!in.ok()) return in.error();
  return file;
}

std::string TrailFile::Opening() const {
  return "whoelse trail v1\nagency " + std::to_string(agency) + "\n" + HeadLine("after", after);
}

std::string TrailFile::Ending(const TrailHead& head) { return HeadLine("head", head); }

std::string TrailFile::Serialize() const {
  std::string text = Opening();
  for (const TrailEntry& entry : entries) text += entry.Text();
  return text + Ending(head);
}

absl::Status CheckTrail(const TrailFile& file) {
  TrailHead head = file.after;
  for (const TrailEntry& entry : file.entries) {
    head = entry.Head(head);
    if (entry.reason && entry.reason->Commitment() != entry.why) {
      return Wrong(entry, "the reason is not the one that was given");
    }
    // Otherwise another agency's trail could be shown for this one's.
    const TrailFact mine{Fact::kAgency, std::to_string(file.agency)};
    const bool begins = entry.deed == Deed::kBeginTrail && entry.about == std::vector{mine};
    if (entry.number == 1 && !begins) {
      return Wrong(entry, "no trail of this agency begins so");
    }
  }
  if (head == file.head) return absl::OkStatus();
  return absl::InvalidArgumentError("trail: the entries do not give the head: one of them was "
                                    "rewritten, or is missing");
}

Kept CheckKept(const TrailFile& file, const TrailHead& kept) {
  if (kept.number < file.after.number) return Kept::kNotCovered;
  if (kept.number > file.head.number) return Kept::kCutOff;
  TrailHead head = file.after;
  for (const TrailEntry& entry : file.entries) {
    if (head.number == kept.number) break;
    head = entry.Head(head);
  }
  return head == kept ? Kept::kHolds : Kept::kRewritten;
}

}  // namespace whoelse
