#include "tests/games/game.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>

namespace whoelse::games {
namespace {

constexpr double kZ = 2.5758293035489;   // 99 %, two-sided
constexpr double kAdvantageMost = 0.05, kStrawmanLeast = 0.5;

std::string Outcome(Measure measure, const Tally& tally) {
  char text[120];
  if (measure == Measure::kCount) {
    const Interval rate = tally.wins == 0
                              ? Wilson99(0, std::max(tally.tries, uint64_t{1}))
                              : Wilson99(tally.wins, std::max(tally.runs, uint64_t{1}));
    std::snprintf(text, sizeof text, "%llu of %llu runs won [%.3f, %.3f]",
                  static_cast<unsigned long long>(tally.wins),
                  static_cast<unsigned long long>(tally.runs), rate.low, rate.high);
  } else {
    const Interval adv = Advantage99(tally);
    const double seen = std::fabs(2.0 * static_cast<double>(tally.wins) /
                                      static_cast<double>(std::max(tally.runs, uint64_t{1})) -
                                  1);
    std::snprintf(text, sizeof text, "adv %.3f [%.3f, %.3f]", seen, adv.low, adv.high);
  }
  return text;
}

bool Falls(Measure measure, const Tally& tally) {
  if (tally.runs == 0) return false;
  return measure == Measure::kCount ? Wilson99(tally.wins, tally.runs).low > kStrawmanLeast
                                    : Advantage99(tally).low > kStrawmanLeast;
}

bool Holds(Measure measure, const Tally& tally) {
  if (tally.runs == 0) return false;
  return measure == Measure::kCount ? tally.wins == 0 : Advantage99(tally).high < kAdvantageMost;
}

}  // namespace

Interval Wilson99(uint64_t wins, uint64_t runs) {
  const double n = static_cast<double>(runs), p = static_cast<double>(wins) / n, z2 = kZ * kZ;
  const double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
  const double reach = kZ / (1 + z2 / n) * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  return {std::max(0.0, middle - reach), std::min(1.0, middle + reach)};
}

Interval Advantage99(const Tally& tally) {
  const Interval p = Wilson99(tally.wins, std::max(tally.runs, uint64_t{1}));
  const double a = std::fabs(2 * p.low - 1), b = std::fabs(2 * p.high - 1);
  const bool straddles = p.low < 0.5 && p.high > 0.5;
  return {straddles ? 0 : std::min(a, b), std::max(a, b)};
}

bool IsGood(Measure measure, const Tally& honest, const std::vector<Strawman>& strawmen) {
  return Holds(measure, honest) && !strawmen.empty() &&
         std::all_of(strawmen.begin(), strawmen.end(),
                     [&](const Strawman& s) { return Falls(measure, s.tally); });
}

bool Judge(int number, const std::string& game, Measure measure, const Tally& honest,
           const std::vector<Strawman>& strawmen) {
  const bool good = IsGood(measure, honest, strawmen);
  std::printf("%4d  %-58s %7llu  %-36s %s\n", number, game.c_str(),
              static_cast<unsigned long long>(honest.tries), Outcome(measure, honest).c_str(),
              good ? "good" : "BAD");
  for (const Strawman& s : strawmen) {
    std::printf("      %-58s %7llu  %-36s %s\n", ("  strawman without " + s.without).c_str(),
                static_cast<unsigned long long>(s.tally.tries),
                Outcome(measure, s.tally).c_str(), Falls(measure, s.tally) ? "falls" : "SURVIVES");
  }
  return good;
}

uint64_t Seed() {
  static const uint64_t seed = [] {
    const char* given = std::getenv("WHOELSE_SEED");
    return given ? std::strtoull(given, nullptr, 10) : uint64_t{std::random_device{}()};
  }();
  return seed;
}

}  // namespace whoelse::games
