// A node whose clock a test moves: the whole program, with another Clock.
#include "node/node.h"
#include "tests/e2e/moved_clock.h"

int main(int argc, char** argv) {
  static const whoelse::MovedClock clock;
  return whoelse::RunNode(argc, argv, clock);
}
