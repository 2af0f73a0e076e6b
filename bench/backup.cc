// What a backup costs while a node runs: a store of a million records written to a file, the most memory
// that it takes, how long a write of the node's own waits meanwhile; and what a restore costs.
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "bench/benchmarks.h"
#include "bench/filled_store.h"
#include "bench/process.h"
#include "node/rocksdb_store.h"
#include "vault/durable_file.h"

namespace whoelse::bench {
namespace {

constexpr size_t kWriteEvery = 32;   // blocks of the backup, between two writes of the node's own
constexpr TimeMs kMade = 1'800'000'000'000;

MasterKey Master() { return MasterKey(Secret<32>::From(std::array<uint8_t, 32>{7})); }

// The same bytes from one file to another, onto the disk.
absl::StatusOr<double> CopyMs(const std::string& from, const std::string& to) {
  const Stopwatch watch;
  {
    std::ifstream in(from, std::ios::binary);
    std::ofstream out(to, std::ios::binary);
    out << in.rdbuf();
    if (!in || !out.flush()) return absl::UnavailableError("the floor's file cannot be copied");
  }
  const absl::Status placed = PutInPlaceDurably(to, to + ".whole");
  if (!placed.ok()) return placed;
  return watch.Ms();
}

struct Measured {
  double ms = 0, bytes = 0, most_memory = 0, slowest_write_ms = 0;
};

absl::StatusOr<Measured> BackUp(RocksdbStore& store, const std::string& path) {
  Measured measured;
  const double before = ResidentBytes(getpid());
  size_t blocks = 0;
  const Stopwatch watch;
  {
    std::ofstream file(path + ".part", std::ios::binary);
    const absl::Status made = store.Backup({{}, 1, kMade}, [&](ByteView bytes) {
      file.write(reinterpret_cast<const char*>(bytes.data()),
                 static_cast<std::streamsize>(bytes.size()));
      measured.bytes += static_cast<double>(bytes.size());
      measured.most_memory =
          std::max(measured.most_memory, ResidentBytes(getpid()) - before);
      if (++blocks % kWriteEvery == 0) {
        const Stopwatch write;
        store.WriteEnrolmentState({{}, kMade});   // synced, as a slot is
        measured.slowest_write_ms = std::max(measured.slowest_write_ms, write.Ms());
      }
      return file ? absl::OkStatus() : absl::UnavailableError("the backup cannot be written");
    });
    if (!made.ok()) return made;
  }
  const absl::Status placed = PutInPlaceDurably(path + ".part", path);
  if (!placed.ok()) return placed;
  measured.ms = watch.Ms();
  return measured;
}

absl::StatusOr<double> RestoreMs(const std::string& path, const std::string& directory,
                                 Random& random) {
  const Stopwatch watch;
  std::ifstream file(path, std::ios::binary);
  auto reader = BackupReader::Open(Master(), [&](std::span<uint8_t> buffer) -> absl::StatusOr<size_t> {
    file.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(buffer.size()));
    return static_cast<size_t>(file.gcount());
  });
  if (!reader.ok()) return reader.status();
  const absl::Status restored =
      RocksdbStore::Restore(directory, Master(), *reader, kMade, random);
  if (!restored.ok()) return restored;
  return watch.Ms();
}

}  // namespace

absl::Status MeasureBackup(const Setting& setting, Report& report) {
  SystemRandom random;
  const size_t records = setting.effort.Of(size_t{1'000'000}, size_t{2'000});
  const auto store = RocksdbStore::Open(setting.home + "/data", Master(), X25519PublicKey(), random);
  if (!store.ok()) return store.status();
  FillRecords(**store, records, kMade);
  const std::string path = setting.home + "/backup";
  const auto made = BackUp(**store, path);
  if (!made.ok()) return made.status();
  const auto copied = CopyMs(path, setting.home + "/copy");
  if (!copied.ok()) return copied.status();
  const auto restored = RestoreMs(path, setting.home + "/restored", random);
  if (!restored.ok()) return restored.status();
  const std::string what = std::to_string(records) + " records";
  const Floor copy{"copying those bytes", *copied};
  report.Add({what + " to a file", made->ms, "ms", {copy}});
  report.Add({"the file", made->bytes / (1 << 20), "MiB"});
  report.Add({"memory meanwhile, beyond before", made->most_memory / (1 << 20), "MiB"});
  report.Add({"a synced write of the node's own meanwhile, the slowest", made->slowest_write_ms, "ms"});
  report.Add({what + " restored", *restored, "ms", {copy}});
  return absl::OkStatus();
}

}  // namespace whoelse::bench
