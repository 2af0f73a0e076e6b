// The Go project's own packages verify what we publish and prove: an auditor needs none of our tools.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "tests/cli/audit_folder.h"
#include "tests/cli/captured.h"
#include "tests/support/source_path.h"

namespace whoelse {
namespace {

using testing::HasSubstr;

constexpr char kPackages[] = "/usr/share/gocode";   // golang-golang-x-mod-dev puts them there

struct Ran {
  int status;
  std::string output;
};

Ran RunCommand(const std::string& command) {
  Ran ran{-1, ""};
  FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> buffer;
  for (size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    ran.output.append(buffer.data(), n);
  }
  ran.status = pclose(pipe);
  return ran;
}

class AuditGoTest : public testing::Test {
 protected:
  void SetUp() override {
    const Ran built = RunCommand("GO111MODULE=off GOPATH=" + std::string(kPackages) + " GOCACHE=" +
                          folder_ / "gocache" + " go build -o " + folder_ / "verify" + " " +
                          SourcePath("tests/audit/go/verify.go"));
    ASSERT_EQ(built.status, 0) << built.output;
  }
  Ran Verify(const std::string& arguments) const {
    return RunCommand(folder_ / "verify" + " " + arguments);
  }
  // A log of so many entries, copied by our mirror.
  std::string Mirrored(size_t size) const {
    std::vector<Bytes> entries = folder_.entries();
    while (entries.size() < size) {
      entries.push_back(SerializeLogEntry(RosterEntry{100 + entries.size(), {}}));
    }
    folder_.PutLog("logs/coordinator-1", entries);
    EXPECT_EQ(Whoelse({"audit", "mirror", "--roster", folder_ / "roster.signed", "--from",
                       folder_ / "logs", "--into", folder_ / "mirror"}).exit, kExitOk);
    return folder_ / "mirror/coordinator-101";
  }

  AuditFolder folder_;
};

TEST_F(AuditGoTest, VerifiesACopyAndProofsFromIt) {
  for (const size_t size : {4u, 256u, 700u}) {
    const std::string log = Mirrored(size);
    std::string proofs;
    for (const size_t index : {size_t{0}, size_t{3}, size - 1}) {
      const std::string file = folder_ / (std::to_string(index) + ".tlog-proof");
      ASSERT_EQ(Whoelse({"audit", "prove", log, std::to_string(index), "--roster",
                         folder_ / "roster.signed", "--out", file}).exit, kExitOk);
      proofs += " " + file;
    }
    const Ran verified = Verify(log + proofs);
    EXPECT_EQ(verified.status, 0) << verified.output;
    EXPECT_THAT(verified.output, HasSubstr("log1.example/whoelse: " + std::to_string(size) +
                                           " entries and 3 proofs verify"));
  }
}

TEST_F(AuditGoTest, RefusesWhatWeRefuse) {
  const std::string log = Mirrored(300);
  const std::string copy = "mirror/coordinator-101/";
  for (const std::string file : {"tile/entries/000", "tile/0/001.p/44", "tile/1/000.p/1"}) {
    folder_.FlipBit(copy + file, 8);
    EXPECT_NE(Verify(log).status, 0) << file;
    EXPECT_EQ(Whoelse({"audit", "check", log, "--roster", folder_ / "roster.signed"}).exit,
              kExitRefuted) << file;
    folder_.FlipBit(copy + file, 8);
  }
  EXPECT_EQ(Verify(log).status, 0);
  ASSERT_EQ(Whoelse({"audit", "prove", log, "7", "--roster", folder_ / "roster.signed", "--out",
                     folder_ / "7.tlog-proof"}).exit, kExitOk);
  folder_.FlipBit("7.tlog-proof.entry", 3);
  EXPECT_NE(Verify(log + " " + folder_ / "7.tlog-proof").status, 0);
}

}  // namespace
}  // namespace whoelse
