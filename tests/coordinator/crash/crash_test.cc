// The sequencer's promise, held against a process that dies, a disk that fails and a loss of power, at
// any write and sync: no acknowledged leaf is ever missing, no two heads ever conflict, and what an
// ordinary crash leaves behind can always be started from. A hundred seeded runs here, a few thousand
// in `./run test --long`.
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "coordinator/sequencer.h"
#include "tests/coordinator/crash/io_faults.h"
#include "tests/support/random.h"

extern char** environ;

namespace whoelse {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kCases = 10, kStartsOfARun = 3;
constexpr uint64_t kOperationsOfAStart = 260;   // about as many as one start that ends well has

uint64_t Number(const char* variable, uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

struct Ended {
  int status;            // as of waitpid
  std::string reports;   // whole lines on descriptor 3
};

Ended RunChild(const std::vector<std::string>& arguments) {
  int report[2];
  EXPECT_EQ(pipe(report), 0);
  std::vector<char*> argv;
  std::string program = WHOELSE_CRASH_CHILD;
  argv.push_back(program.data());
  std::vector<std::string> copies = arguments;
  for (std::string& argument : copies) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, report[1], 3);
  pid_t child = 0;
  EXPECT_EQ(posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(), environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  close(report[1]);
  Ended ended{};
  char buffer[4096];
  for (ssize_t n = 0; (n = read(report[0], buffer, sizeof buffer)) > 0;) {
    ended.reports.append(buffer, static_cast<size_t>(n));
  }
  close(report[0]);
  EXPECT_EQ(waitpid(child, &ended.status, 0), child);
  ended.reports.resize(ended.reports.rfind('\n') + 1);   // npos + 1 = 0
  return ended;
}

// What an injected fault may do to a process; a store that a start refuses is none of them, nor is
// going on after a write of its log that failed.
bool AllowedEnd(int status) {
  if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGABRT;   // Debian's RocksDB asserts
  const int code = WEXITSTATUS(status);
  return code == 0 || code == 1 || code == kKilledExit || code == kStoreFailedExit;
}

void RunOnce(uint64_t seed) {
  SCOPED_TRACE("WHOELSE_SEED=" + std::to_string(seed));
  SeededRandom random(seed);
  const fs::path folder = fs::temp_directory_path() /
                          ("whoelse-crash-" + std::to_string(getpid()) + "-" + std::to_string(seed));
  fs::create_directory(folder);
  std::ofstream expected(folder / "expected");
  for (uint64_t start = 0; start < kStartsOfARun; ++start) {
    const uint64_t fault = 1 + random.Below(5);
    const uint64_t at = 1 + random.Below(kOperationsOfAStart);
    const Ended ended = RunChild({"write", folder.string(), std::to_string(start * 1000),
                                  std::to_string(fault), std::to_string(at),
                                  random.Below(2) ? "1" : "0", std::to_string(random.Below(1000))});
    ASSERT_TRUE(AllowedEnd(ended.status))
        << "start " << start << ", fault " << fault << " at " << at << ": " << ended.status;
    expected << ended.reports << std::flush;
  }
  const Ended verified = RunChild({"verify", folder.string()});
  ASSERT_TRUE(WIFEXITED(verified.status) && WEXITSTATUS(verified.status) == 0) << verified.status;
  fs::remove_all(folder);
}

class CrashTest : public testing::TestWithParam<uint64_t> {};

TEST_P(CrashTest, KeepsWhatItAcknowledgedAndNeverForks) {
  if (const uint64_t one = Number("WHOELSE_SEED", 0)) return RunOnce(one);
  const uint64_t runs = Number("WHOELSE_CRASH_RUNS", 100) / kCases;
  for (uint64_t i = 0; i < runs && !HasFatalFailure(); ++i) RunOnce(1 + GetParam() * 1'000'000 + i);
}

INSTANTIATE_TEST_SUITE_P(Seeds, CrashTest, testing::Range<uint64_t>(0, kCases));

// The test above is worth something only if its starts get somewhere before they die.
TEST(CrashChild, AcknowledgesAndSignsWhenNothingGoesWrong) {
  const fs::path folder =
      fs::temp_directory_path() / ("whoelse-crash-" + std::to_string(getpid()) + "-good");
  fs::create_directory(folder);
  const Ended ended = RunChild({"write", folder.string(), "0", "0", "0", "1", "1"});
  EXPECT_TRUE(WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == 0) << ended.status;
  EXPECT_NE(ended.reports.find("leaf 39 "), std::string::npos);
  EXPECT_NE(ended.reports.find("head "), std::string::npos);
  std::ofstream(folder / "expected") << ended.reports;
  EXPECT_EQ(RunChild({"verify", folder.string()}).status, 0);

  // And verifying finds a leaf that is not there.
  std::ofstream(folder / "expected", std::ios::app) << "leaf 999999 5\n";
  EXPECT_NE(RunChild({"verify", folder.string()}).status, 0);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace whoelse
