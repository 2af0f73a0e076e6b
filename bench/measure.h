// What every benchmark here has in common: a number is measured beside its floor (what the same
// machine needs at the least for the same thing, at the same moment) and read as a ratio to it. A
// machine of another speed, or a busy one, moves both.
#ifndef WHOELSE_BENCH_MEASURE_H_
#define WHOELSE_BENCH_MEASURE_H_

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace whoelse::bench {

enum class Better { kLess, kMore };

struct Floor {
  std::string what;
  double value = 0;   // in the row's unit
};

struct Row {
  std::string what;
  double value = 0;
  std::string unit;
  std::vector<Floor> floors = {};
  std::optional<double> goal = {};     // at most, or at least when more is better
  Better better = Better::kLess;

  // How many times as costly as the floor.
  double RatioTo(const Floor& floor) const;
  bool MeetsGoal() const;              // also when there is none
};

class Report {
 public:
  // Rows are printed as they come.
  void Begin(std::string benchmark);
  void Add(Row row);
  // A line between the rows, for what a number cannot say.
  void Say(const std::string& line);
  // UNAVAILABLE.
  absl::Status WriteJson(const std::string& path) const;

 private:
  std::string benchmark_;
  std::vector<std::pair<std::string, Row>> rows_;
};

// How long to measure: `smoke` is one tiny iteration of everything, to see that it still runs.
struct Effort {
  bool smoke = false;
  // `full`, or `tiny` in a smoke run.
  template <typename T>
  T Of(T full, T tiny) const {
    return smoke ? tiny : full;
  }
};

// Time as it passes, for what waits for a disk or a network.
class Stopwatch {
 public:
  double Ms() const {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun_)
        .count();
  }

 private:
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

using Piece = std::function<void()>;

// The least processor time that one call of each piece took, in ns. The pieces take turns, so that
// what slows the machine down slows down a floor and what is held against it alike.
std::vector<double> LeastNs(int rounds, const std::vector<Piece>& pieces);

// The value at this quantile (0 to 1) of a list that is not empty.
double Quantile(std::vector<double> values, double quantile);

}  // namespace whoelse::bench

#endif  // WHOELSE_BENCH_MEASURE_H_
