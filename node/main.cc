#include "node/node.h"

int main(int argc, char** argv) {
  static const whoelse::SystemClock clock;
  return whoelse::RunNode(argc, argv, clock);
}
