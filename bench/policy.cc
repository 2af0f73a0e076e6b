// What one decision of the disclosure policy costs (node/policy.h).
#include "bench/benchmarks.h"
#include "benchmark/benchmark.h"
#include "crypto/random.h"
#include "node/policy.h"

namespace whoelse::bench {
namespace {

constexpr double kGoalPerSecond = 1e6;
constexpr size_t kRecords = 1'000;   // as many as fit into a cache: the decision, not the memory

// Records of every class, word and restriction, as a node holds them.
std::vector<Record> MakeRecords(Date today, Random& random) {
  std::vector<Record> records(kRecords);
  for (Record& record : records) {
    record.born = Date::FromDays(today.days() - static_cast<int64_t>(random.Below(6'000)));
    record.start = Date::FromDays(today.days() - static_cast<int64_t>(random.Below(2'000)));
    if (random.Below(5) == 0) record.end = today;
    record.service_class = static_cast<ServiceClass>(1 + random.Below(5));
    record.about_parent_or_carer = random.Below(10) == 0;
    record.consent.state = static_cast<ConsentState>(1 + random.Below(3));
    record.consent.by = static_cast<ConsentBy>(1 + random.Below(4));
    record.consent.on = record.start;
    record.consent.competent = random.Below(2) == 0;
    record.restrictions.shielded = random.Below(20) == 0;
    record.restrictions.covert = random.Below(20) == 0;
    record.name = "Robin Fennimore";
    record.service = "Child protection";
  }
  return records;
}

Asked RandomAsked(Random& random) {
  return {.purpose = static_cast<Purpose>(1 + random.Below(8)),
          .by_description = false,
          .asker_in_s16la = random.Below(4) != 0,
          .asker_may_ask_section47 = random.Below(2) == 0,
          .asker_in_same_area = random.Below(4) != 0};
}

}  // namespace

absl::Status MeasurePolicy(const Setting& setting, Report& report) {
  SystemRandom random;
  const Date today = Date::FromDays(20'523);
  const std::vector<Record> records = MakeRecords(today, random);
  std::vector<Asked> asked;
  std::vector<Bytes> stored;
  for (const Record& record : records) {
    asked.push_back(RandomAsked(random));
    stored.push_back(record.Encode());
  }
  const PolicyTable table;
  const std::vector<double> ns = LeastNs(
      setting.effort.Of(200, 1),
      {[&] {
         for (size_t i = 0; i < records.size(); ++i) {
           benchmark::DoNotOptimize(Decide(table, records[i], asked[i], today));
         }
       },
       [&] {
         for (size_t i = 0; i < records.size(); ++i) {
           const auto row = static_cast<size_t>(records[i].service_class);
           benchmark::DoNotOptimize(table.cells[row][ColumnOf(asked[i].purpose)]);
         }
       },
       [&] {
         for (const Bytes& bytes : stored) benchmark::DoNotOptimize(Record::Decode(bytes));
       }});
  const auto per_second = [](double ns_of_all) { return 1e9 * kRecords / ns_of_all; };
  report.Add({"decisions", per_second(ns[0]), "decisions/s",
              {{"one cell of the table", per_second(ns[1])},
               {"decoding the record", per_second(ns[2])}},
              kGoalPerSecond, Better::kMore});
  return absl::OkStatus();
}

}  // namespace whoelse::bench
