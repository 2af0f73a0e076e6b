// What the adversary games of the threat model have in common: how a game is judged and shown.
// threat-model/claims.md says which promise each one attacks.
//
// A game is one adversary, written once, that plays against the production code and, unchanged,
// against a strawman: a variant without the one defence that the game is about. The production code
// must hold, and the strawman must fall: a game that its strawman survives proves nothing.
#ifndef WHOELSE_TESTS_GAMES_GAME_H_
#define WHOELSE_TESTS_GAMES_GAME_H_

#include <cstdint>
#include <string>
#include <vector>

namespace whoelse::games {

// How often the adversary won. In one run it tries what it has until it wins; `tries` in all runs
// together.
struct Tally {
  uint64_t runs = 0;
  uint64_t wins = 0;
  uint64_t tries = 0;

  void Count(bool won, uint64_t tries_of_run = 1) {
    ++runs;
    wins += won;
    tries += tries_of_run;
  }
};

// Wilson's score interval of wins / runs at 99 %.
struct Interval {
  double low;
  double high;
};
Interval Wilson99(uint64_t wins, uint64_t runs);
// adv = |2 Pr[win] - 1| of an adversary that says one of two things: the bounds that follow from
// Wilson's for Pr[win].
Interval Advantage99(const Tally& tally);

struct Strawman {
  std::string without;   // the defence that it drops
  Tally tally;
};

enum class Measure {
  kCount,       // wins must be 0 (the interval is then that of a try); a strawman must fall in more
                // than half of all runs
  kAdvantage    // adv below 0.05; a strawman's above 0.5
};

// The production code holds, there is a strawman, and each of them falls.
bool IsGood(Measure measure, const Tally& honest, const std::vector<Strawman>& strawmen);
// The same; prints the game's rows.
bool Judge(int number, const std::string& game, Measure measure, const Tally& honest,
           const std::vector<Strawman>& strawmen);

// $WHOELSE_SEED repeats a run; otherwise every run is a new one. The same for all games of a run.
uint64_t Seed();

}  // namespace whoelse::games

#endif  // WHOELSE_TESTS_GAMES_GAME_H_
