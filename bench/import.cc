// What an import costs: rows a second from an export to the disk, through the door of the real node,
// and the most memory that the node takes meanwhile. Enrolment apart: no coordinator runs.
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "bench/benchmarks.h"
#include "bench/process.h"
#include "bench/stub_area.h"
#include "cli/demo_children.h"
#include "cli/demo_processes.h"
#include "cli/records.h"
#include "node/config.h"
#include "node/record.h"

namespace whoelse::bench {
namespace {

constexpr double kGoalRows = 50'000, kGoalMiB = 300;
constexpr size_t kChunk = 1000;   // rows that the node writes as one

using Seconds = std::chrono::duration<double>;
double SecondsOf(const std::function<void()>& piece) {
  const auto begun = std::chrono::steady_clock::now();
  piece();
  return Seconds(std::chrono::steady_clock::now() - begun).count();
}

void WriteExport(const std::string& path, size_t rows) {
  std::ofstream out(path);
  out << "source_id,nhs_number,given_name,family_name,born,service,team,professional_name,"
         "professional_role,professional_phone,professional_email,start,restrictions\n";
  for (size_t i = 0; i < rows; ++i) {
    out << "INV-" << i << "," << DemoNhsNumber(i % 500'000)
        << ",Ada,Testwood,2015-03-14,Child protection,East,Robin Fennimore,Worker,01632 960123,"
           "robin.fennimore@agency.example,2020-01-01,none\n";
  }
}

// As many bytes as one row leaves in the store.
size_t SealedRecordBytes() {
  Record record;
  record.nhs_number = *NhsNumber::Parse(DemoNhsNumber(1));
  record.given_name = "Ada";
  record.family_name = "Testwood";
  record.service = "Child protection";
  record.organisation = "Testfield agency 1";
  record.team = "East";
  record.name = "Robin Fennimore";
  record.role = "Worker";
  record.phone = "01632 960123";
  record.email = "robin.fennimore@agency.example";
  record.source = "bench";
  record.source_id = "INV-123456";
  return record.Encode().size() + sizeof(Arrivals) + kAtRestOverhead;
}

// The same bytes in batches of as many rows, each synced, by RocksDB alone. Rows a second.
absl::StatusOr<double> RawRowsPerSecond(const std::string& path, size_t rows) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kNoCompression;
  rocksdb::DB* opened = nullptr;
  if (!rocksdb::DB::Open(options, path, &opened).ok()) {
    return absl::UnavailableError("the floor's database does not open");
  }
  const std::unique_ptr<rocksdb::DB> db(opened);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const std::string record(SealedRecordBytes(), 'x');
  bool ok = true;
  const double seconds = SecondsOf([&] {
    for (size_t row = 0; row < rows && ok;) {
      rocksdb::WriteBatch batch;
      for (size_t i = 0; i < kChunk && row < rows; ++i, ++row) {
        batch.Put(ToString(Writer().U32(static_cast<uint32_t>(row)).view()), record);
      }
      ok = db->Write(synced, &batch).ok();
    }
  });
  if (!ok) return absl::UnavailableError("the floor's database cannot be written");
  return static_cast<double>(rows) / seconds;
}

bool SaidReady(const std::string& log) {
  std::ifstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("ready ")) return true;
  }
  return false;
}

absl::Status Import(const std::string& door, const std::string& file) {
  std::istringstream in;
  std::ostringstream out, err;
  Terminal terminal{in, out, err, false, false, 100};
  ImportOptions options;
  options.door = door;
  options.file = file;
  if (ImportRecords(options, terminal) == kExitOk) return absl::OkStatus();
  return absl::UnavailableError("the import failed: " + err.str());
}

}  // namespace

absl::Status MeasureImport(const Setting& setting, Report& report) {
  SystemRandom random;
  const size_t rows = setting.effort.Of(size_t{1'000'000}, size_t{2'000});
  const std::string home = setting.home + "/area", log = setting.home + "/log";
  std::filesystem::create_directory(home);
  const auto area = StubArea::Make(home, 1, random);
  if (!area.ok()) return area.status();
  const auto config = NodeConfig::Load(area->NodeConfig());
  if (!config.ok()) return config.status();
  WriteExport(setting.home + "/export.csv", rows);
  std::filesystem::current_path(home);   // a door's path is short
  Interrupts interrupts;
  DemoProcesses processes(interrupts);
  const absl::Status started = processes.Start(
      "node", {setting.programs + "/whoelse-node", "--config", area->NodeConfig()}, log);
  if (!started.ok()) return started;
  while (!SaidReady(log)) {
    if (processes.Dead()) return absl::UnavailableError("the node does not start");
    if (interrupts.Came(std::chrono::milliseconds(50))) return absl::CancelledError("interrupted");
  }
  const std::string door = std::filesystem::relative(config->door, home);
  absl::Status imported;
  const double fresh = SecondsOf([&] { imported = Import(door, setting.home + "/export.csv"); });
  if (!imported.ok()) return imported;
  const auto raw = RawRowsPerSecond(setting.home + "/raw", rows);
  if (!raw.ok()) return raw.status();
  report.Add({std::to_string(rows) + " new rows", static_cast<double>(rows) / fresh, "rows/s",
              {{"the same bytes in RocksDB", *raw}}, kGoalRows, Better::kMore});
  report.Add({"the node meanwhile, at the most", PeakResidentBytes(processes.PidOf("node")) / (1 << 20),
              "MiB", {}, kGoalMiB});
  const double again = SecondsOf([&] { imported = Import(door, setting.home + "/export.csv"); });
  if (!imported.ok()) return imported;
  report.Add({"the same file again", static_cast<double>(rows) / again, "rows/s", {}, {},
              Better::kMore});
  return absl::OkStatus();
}

}  // namespace whoelse::bench
