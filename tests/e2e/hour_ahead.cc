// A node whose clock is an hour fast: the whole program, with another Clock.
#include "node/node.h"

int main(int argc, char** argv) {
  static const whoelse::SystemClock clock;
  static const whoelse::ShiftedClock ahead(clock, 3'600'000);
  return whoelse::RunNode(argc, argv, ahead);
}
