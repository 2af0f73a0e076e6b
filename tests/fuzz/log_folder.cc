#include <array>
#include <functional>

#include "audit/log_mirror.h"
#include "audit/log_tree.h"
#include "tests/audit/published_log.h"
#include "tests/fuzz/fuzz.h"

namespace whoelse {
namespace {

constexpr std::array<size_t, 7> kSizes = {0, 1, 5, 256, 257, 600, 1'030};
constexpr std::string_view kOrigin = "log.example";

struct Log {
  std::vector<Bytes> entries;
  LogFileMap files;
};

SigningKey LogKey() { return SigningKey::FromSeed(std::array<uint8_t, 32>{7}); }

// One for each size, each the beginning of the next.
const std::vector<Log>& Logs() {
  static const auto* const logs = [] {
    auto* all = new std::vector<Log>;
    for (const size_t size : kSizes) {
      Log log;
      for (size_t i = 0; i < size; ++i) log.entries.push_back(Bytes(i % 7, uint8_t(i / 3)));
      log.files = Publish(std::string(kOrigin), LogKey(), log.entries);
      all->push_back(std::move(log));
    }
    return all;
  }();
  return *logs;
}

// A file is altered, cut, lengthened, taken away or exchanged for another, as the input says.
void Damage(Reader& in, LogFileMap& files) {
  const auto pick = [&] {
    return std::next(files.begin(), static_cast<std::ptrdiff_t>(in.U8() % files.size()));
  };
  const auto file = pick();
  const uint8_t how = in.U8();
  const size_t at = file->second.empty() ? 0 : in.U16() % file->second.size();
  if (how % 5 == 0 && !file->second.empty()) file->second[at] ^= uint8_t(1u << (how / 5 % 8));
  if (how % 5 == 1) file->second.resize(at);
  if (how % 5 == 2) file->second.insert(file->second.end(), how, uint8_t(at));
  if (how % 5 == 3) files.erase(file);
  if (how % 5 == 4) file->second = pick()->second;
}

// Whether every entry that was shown is the one that was logged.
class Shown {
 public:
  explicit Shown(const Log& log) : log_(log) {}
  absl::Status operator()(uint64_t index, ByteView entry) {
    Hold(index == next_++ && index < log_.entries.size(), "entries are shown in order");
    HoldSame(entry, log_.entries[index]);
    return absl::OkStatus();
  }
  uint64_t count() const { return next_; }

 private:
  const Log& log_;
  uint64_t next_ = 0;
};

bool NamesAFile(const absl::Status& status) {
  const std::string words(status.message());
  const std::string file = words.substr(0, words.find(':'));
  return file == kCheckpointFile || TilePath::Parse(file).ok();
}

void FuzzCheck(const NoteVerifier& key, const Log& log, const LogFileMap& files) {
  Shown shown(log);
  const auto checked = CheckLog(key, ReaderOf(files), std::ref(shown), kNoProgress);
  if (checked.ok()) {
    Hold(shown.count() == log.entries.size(), "a log that is good was shown to its end");
  } else {
    Hold(NamesAFile(checked.status()), "a refusal names the file");
  }
}

// Into a copy that has some earlier size already.
void FuzzMirror(const NoteVerifier& key, const Log& log, const LogFileMap& files,
                const LogFileMap& kept) {
  CopyInMemory copy;
  copy.files = kept;
  Shown shown(log);
  const auto mirrored = MirrorLog(key, ReaderOf(files), copy, std::ref(shown), kNoProgress);
  const bool grown = mirrored.ok() && !mirrored->conflict;
  if (!kept.empty() || grown) {
    Hold(CheckLog(key, ReaderOf(copy.files), kNoVisit, kNoProgress).ok(), "a copy stays good");
  }
  if (grown) Hold(shown.count() == log.entries.size(), "a copy has all that it says");
}

}  // namespace

// A signed log in a folder in which anybody could write. First byte: its size; second: what a copy
// of it had before; the rest: what was done to the files.
void Fuzz(ByteView input) {
  static const NoteVerifier key =
      *NoteVerifier::Create(kOrigin, NoteKeyType::kEd25519, LogKey().verify_key());
  Reader in(input);
  const Log& log = Logs()[in.U8() % kSizes.size()];
  const size_t kept = in.U8() % (kSizes.size() + 1);
  LogFileMap files = log.files;
  while (in.ok() && in.left() > 0 && !files.empty()) Damage(in, files);
  FuzzCheck(key, log, files);
  FuzzMirror(key, log, files, kept < kSizes.size() ? Logs()[kept].files : LogFileMap());
}

}  // namespace whoelse
