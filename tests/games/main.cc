// The games as tests, or, with --table, as one table: ./run games.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>

#include "tests/games/game.h"

namespace {

// Leaves the rows that the games print, and says what failed beside them.
class Table final : public testing::EmptyTestEventListener {
 public:
  void OnTestProgramStart(const testing::UnitTest&) override {
    std::printf("%4s  %-58s %7s  %-36s %s\n", "game", "adversary", "tries",
                "result, 99 % interval (Wilson)", "verdict");
  }
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (result.failed()) std::printf("      %s\n", result.summary());
  }
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  std::printf("WHOELSE_SEED=%llu\n", static_cast<unsigned long long>(whoelse::games::Seed()));
  if (argc > 1 && std::strcmp(argv[1], "--table") == 0) {
    testing::GTEST_FLAG(filter) = "Game*";
    testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new Table);
  }
  return RUN_ALL_TESTS();
}
