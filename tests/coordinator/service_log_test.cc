// The calls about the log: proofs, cosignatures, ledger digests, and what auditors read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "coordinator/log_store.h"
#include "tests/coordinator/service_fixture.h"

namespace whoelse {
namespace {

class ServiceLogTest : public ServiceTest {
 protected:
  const NoteVerifier& LogKey() const { return roster_->coordinators[0].log_key; }
  std::vector<NoteVerifier> Witnesses() const {
    std::vector<NoteVerifier> all;
    for (const RosterWitness& witness : roster_->witnesses) all.push_back(witness.key);
    return all;
  }
  // The line of a witness of the vectors under this checkpoint.
  static std::string LineOf(int witness, const Checkpoint& checkpoint) {
    const auto& of = ProtocolVectors()["keys"]["witnesses"][witness];
    const Note note{checkpoint.Serialize(),
                    {Cosign(checkpoint, kNowMs / 1000, of["name"].get<std::string>(),
                            KeyFromSeed(of["seed"]))}};
    return note.Serialize().substr(note.text.size() + 1);
  }

  template <typename Reply, typename Method, typename Call>
  grpc::Status Unary(Method method, const Call& call, const TlsFiles& caller, Reply* reply) {
    grpc::ClientContext context;
    context.set_deadline(DeadlineIn(std::chrono::seconds(20)));
    const auto stub = v1::Coordinator::NewStub(Channel(caller));
    return (stub.get()->*method)(&context, call, reply);
  }
  grpc::Status Prove(const std::vector<uint64_t>& indexes, v1::ProveReply* reply, int agency = 0) {
    v1::ProveCall call;
    for (const uint64_t index : indexes) call.add_indexes(index);
    return Unary(&v1::Coordinator::Stub::Prove, call, agencies_[agency], reply);
  }
  grpc::Status LogDigest(const LedgerEntry& entry, uint64_t* index, int agency = 1) {
    v1::LedgerDigestCall call;
    call.set_entry(ToString(SerializeLogEntry(entry)));
    v1::LedgerDigestReply reply;
    const auto status =
        Unary(&v1::Coordinator::Stub::LogLedgerDigest, call, agencies_[agency], &reply);
    *index = reply.index();
    return status;
  }
  LedgerEntry DigestOfAgency1() const {
    LedgerEntry entry;
    entry.agency = roster_->agencies[1].id;
    entry.coordinator = roster_->coordinators[1].id;
    entry.to = 4;
    entry.Sign(IdentityKeyOf(1));
    return entry;
  }
  // Proofs of these, as soon as a checkpoint covers them.
  v1::ProveReply Proven(const std::vector<uint64_t>& indexes) {
    auto node = Attach(2, Silent);
    node->WaitFor([&](const FakeNode::Seen& s) {
      const std::string note =
          s.checkpoints.empty() ? s.attached->checkpoint() : s.checkpoints.back().checkpoint();
      return OpenCheckpoint(*Note::Parse(note), LogKey())->size > indexes.back();
    });
    v1::ProveReply reply;
    const grpc::Status status = Prove(indexes, &reply);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return reply;
  }
  void ExpectGood(const v1::ProveReply& reply, const std::vector<uint64_t>& indexes) {
    const auto checkpoint = OpenCheckpoint(*Note::Parse(reply.checkpoint()), LogKey());
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
    ASSERT_EQ(static_cast<size_t>(reply.entries_size()), indexes.size());
    for (size_t i = 0; i < indexes.size(); ++i) {
      std::vector<TreeHash> proof;
      for (const std::string& hash : reply.entries(static_cast<int>(i)).proof()) {
        proof.push_back(TreeHash(AsBytes(hash).first<32>()));
      }
      const TreeHash leaf = LeafHash(AsBytes(reply.entries(static_cast<int>(i)).entry()));
      EXPECT_TRUE(VerifyInclusion(leaf, indexes[i], checkpoint->size, proof, checkpoint->root).ok());
    }
  }
};

TEST_F(ServiceLogTest, ANewLogBeginsWithItsRosterAndKeyEvents) {
  Start();
  const v1::ProveReply reply = Proven({0, 1, 2});
  ExpectGood(reply, {0, 1, 2});
  std::vector<LogEntry> entries;
  for (const auto& entry : reply.entries()) entries.push_back(*ParseLogEntry(AsBytes(entry.entry())));
  EXPECT_EQ(std::get<RosterEntry>(entries[0]).hash, roster_->hash);
  const Digest hash{std::span<const uint8_t, 32>(roster_->hash.data(), 32)};
  const KeyVersion kv = roster_->key_versions[0].kv;
  EXPECT_EQ(std::get<KeyEventEntry>(entries[1]), (KeyEventEntry{KeyEvent::kCreated, kv, hash}));
  EXPECT_EQ(std::get<KeyEventEntry>(entries[2]), (KeyEventEntry{KeyEvent::kActivated, kv, hash}));

  // Once, however often it starts.
  const uint64_t size = OpenCheckpoint(*Note::Parse(reply.checkpoint()), LogKey())->size;
  Stop();
  Start();
  const auto seen = Attach(0, Silent)->WaitAttached();
  EXPECT_EQ(seen.attached->tree_size(), size);
}

TEST_F(ServiceLogTest, ProofsRestOnACheckpointWithAQuorumOnceThereIsOne) {
  Start();
  ExpectGood(Proven({0}), {0});
  auto node = Attach(0, Silent);
  const auto seen = node->WaitFor([](const FakeNode::Seen& s) { return s.attached.has_value(); });
  v1::ProveReply reply;
  ASSERT_TRUE(Prove({0}, &reply).ok());
  const auto newest = OpenCheckpoint(*Note::Parse(reply.checkpoint()), LogKey());
  for (size_t i = 0; i < roster_->quorum; ++i) {
    node->Cosign(newest->size, LineOf(static_cast<int>(i), *newest));
  }
  // The stream is in order: after a call on it that is answered, the lines have been read.
  const auto cosigned = [&] {
    EXPECT_TRUE(Prove({0}, &reply).ok());
    return VerifyCosignatures(*Note::Parse(reply.checkpoint()), Witnesses())->size();
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (cosigned() < roster_->quorum && std::chrono::steady_clock::now() < deadline) {
  }
  EXPECT_EQ(cosigned(), roster_->quorum);
  ExpectGood(reply, {0});

  // It has it again after a restart.
  node = nullptr;
  Stop();
  Start();
  EXPECT_EQ(cosigned(), roster_->quorum);
}

TEST_F(ServiceLogTest, ABadCosignatureCutsItsStream) {
  Start();
  v1::ProveReply reply = Proven({0});
  const auto newest = OpenCheckpoint(*Note::Parse(reply.checkpoint()), LogKey());
  auto node = Attach(0, Silent);
  Checkpoint other = *newest;
  other.root.data()[0] ^= 1;
  node->Cosign(newest->size, LineOf(0, other));
  // SIGNATURE as a rule; gRPC loses the word when the node was still writing.
  EXPECT_FALSE(node->WaitEnd().ok());
  ASSERT_TRUE(Prove({0}, &reply).ok());
  EXPECT_TRUE(VerifyCosignatures(*Note::Parse(reply.checkpoint()), Witnesses())->empty());
}

TEST_F(ServiceLogTest, ProveRefusesTooManyAndWhatIsNotThere) {
  Start();
  v1::ProveReply reply;
  EXPECT_EQ(FromGrpc(Prove({}, &reply)), ServiceError::kSize);
  EXPECT_EQ(FromGrpc(Prove({0, 0, 0, 0, 0, 0, 0, 0, 0}, &reply)), ServiceError::kSize);
  EXPECT_EQ(FromGrpc(Prove({1'000'000}, &reply)), ServiceError::kNotCovered);
  EXPECT_EQ(FromGrpc(Prove({~uint64_t{0}}, &reply)), ServiceError::kNotCovered);
}

TEST_F(ServiceLogTest, ALedgerDigestIsLoggedOnce) {
  Start();
  const LedgerEntry digest = DigestOfAgency1();
  uint64_t index = 0, again = 0, other = 0;
  ASSERT_TRUE(LogDigest(digest, &index).ok());
  ASSERT_TRUE(LogDigest(digest, &again).ok());
  EXPECT_EQ(again, index);
  const v1::ProveReply reply = Proven({index});
  ExpectGood(reply, {index});
  EXPECT_EQ(reply.entries(0).entry(), ToString(SerializeLogEntry(digest)));
  EXPECT_EQ(FromGrpc(LogDigest(digest, &other, 0)), ServiceError::kNotAMember);
  LedgerEntry unsigned_one = digest;
  unsigned_one.to = 5;
  EXPECT_EQ(FromGrpc(LogDigest(unsigned_one, &other)), ServiceError::kSignature);
}

class AuditTest : public ServiceLogTest {
 protected:
  std::unique_ptr<v1::Audit::Stub> Auditor(const TlsFiles& caller) {
    return v1::Audit::NewStub(Channel(caller));
  }
  grpc::Status ReadSideTable(uint64_t from, uint64_t to, std::vector<v1::SideTableRow>* rows,
                             const TlsFiles& caller) {
    return ReadSideTable(LogKey().key_id, from, to, rows, caller);
  }
  grpc::Status ReadSideTable(uint32_t log_key_id, uint64_t from, uint64_t to,
                             std::vector<v1::SideTableRow>* rows, const TlsFiles& caller) {
    grpc::ClientContext context;
    context.set_deadline(DeadlineIn(std::chrono::seconds(20)));
    v1::SideTableCall call;
    call.set_from(from);
    call.set_to(to);
    call.set_log_key_id(log_key_id);
    const auto stub = Auditor(caller);
    const auto reader = stub->ReadSideTable(&context, call);
    for (v1::SideTableRow row; reader->Read(&row);) rows->push_back(row);
    return reader->Finish();
  }
  grpc::Status LogOpened(const OpenedEntry& entry, uint64_t* index, const TlsFiles& caller) {
    grpc::ClientContext context;
    context.set_deadline(DeadlineIn(std::chrono::seconds(20)));
    v1::OpenedCall call;
    call.set_entry(ToString(SerializeLogEntry(entry)));
    v1::OpenedReply reply;
    const auto status = Auditor(caller)->LogOpened(&context, call, &reply);
    *index = reply.index();
    return status;
  }
};

TEST_F(AuditTest, TheSideTableOpensToAuditorsOnly) {
  json_["parameters"]["deadline_ms"] = 200;
  WriteRoster();
  Start();
  std::vector<Question> questions;
  std::vector<uint64_t> indexes;
  for (int i = 0; i < 3; ++i) {
    questions.push_back(NewQuestion(i % 2));
    indexes.push_back(Ask(questions.back(), i % 2).admission->index);
  }
  std::vector<v1::SideTableRow> rows;
  ASSERT_TRUE(ReadSideTable(0, 1'000'000, &rows, auditor_).ok());
  ASSERT_EQ(rows.size(), 3u);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(rows[i].index(), indexes[i]);
    EXPECT_EQ(rows[i].agency(), roster_->agencies[i % 2].id);
    EXPECT_EQ(rows[i].r(), ToString(questions[i].r));
    EXPECT_EQ(rows[i].roster_version(), roster_->version);
  }
  rows.clear();
  ASSERT_TRUE(ReadSideTable(indexes[1], indexes[1], &rows, auditor_).ok());
  EXPECT_EQ(rows.size(), 1u);
  rows.clear();
  EXPECT_EQ(FromGrpc(ReadSideTable(0, 1'000'000, &rows, agencies_[0])), ServiceError::kNotAMember);
  EXPECT_EQ(FromGrpc(ReadSideTable(0, 1'000'000, &rows, coordinator_)), ServiceError::kNotAMember);
  EXPECT_EQ(FromGrpc(ReadSideTable(2, 1, &rows, auditor_)), ServiceError::kSize);
  EXPECT_TRUE(rows.empty());
}

// A new log key must not take from auditors who asked what is in the log before.
TEST_F(AuditTest, TheSideTableOfALogThatHasEnded) {
  json_["parameters"]["deadline_ms"] = 200;
  WriteRoster();
  Start();
  const Question question = NewQuestion();
  const uint64_t index = Ask(question).admission->index;
  const uint32_t ended = LogKey().key_id;
  Stop();
  const std::string moved = folder_ / "ended";
  std::filesystem::rename(config_.data, moved);
  std::filesystem::rename(config_.second_checkpoint, folder_ / "ended-second");
  config_.log.ended = {moved, folder_ / "nothing"};
  const NoteVerifier renewed = *NoteVerifier::Create(
      LogKey().name + "-2", NoteKeyType::kEd25519, RenewLogKey().verify_key());
  json_["coordinators"][0]["log_vkey"] = renewed.Encode();
  WriteRoster();
  Start();
  std::vector<v1::SideTableRow> rows;
  ASSERT_TRUE(ReadSideTable(ended, 0, 1'000, &rows, auditor_).ok());
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].index(), index);
  EXPECT_EQ(rows[0].agency(), roster_->agencies[0].id);
  rows.clear();
  ASSERT_TRUE(ReadSideTable(renewed.key_id, 0, 1'000, &rows, auditor_).ok());
  EXPECT_TRUE(rows.empty());
  EXPECT_EQ(FromGrpc(ReadSideTable(7, 0, 1'000, &rows, auditor_)), ServiceError::kWrongLog);
  EXPECT_EQ(FromGrpc(ReadSideTable(ended, 0, 1'000, &rows, agencies_[0])),
            ServiceError::kNotAMember);
}

TEST_F(AuditTest, AnOpeningIsALeaf) {
  Start();
  const OpenedEntry opened{roster_->auditors[0].id, VectorClock().NowMs(), H("test", {})};
  uint64_t index = 0, again = 0;
  ASSERT_TRUE(LogOpened(opened, &index, auditor_).ok());
  ASSERT_TRUE(LogOpened(opened, &again, auditor_).ok());
  EXPECT_EQ(again, index);
  EXPECT_EQ(Proven({index}).entries(0).entry(), ToString(SerializeLogEntry(opened)));
  EXPECT_EQ(FromGrpc(LogOpened(opened, &again, agencies_[0])), ServiceError::kNotAMember);
  OpenedEntry old = opened;
  old.time_ms -= 120'000;
  EXPECT_EQ(FromGrpc(LogOpened(old, &again, auditor_)), ServiceError::kClock);
}

TEST_F(AuditTest, TheTablesBehindTheEvaluatedEntries) {
  // An hour of which the log has no table yet, as another run would have left it.
  const auto hour = static_cast<uint32_t>(VectorClock().NowMs() / 3'600'000) - 1;
  {
    auto state = *RocksDbState::Open(config_.data);
    Charge charge{{CounterUse::kEvaluation, 1001, EvaluationKind::kAsk, 1, 5}, 1, 10,
                  {hour, 1001, EvaluationKind::kAsk, 1}, 2};
    const auto plan = PlanPool(*state, std::vector<Submission>{ChargeSubmission{charge},
                                                               EvaluatedSubmission{hour, {}}}, kNowMs);
    ASSERT_TRUE(plan.ok() && state->Commit(plan->batch).ok());
  }
  Start();
  grpc::ClientContext context;
  context.set_deadline(DeadlineIn(std::chrono::seconds(20)));
  v1::EvaluatedCall call;
  call.set_to_hour(~uint32_t{0});
  call.set_log_key_id(LogKey().key_id);
  const auto stub = Auditor(auditor_);
  const auto reader = stub->ReadEvaluated(&context, call);
  std::vector<v1::EvaluatedTable> tables;
  for (v1::EvaluatedTable table; reader->Read(&table);) tables.push_back(table);
  ASSERT_TRUE(reader->Finish().ok());
  ASSERT_EQ(tables.size(), 1u);
  EXPECT_EQ(tables[0].hour(), hour);
  EXPECT_EQ(ToHex(AsBytes(tables[0].rows())), "000003e9" "01" "00000001" "00000002");
  const auto entry = std::get<EvaluatedEntry>(
      *ParseLogEntry(AsBytes(Proven({tables[0].index()}).entries(0).entry())));
  EXPECT_EQ(entry.hour, hour);
  EXPECT_EQ(entry.table_hash,
            H("whoelse/1/evaluated", {AsBytes(tables[0].salt()), AsBytes(tables[0].rows())}));
}

// Both of our own places can be rolled back together; what a node holds cannot.
using ServiceLogDeathTest = ServiceLogTest;

TEST_F(ServiceLogDeathTest, ANodeShowsALongerLogOfOurs) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const Checkpoint longer{LogKey().name, 1'000, LeafHash({})};
  const std::string note = SignCheckpoint(longer, LogKeyOf(0)).Serialize();
  EXPECT_EXIT(
      {
        Start();
        FakeNode node(Channel(agencies_[0]), roster_->federation, Silent, 1'000, note);
        node.WaitEnd();
      },
      testing::ExitedWithCode(kStoreFailedExit), "store ends before a checkpoint");
}

TEST_F(ServiceLogTest, WhatIsNotOursStopsNothing) {
  Start();
  const Checkpoint forged{LogKey().name, 1'000, LeafHash({})};
  const std::string note = SignCheckpoint(forged, LogKeyOf(1)).Serialize();
  FakeNode node(Channel(agencies_[0]), roster_->federation, Silent, 1'000, note);
  node.WaitAttached();
  EXPECT_TRUE(Attach(1, Silent)->WaitAttached().attached.has_value());
}

}  // namespace
}  // namespace whoelse
