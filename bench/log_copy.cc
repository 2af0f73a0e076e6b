// What an auditor pays to copy a published log, and to check one, every tile, entry and rule of it
// (audit/log_mirror.h, audit/log_rules.h). Processor time; the files are in the page cache.
#include <filesystem>
#include <functional>

#include "audit/log_mirror.h"
#include "audit/log_rules.h"
#include "bench/benchmarks.h"
#include "benchmark/benchmark.h"
#include "cli/log_folder.h"
#include "crypto/random.h"

namespace whoelse::bench {
namespace {

constexpr uint64_t kCopied = 100'000, kChecked = 1'000'000;
constexpr double kGoalS = 60;   // for those checked
constexpr uint64_t kPatienceMs = 10'000;
constexpr std::string_view kOrigin = "log.example/whoelse";

// As a relay writes them: a question, then what came of it.
Bytes EntryAt(uint64_t index) {
  const TimeMs time = 1'800'000'000'000 + index;
  const Bytes number = Writer().U64(index).Take();
  if (index % 2 == 0) {
    return SerializeLogEntry(AskedEntry{time, Retag<FrameHash>(H("bench", number))});
  }
  return SerializeLogEntry(AnsweredEntry{index - 1, time, H("bench", number)});
}

absl::Status WriteTiles(std::vector<TreeHash> hashes, LogCopy& folder) {
  for (unsigned level = 0; !hashes.empty(); ++level) {
    std::vector<TreeHash> above;
    for (size_t first = 0; first < hashes.size(); first += kTileWidth) {
      const size_t width = std::min<size_t>(kTileWidth, hashes.size() - first);
      const auto tile = std::span(hashes).subspan(first, width);
      const TilePath path{level, first / kTileWidth, static_cast<unsigned>(width)};
      const absl::Status written = folder.Write(path.Serialize(), EncodeTile(tile));
      if (!written.ok()) return written;
      if (width == kTileWidth) above.push_back(TreeRoot(tile));
    }
    hashes = std::move(above);
  }
  return absl::OkStatus();
}

// A log of so many entries as its coordinator exports it.
absl::Status Publish(uint64_t size, const SigningKey& key, LogCopy& folder) {
  std::vector<TreeHash> leaves;
  for (uint64_t first = 0; first < size; first += kTileWidth) {
    std::vector<Bytes> entries;
    for (uint64_t i = first; i < std::min(size, first + kTileWidth); ++i) {
      entries.push_back(EntryAt(i));
      leaves.push_back(LeafHash(entries.back()));
    }
    const TilePath path{std::nullopt, first / kTileWidth, static_cast<unsigned>(entries.size())};
    const absl::Status written = folder.Write(path.Serialize(), *EncodeBundle(entries));
    if (!written.ok()) return written;
  }
  const Checkpoint checkpoint{std::string(kOrigin), size, TreeRoot(leaves)};
  const absl::Status tiles = WriteTiles(std::move(leaves), folder);
  if (!tiles.ok()) return tiles;
  const std::string note = SignCheckpoint(checkpoint, key).Serialize();
  return folder.Write(kCheckpointFile, AsBytes(note));
}

// Every leaf and every node above them, from memory.
void HashAll(uint64_t size) {
  const Bytes entry = EntryAt(0);
  TreeHash hash;
  for (uint64_t i = 0; i < size; ++i) {
    hash = LeafHash(entry);
    benchmark::DoNotOptimize(NodeHash(hash, hash));
  }
}

class LogCopyBenchmark {
 public:
  LogCopyBenchmark(const Setting& setting, Report& report) : setting_(setting), report_(report) {}

  absl::Status Copy(uint64_t size) {
    const std::string from = setting_.home + "/from";
    FolderCopy source(from);
    if (const absl::Status made = Publish(size, key_, source); !made.ok()) return made;
    const Work mirror = [&](EntryVisitor visit) {
      const std::string to = setting_.home + "/to-" + std::to_string(copies_++);
      FolderCopy copy(to);
      const auto mirrored = MirrorLog(Verifier(), FilesIn(from), copy, visit, kNoProgress);
      std::filesystem::remove_all(to);
      return mirrored.status();
    };
    return Measure("mirroring " + std::to_string(size) + " entries from a folder", size,
                   setting_.effort.Of(3, 1), mirror, std::nullopt);
  }

  absl::Status Check(uint64_t size) {
    const std::string from = setting_.home + "/large";
    FolderCopy source(from);
    if (const absl::Status made = Publish(size, key_, source); !made.ok()) return made;
    const Work check = [&](EntryVisitor visit) {
      return CheckLog(Verifier(), FilesIn(from), visit, kNoProgress).status();
    };
    return Measure("checking a log of " + std::to_string(size) + " entries", size, 1, check, kGoalS);
  }

 private:
  using Work = std::function<absl::Status(EntryVisitor visit)>;
  static constexpr auto kNoProgress = [](uint64_t, uint64_t) {};

  NoteVerifier Verifier() const {
    return *NoteVerifier::Create(kOrigin, NoteKeyType::kEd25519, key_.verify_key());
  }

  absl::Status Measure(const std::string& what, uint64_t size, int rounds, const Work& work,
                       std::optional<double> goal) {
    absl::Status status;
    const std::vector<double> ns =
        LeastNs(rounds, {[&] {
                           LogRules rules;
                           const auto visit = [&](uint64_t index, ByteView entry) {
                             rules.OnEntry(index, entry);
                             return absl::OkStatus();
                           };
                           if (status.ok()) status = work(visit);
                           const bool good = rules.Finish(kPatienceMs).breaches_total == 0;
                           if (!good) status.Update(absl::InternalError("a good log breaks rules"));
                         },
                         [&] { HashAll(size); }});
    if (!status.ok()) return status;
    report_.Add({what, ns[0] / 1e9, "s", {{"SHA-256 over the same bytes", ns[1] / 1e9}}, goal});
    return absl::OkStatus();
  }

  const Setting& setting_;
  Report& report_;
  const SigningKey key_ = [] {
    SystemRandom random;
    return SigningKey::FromSeed(random.NewSecret<32>().Reveal());
  }();
  int copies_ = 0;
};

}  // namespace

absl::Status MeasureLogCopy(const Setting& setting, Report& report) {
  LogCopyBenchmark benchmark(setting, report);
  const absl::Status copied = benchmark.Copy(setting.effort.Of(kCopied, uint64_t{300}));
  if (!copied.ok()) return copied;
  return benchmark.Check(setting.effort.Of(kChecked, uint64_t{300}));
}

}  // namespace whoelse::bench
