#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/oprf.h"
#include "tests/coordinator/service_fixture.h"

namespace whoelse {
namespace {

// What a node does with the log: from the frontier at attachment, leaf by leaf, to each checkpoint.
class LogWatcher {
 public:
  LogWatcher(const v1::Attached& attached, const NoteVerifier& log) : log_(log) {
    if (attached.checkpoint().empty()) return;
    const Checkpoint start = Open(attached.checkpoint());
    std::vector<TreeHash> hashes;
    for (const std::string& hash : attached.frontier()) {
      hashes.push_back(TreeHash(AsBytes(hash).first<32>()));
    }
    frontier_ = *Frontier::Create(start.size, hashes);
    EXPECT_EQ(frontier_.Root(), start.root);
  }
  void See(const v1::CheckpointPush& push) {
    for (const std::string& leaf : push.leaves()) {
      frontier_.Append(LeafHash(AsBytes(leaf)));
      entries_.push_back(*ParseLogEntry(AsBytes(leaf)));
    }
    const Checkpoint checkpoint = Open(push.checkpoint());
    EXPECT_EQ(checkpoint.size, frontier_.size());
    EXPECT_EQ(checkpoint.root, frontier_.Root());
  }
  const std::vector<LogEntry>& entries() const { return entries_; }

 private:
  Checkpoint Open(const std::string& note) const {
    return OpenCheckpoint(*Note::Parse(note), log_).value();
  }
  const NoteVerifier log_;
  Frontier frontier_;
  std::vector<LogEntry> entries_;
};

TEST_F(ServiceTest, AQuestionFromAskToClosed) {
  Start();
  auto node0 = Attach(0, Answering(0));
  auto node1 = Attach(1, [&](FakeNode& node, const Frame& frame, const Admission& admission) {
    EXPECT_TRUE(admission.SignedBy(AdmissionKeyOf(0).verify_key(), roster_->federation));
    EXPECT_EQ(admission.frame_hash, frame.hash());
    node.Reply({}, {RefusalOf(1002, frame.hash())});
  });
  const Question question = NewQuestion();
  const FrameHash& hash = question.frame.hash();
  const AskResult result = Ask(question);
  ASSERT_TRUE(result.status.ok()) << result.status.error_message();
  ASSERT_TRUE(result.admission && result.closed);
  EXPECT_EQ(result.admission->log_key_id, roster_->coordinators[0].log_key.key_id);
  ASSERT_EQ(result.items.size(), 5u);
  EXPECT_EQ(result.Of(1001)->wire(), ToString(WireOf(1001, hash)));
  EXPECT_EQ(result.Of(1002)->refusal(), ToString(RefusalOf(1002, hash)));
  for (const AgencyId id : {1003u, 1004u, 1005u}) EXPECT_EQ(result.Of(id)->relay_code(), 32u);
  EXPECT_EQ(result.closed->asked_index(), result.admission->index);

  // The log that every node sees says the same.
  const auto covers = [&](const FakeNode::Seen& s) {
    return !s.checkpoints.empty() &&
           OpenCheckpoint(*Note::Parse(s.checkpoints.back().checkpoint()),
                          roster_->coordinators[0].log_key)->size > result.closed->answered_index();
  };
  const FakeNode::Seen seen = node1->WaitFor(covers);
  LogWatcher watcher(*seen.attached, roster_->coordinators[0].log_key);
  for (const v1::CheckpointPush& push : seen.checkpoints) watcher.See(push);
  ASSERT_EQ(watcher.entries().size(), 2u);
  const auto& asked = std::get<AskedEntry>(watcher.entries()[0]);
  EXPECT_EQ(asked.frame_hash, hash);
  EXPECT_EQ(asked.time_ms, result.admission->time_ms);
  EXPECT_GE(result.admission->index, seen.attached->tree_size());
  const auto& answered = std::get<AnsweredEntry>(watcher.entries()[1]);
  const std::vector<AnsweredItem> items{
      ItemOf(WireOf(1001, hash)), ItemOf(RefusalOf(1002, hash)), ItemOf(RelayCode::kNotAttached),
      ItemOf(RelayCode::kNotAttached), ItemOf(RelayCode::kNotAttached)};
  EXPECT_EQ(answered.answers_hash, AnswersHash(items));

  // The same again: the same admission, the same items.
  const AskResult again = Ask(question);
  EXPECT_EQ(again.admission->Serialize(), result.admission->Serialize());
  EXPECT_EQ(again.items.size(), 5u);
  EXPECT_EQ(again.closed->answered_index(), result.closed->answered_index());
}

TEST_F(ServiceTest, ManyQuestionsAtOnceReachEveryNode) {
  json_["parameters"]["deadline_ms"] = 10'000;
  WriteRoster();
  Start();
  std::vector<std::unique_ptr<FakeNode>> nodes;
  for (int i = 0; i < kNodes; ++i) nodes.push_back(Attach(i, Answering(i)));
  std::vector<Question> questions;
  for (int i = 0; i < 30; ++i) questions.push_back(NewQuestion(i % kNodes));
  std::vector<std::thread> askers;
  for (int t = 0; t < kNodes; ++t) {
    askers.emplace_back([&, t] {
      for (int i = t; i < 30; i += kNodes) {
        const AskResult result = Ask(questions[i], t);
        EXPECT_TRUE(result.status.ok()) << result.status.error_message();
        EXPECT_EQ(result.items.size(), 5u);
        for (const AgencyId id : {1001u, 1002u, 1003u}) {
          EXPECT_EQ(result.Of(id)->wire(), ToString(WireOf(id, questions[i].frame.hash())));
        }
      }
    });
  }
  for (std::thread& asker : askers) asker.join();
  for (auto& node : nodes) {
    const auto seen = node->WaitFor([](const FakeNode::Seen& s) {
      size_t leaves = 0;
      for (const auto& push : s.checkpoints) leaves += push.leaves_size();
      return s.frames.size() == 30 && leaves == 60;
    });
    LogWatcher watcher(*seen.attached, roster_->coordinators[0].log_key);
    for (const v1::CheckpointPush& push : seen.checkpoints) watcher.See(push);
  }
}

TEST_F(ServiceTest, SilenceEndsAtTheDeadline) {
  json_["parameters"]["deadline_ms"] = 300;
  WriteRoster();
  Start();
  auto node = Attach(1, Silent);
  const AskResult result = Ask(NewQuestion());
  ASSERT_TRUE(result.closed);
  EXPECT_EQ(result.Of(1002)->relay_code(), 33u);
  EXPECT_EQ(result.Of(1001)->relay_code(), 32u);
}

TEST_F(ServiceTest, TheErrorsOfTheRelayReachTheAsker) {
  json_["agencies"][0]["ask_per_day"] = 1;
  WriteRoster();
  Start();
  EXPECT_EQ(Ask(NewQuestion(1), 0).status.error_message(), "ASKER_TAG");
  EXPECT_TRUE(Ask(NewQuestion()).status.ok());
  EXPECT_EQ(Ask(NewQuestion()).status.error_message(), "QUOTA");
  Stop();
  Start();
  EXPECT_EQ(Ask(NewQuestion()).status.error_message(), "QUOTA");   // durable
}

TEST_F(ServiceTest, EvaluatesProvesAndCounts) {
  json_["agencies"][0]["ask_per_day"] = 2;
  WriteRoster();
  Start();
  const EvaluateRequest request = NewRequest();
  Bytes bytes;
  ASSERT_TRUE(Evaluate(request, &bytes).ok());
  const auto response = EvaluateResponse::Parse(bytes);
  ASSERT_TRUE(response.ok());
  EXPECT_TRUE(response->SignedBy(AdmissionKeyOf(0).verify_key(), roster_->federation,
                                 request.Serialize()));
  std::vector<BlindedElement> blinded;
  std::vector<EvaluatedElement> evaluated;
  for (size_t i = 0; i < 2; ++i) {
    blinded.push_back({*Element::Decode(request.elements[i])});
    evaluated.push_back({*Element::Decode(response->elements[i])});
  }
  EXPECT_TRUE(VerifyProof(roster_->key_versions[0].share_keys.at(kSelf), blinded, evaluated,
                          *Proof::Decode(response->proof)));
  EvaluateRequest bad = request;
  bad.elements[1] = EncodedElement();
  EXPECT_EQ(Evaluate(bad, &bytes).error_message(), "ELEMENT");
  EXPECT_EQ(Evaluate(request, &bytes).error_message(), "QUOTA");   // the bad one counted
  Stop();
  Start();
  EXPECT_EQ(Evaluate(request, &bytes).error_message(), "QUOTA");
  bad.roster_version = 6;
  EXPECT_EQ(Evaluate(bad, &bytes).error_message(), "ROSTER_VERSION");
}

TEST_F(ServiceTest, TheNewestStreamOfAnAgencyWins) {
  Start();
  auto first = Attach(1, Silent);
  auto second = Attach(1, Answering(1));
  EXPECT_EQ(first->WaitEnd().error_message(), "REPLACED");
  EXPECT_TRUE(Ask(NewQuestion()).Of(1002)->has_wire());
}

TEST_F(ServiceTest, AStreamStartsWithOneHello) {
  Start();
  auto node = Attach(1, Silent);
  auto stub = v1::Coordinator::NewStub(Channel(agencies_[2]));
  grpc::ClientContext context;
  auto stream = stub->Attach(&context);
  v1::FromNode replies;
  replies.mutable_replies()->add_wires("x");
  stream->Write(replies);
  v1::ToNode nothing;
  EXPECT_FALSE(stream->Read(&nothing));
  EXPECT_EQ(stream->Finish().error_message(), "SIZE");
}

TEST_F(ServiceTest, AttachedProvesConsistencyFromWhatTheNodeKnows) {
  Start();
  for (int i = 0; i < 3; ++i) Ask(NewQuestion());
  Stop();
  Start();   // the last checkpoint covers all
  auto fresh = Attach(1, Silent);
  const v1::Attached now = *fresh->WaitAttached().attached;
  const NoteVerifier& log = roster_->coordinators[0].log_key;
  const Checkpoint checkpoint = *OpenCheckpoint(*Note::Parse(now.checkpoint()), log);
  EXPECT_EQ(checkpoint.size, now.tree_size());
  ASSERT_EQ(checkpoint.size, 10u);   // a roster, three key events, three Asked, three Answered
  EXPECT_EQ(now.consistency_size(), 0);

  // From the tree of size 3.
  auto knowing = Attach(2, Silent, 3);
  const v1::Attached attached = *knowing->WaitAttached().attached;
  std::vector<TreeHash> proof;
  for (const std::string& hash : attached.consistency()) {
    proof.push_back(TreeHash(AsBytes(hash).first<32>()));
  }
  Stop();
  auto store = *RocksDbState::Open(config_.data);
  const std::vector<Bytes> entries = *store->Entries(0, 3);
  Frontier old;
  for (const Bytes& entry : entries) old.Append(LeafHash(entry));
  EXPECT_TRUE(VerifyConsistency(3, old.Root(), 10, checkpoint.root, proof).ok());
}

TEST_F(ServiceTest, ARestartOrphansWhatWasOpen) {
  json_["parameters"]["deadline_ms"] = 10'000;
  WriteRoster();
  Start();
  auto node = Attach(1, Silent);
  const Question question = NewQuestion();
  AskResult first;
  std::thread asker([&] { first = Ask(question); });
  node->WaitFor([](const FakeNode::Seen& s) { return s.frames.size() == 1; });
  Stop(std::chrono::milliseconds(0));
  asker.join();
  EXPECT_FALSE(first.closed);
  node = nullptr;
  Start();
  const AskResult again = Ask(question);
  ASSERT_TRUE(again.status.ok() && again.closed);
  EXPECT_EQ(again.admission->Serialize(), first.admission->Serialize());
  ASSERT_EQ(again.items.size(), 5u);
  for (const v1::AgencyItem& item : again.items) EXPECT_EQ(item.relay_code(), 35u);
  Stop();
  auto store = *RocksDbState::Open(config_.data);
  const auto entry = ParseLogEntry((*store->Entries(again.closed->answered_index(),
                                                    again.closed->answered_index() + 1))[0]);
  const std::vector<AnsweredItem> items(5, ItemOf(RelayCode::kOrphan));
  EXPECT_EQ(std::get<AnsweredEntry>(*entry).answers_hash, AnswersHash(items));
}

}  // namespace
}  // namespace whoelse
