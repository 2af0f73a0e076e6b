#include "bench/measure.h"

#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string_view>
#include <thread>

#include "nlohmann/json.hpp"
#include "vault/durable_file.h"

namespace whoelse::bench {
namespace {

double ThreadNs() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

// Three figures that count, thousands apart.
std::string Number(double value) {
  char text[64];
  const int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  const std::string_view digits = text;
  const size_t whole = std::min(digits.find('.'), digits.size());
  std::string number;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (0 < i && i < whole && (whole - i) % 3 == 0) number += ',';
    number += digits[i];
  }
  return number;
}

}  // namespace

double Row::RatioTo(const Floor& floor) const {
  return better == Better::kLess ? value / floor.value : floor.value / value;
}

bool Row::MeetsGoal() const {
  return !goal || (better == Better::kLess ? value <= *goal : value >= *goal);
}

void Report::Begin(std::string benchmark) {
  benchmark_ = std::move(benchmark);
  std::printf("\n%s\n", benchmark_.c_str());
}

void Report::Say(const std::string& line) {
  std::printf("  %s\n", line.c_str());
  std::fflush(stdout);
}

void Report::Add(Row row) {
  std::string line = row.what;
  line.resize(std::max<size_t>(line.size() + 1, 44), ' ');
  const std::string value = Number(row.value);
  line += std::string(value.size() < 9 ? 9 - value.size() : 0, ' ') + value + " " + row.unit;
  if (row.goal) {
    line += std::string(line.size() < 76 ? 76 - line.size() : 1, ' ') + "goal " +
            (row.better == Better::kLess ? "<= " : ">= ") + Number(*row.goal) +
            (row.MeetsGoal() ? "" : "  MISSED");
  }
  Say(line);
  for (const Floor& floor : row.floors) {
    Say("    " + Number(row.RatioTo(floor)) + " times the floor of " + Number(floor.value) + " (" +
        floor.what + ")");
  }
  rows_.emplace_back(benchmark_, std::move(row));
}

absl::Status Report::WriteJson(const std::string& path) const {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const auto& [benchmark, row] : rows_) {
    nlohmann::ordered_json one = {{"benchmark", benchmark}, {"what", row.what},
                                  {"value", row.value},     {"unit", row.unit},
                                  {"floors", nlohmann::ordered_json::array()}};
    for (const Floor& floor : row.floors) {
      one["floors"].push_back(
          {{"what", floor.what}, {"value", floor.value}, {"ratio", row.RatioTo(floor)}});
    }
    if (row.goal) one.update({{"goal", *row.goal}, {"met", row.MeetsGoal()}});
    rows.push_back(std::move(one));
  }
  const nlohmann::ordered_json all = {{"cores", std::thread::hardware_concurrency()},
                                      {"rows", std::move(rows)}};
  const std::string text = all.dump(1) + "\n";
  return WriteFileDurably(path, AsBytes(text), 0644);
}

std::vector<double> LeastNs(int rounds, const std::vector<Piece>& pieces) {
  std::vector<double> least(pieces.size(), std::numeric_limits<double>::infinity());
  for (int round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < pieces.size(); ++i) {
      const double from = ThreadNs();
      pieces[i]();
      least[i] = std::min(least[i], ThreadNs() - from);
    }
  }
  return least;
}

double Quantile(std::vector<double> values, double quantile) {
  std::sort(values.begin(), values.end());
  const double rank = std::ceil(quantile * static_cast<double>(values.size()));
  return values[static_cast<size_t>(std::max(rank, 1.0)) - 1];
}

}  // namespace whoelse::bench
