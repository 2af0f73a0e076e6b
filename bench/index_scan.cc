// The scan of a node's index, which every frame costs for each of its slots (node/index.h).
#include <malloc.h>

#include <numeric>

#include "bench/benchmarks.h"
#include "benchmark/benchmark.h"
#include "node/index.h"

namespace whoelse::bench {
namespace {

constexpr double kGoalNs = 90;
constexpr double kGoalBytes = 24;

double AllocatedBytes() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

Index MakeIndex(RecordId entries, Random& random) {
  Index index;
  for (RecordId record = 1; record <= entries; ++record) {
    index.Insert(KeyType::kNhsNumber, 1, record, random.NewSecret<16>());
  }
  return index;
}

void MeasureSize(RecordId entries, const Setting& setting, Report& report) {
  SystemRandom random;
  const double before = AllocatedBytes();
  const Index index = MakeIndex(entries, random);
  const double bytes = (AllocatedBytes() - before) / entries;

  const auto nonce = random.NewFixed<QuestionNonce>();
  const auto check = random.NewFixed<Siphash128>();
  const Secret<16> key = random.NewSecret<16>();
  const std::vector<uint64_t> memory(size_t{2} * entries, 1);   // as many bytes as the keys have
  std::array<uint8_t, 17> context{};
  const std::vector<double> ns = LeastNs(
      setting.effort.Of(entries > 500'000 ? 9 : 60, 1),
      {[&] { benchmark::DoNotOptimize(index.Scan(KeyType::kNhsNumber, 1, nonce, 0, check)); },
       [&] {
         for (RecordId i = 0; i < entries; ++i) {
           context[16] = static_cast<uint8_t>(i);
           benchmark::DoNotOptimize(Siphash(key.Reveal(), context));
         }
       },
       [&] {
         benchmark::DoNotOptimize(std::accumulate(memory.begin(), memory.end(), uint64_t{0}));
       }});
  const std::string what = std::to_string(entries) + " entries: ";
  report.Add({what + "scan", ns[0] / entries, "ns an entry",
              {{"one SipHash", ns[1] / entries}, {"reading the keys", ns[2] / entries}}, kGoalNs});
  report.Add({what + "memory", bytes, "bytes an entry", {{"key and record id", 20}}, kGoalBytes});
}

}  // namespace

absl::Status MeasureIndexScan(const Setting& setting, Report& report) {
  for (const RecordId entries : {1'000u, 100'000u, 1'000'000u}) {
    MeasureSize(setting.effort.Of(entries, 100u), setting, report);
  }
  return absl::OkStatus();
}

}  // namespace whoelse::bench
