#include "coordinator/run.h"

int main(int argc, char** argv) {
  static const whoelse::SystemClock clock;
  return whoelse::RunCoordinator(argc, argv, clock);
}
