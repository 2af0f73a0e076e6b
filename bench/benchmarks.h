// The benchmarks. Each measures one thing beside its floor and adds rows to the report; an error
// says what could not be measured.
#ifndef WHOELSE_BENCH_BENCHMARKS_H_
#define WHOELSE_BENCH_BENCHMARKS_H_

#include <string>

#include "absl/status/status.h"
#include "bench/measure.h"

namespace whoelse::bench {

struct Setting {
  Effort effort;
  std::string programs;   // absolute path of the directory with the real programs
  std::string home;       // absolute path of an empty directory for what is made
};

absl::Status MeasureIndexScan(const Setting& setting, Report& report);    // index_scan.cc
absl::Status MeasureEvaluator(const Setting& setting, Report& report);    // evaluator.cc
absl::Status MeasureClient(const Setting& setting, Report& report);       // client.cc
absl::Status MeasureRelay(const Setting& setting, Report& report);        // relay.cc
absl::Status MeasureAttachStorm(const Setting& setting, Report& report);  // attach_storm.cc
absl::Status MeasureQuestion(const Setting& setting, Report& report);     // question.cc
absl::Status MeasureSequencer(const Setting& setting, Report& report);    // sequencer.cc
absl::Status MeasureAdmission(const Setting& setting, Report& report);    // admission.cc
absl::Status MeasureReceipt(const Setting& setting, Report& report);      // receipt.cc
absl::Status MeasureLogCopy(const Setting& setting, Report& report);      // log_copy.cc
absl::Status MeasureFrames(const Setting& setting, Report& report);       // frames.cc
absl::Status MeasurePolicy(const Setting& setting, Report& report);       // policy.cc
absl::Status MeasureImport(const Setting& setting, Report& report);       // import.cc
absl::Status MeasureBackup(const Setting& setting, Report& report);       // backup.cc
absl::Status MeasureNodeMemory(const Setting& setting, Report& report);   // node_memory.cc

}  // namespace whoelse::bench

#endif  // WHOELSE_BENCH_BENCHMARKS_H_
