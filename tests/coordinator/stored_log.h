// A log in a store, that grows as a test says.
#ifndef WHOELSE_TESTS_COORDINATOR_STORED_LOG_H_
#define WHOELSE_TESTS_COORDINATOR_STORED_LOG_H_

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "audit/checkpoint.h"
#include "coordinator/checkpoint_mirror.h"
#include "coordinator/log_publication.h"
#include "coordinator/log_reader.h"
#include "coordinator/log_writer.h"
#include "coordinator/rocksdb_state.h"
#include "rpc/certificate.h"
#include "rpc/clock.h"
#include "tests/coordinator/fixture.h"

namespace whoelse {

class StoredLogTest : public testing::Test {
 protected:
  StoredLogTest() {
    state_ = *RocksDbState::Open(folder_ / "data");
    mirror_ = *CheckpointMirror::Open(folder_ / "second");
    const TimeS now = SystemClock().NowS();
    EXPECT_TRUE(CreateTlsFiles(tls_, "localhost", now - 100, now + 100'000).ok());
  }
  // Appends until the log has `size` entries; what it then publishes.
  PublishedLog Grow(uint64_t size) {
    std::vector<Submission> pool;
    for (uint64_t n = state_->Head()->size(); n < size; ++n) {
      pool.push_back(AskSubmission{Retag<FrameHash>(H("test", Writer().U64(n).view())), 1, {}, 7, 5,
                                   1'000'000});
    }
    const auto plan = PlanPool(*state_, pool, kNowMs);
    EXPECT_TRUE(plan.ok() && state_->Commit(plan->batch).ok());
    return {size, Signed(size).Serialize()};
  }
  Checkpoint CheckpointAt(uint64_t size) const {
    return {LogVerifier().name, size, FrontierAt(*state_, size)->Root()};
  }
  Note Signed(uint64_t size) const { return SignCheckpoint(CheckpointAt(size), LogKeyOf(0)); }
  static NoteVerifier LogVerifier() {
    return *NoteVerifier::Parse(
        ProtocolVectors()["keys"]["coordinators"][0]["log_vkey"].get<std::string>());
  }
  static std::string Content(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }

  TempFolder folder_;
  const TlsFiles tls_{folder_ / "tls.crt", folder_ / "tls.key"};
  std::unique_ptr<RocksDbState> state_;
  std::unique_ptr<CheckpointMirror> mirror_;
};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_COORDINATOR_STORED_LOG_H_
