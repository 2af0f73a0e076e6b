// What another process has used.
#ifndef WHOELSE_BENCH_PROCESS_H_
#define WHOELSE_BENCH_PROCESS_H_

#include <sys/types.h>

namespace whoelse::bench {

// Processor time of all its threads since it began, in us; 0 when there is no such process.
double ProcessorUs(pid_t pid);
// What it holds in memory now, in bytes; 0 when there is no such process.
double ResidentBytes(pid_t pid);
// The most that it has held, in bytes; 0 when there is no such process.
double PeakResidentBytes(pid_t pid);

}  // namespace whoelse::bench

#endif  // WHOELSE_BENCH_PROCESS_H_
