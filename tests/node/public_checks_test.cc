// P1 to P8: the vectors' verdicts, from the function and from a whole Holder, and the bounds.
#include "node/public_checks.h"

#include <gtest/gtest.h>

#include "tests/node/fake_log.h"
#include "tests/node/register.h"

namespace whoelse {
namespace {

using nlohmann::json;
using Kind = PublicVerdict::Kind;

constexpr char kQuestion[] = "one key version, number only";

const json& Section() { return ProtocolVectors()["public_checks"]; }
Bytes FrameOf(const json& c) { return Hex(Section()["frames"][c["frame"].get<size_t>()]); }

// Whose stream an admission comes on, when it names one.
CoordinatorId StreamOf(const Bytes& admission) {
  return admission.size() == kAdmissionSize ? Reader(admission).U16() : kRelay;
}

std::string NameOfVerdict(const PublicVerdict& verdict) {
  switch (verdict.kind) {
    case Kind::kAdmit: return "ADMIT";
    case Kind::kSame: return "SAME";
    case Kind::kJoin: return "JOIN";
    case Kind::kRefuse: break;
  }
  return std::string(Name(verdict.refusal));
}

PublicState StateOf(const json& s) {
  PublicState state;
  state.roster = RosterOf(s["roster_version"]);
  if (!s["previous"].is_null()) {
    state.previous = RosterOf(s["previous"]["version"]);
    state.replaced_ms = s["previous"]["replaced_ms"];
  }
  state.imported = s["imported"];
  for (const json& kv : s["complete"]) state.complete.insert(kv.get<KeyVersion>());
  state.answered = s["answered"];
  state.pending = s["pending"];
  state.slot_count = s["slot_count"];
  return state;
}

RelayState RelayStateOf(const json& s) {
  RelayState relay;
  if (!s["last"].is_null()) relay.last = {s["last"]["index"], s["last"]["time_ms"]};
  for (const json& a : s["admitted"]) relay.uncovered.push_back({a["index"], a["at_ms"]});
  relay.covered = s["covered"];
  relay.attached_size = s["attached_size"];
  return relay;
}

TEST(PublicChecks, Vectors) {
  ASSERT_EQ(Section()["cases"].size(), 46u);
  for (const json& c : Section()["cases"]) {
    SCOPED_TRACE(c["why"]);
    const PublicState state = StateOf(c["state"]);
    const auto frame = Frame::Parse(FrameOf(c), state.roster->federation);
    if (!frame.ok()) {
      EXPECT_EQ("FORMAT", c["expect"]) << frame.status();
      continue;
    }
    std::optional<Admission> admission;
    if (auto parsed = Admission::Parse(Hex(c["admission"])); parsed.ok()) admission = *parsed;
    const RelayState relay = RelayStateOf(c["state"]);
    const PublicVerdict verdict = CheckAdmitted(*frame, admission, state, &relay, c["now_ms"]);
    EXPECT_EQ(NameOfVerdict(verdict), c["expect"]);
    EXPECT_EQ(verdict.admission_valid, c["expect"] != "ADMISSION");
    EXPECT_EQ(verdict.log_behind, c["expect"] == "LOG_BEHIND");
    const std::set<std::string> before = {"ADMISSION", "SAME", "JOIN", "REPLAY", "CLOCK"};
    EXPECT_EQ(verdict.raises_last, !before.contains(c["expect"]));
  }
}

// Brings a Holder into the state of a case, by what a Holder is given and nothing else.
void Prepare(TestHolder& node, const json& c) {
  const json& s = c["state"];
  const TimeMs now = c["now_ms"];
  const auto frame = Frame::Parse(FrameOf(c), VectorFederation());
  if (s["pending"]) {
    // It came through the other relay before, and waits.
    EXPECT_EQ(CodeOf(node.Give(*frame, now, kOtherRelay)), RefusalCode{});
  }
  LogWatch& watch = node.holder.Watch(kRelay);
  watch.OnAttached({s["attached_size"], "", {}, {}}, now);
  FakeLog log;
  log.Fill(s["covered"]);
  if (log.size() > 0) {
    EXPECT_TRUE(watch.OnCheckpoint(log.Checkpoint(), log.Since(0)).alarms.empty());
  }
  for (const json& a : s["admitted"]) {
    if (a["index"] < s["covered"]) continue;   // what a checkpoint covers is forgotten
    watch.OnAdmission(Admit(FrameHash(), a["index"], a["at_ms"]), a["at_ms"]);
  }
  if (!s["last"].is_null()) {
    watch.RaiseLast(Admit(FrameHash(), s["last"]["index"], s["last"]["time_ms"]));
  }
  if (s["answered"]) {
    node.holder.RestoreWire(Frame::HashOf(FrameOf(c)), Bytes(kWireSize, 7), now / 1000 + 60);
  }
  node.SetComplete(s["complete"].get<std::set<KeyVersion>>(), s["imported"]);
  const std::shared_ptr<const Roster> previous =
      s["previous"].is_null() ? nullptr : RosterOf(s["previous"]["version"]);
  node.holder.SetRosters(RosterOf(s["roster_version"]), previous,
                         previous ? s["previous"]["replaced_ms"].get<TimeMs>() : 0);
}

// Fills the slot with other frames: what a node cannot open is nobody's business.
void FillSlot(TestHolder& node, size_t count, TimeMs now) {
  Bytes bytes = Hex(QuestionVector(kQuestion)["frame"]);
  for (size_t i = 0; i < count; ++i) {
    bytes.back() = static_cast<uint8_t>(i);
    bytes[bytes.size() - 2] = 0x77;
    const auto frame = Frame::Parse(bytes, VectorFederation());
    EXPECT_EQ(CodeOf(node.Give(*frame, now, kOtherRelay)), RefusalCode{}) << i;
  }
}

TEST(PublicChecks, VectorsThroughAHolder) {
  for (const json& c : Section()["cases"]) {
    SCOPED_TRACE(c["why"]);
    TestHolder node(c["state"]["agency"]);
    FillSlot(node, c["state"]["slot_count"], c["now_ms"]);
    Prepare(node, c);
    const size_t waiting_before = c["state"]["slot_count"].get<size_t>() +
                                  (c["state"]["pending"] ? 1 : 0);
    const Bytes frame = FrameOf(c), admission = Hex(c["admission"]);
    const Holder::Reply reply =
        node.holder.Handle(StreamOf(admission), frame, admission, c["now_ms"]);
    const std::string expect = c["expect"];
    const SlotBatch batch = node.Answers(c["now_ms"].get<TimeMs>() + 250);
    if (expect == "ADMIT" || expect == "SAME" || expect == "JOIN") {
      EXPECT_FALSE(reply.refusal.has_value()) << Name(CodeOf(reply));
      ASSERT_EQ(batch.records.size(), waiting_before + 1);
      EXPECT_EQ(batch.records.back().repeated, expect != "ADMIT");
      EXPECT_EQ(batch.records.back().coordinator, kRelay);
      if (expect == "SAME") {
        EXPECT_EQ(batch.records.back().wire, Bytes(kWireSize, 7));
      }
      continue;
    }
    ASSERT_TRUE(reply.refusal.has_value());
    EXPECT_EQ(batch.records.size(), waiting_before);
    const Refusal refusal = *Refusal::Parse(*reply.refusal);
    EXPECT_EQ(Name(refusal.code), expect);
    EXPECT_EQ(refusal.agency, c["state"]["agency"]);
    EXPECT_EQ(refusal.frame_hash, Frame::HashOf(frame));
    EXPECT_EQ(refusal.roster_version, c["state"]["roster_version"]);
    const auto parsed = Admission::Parse(admission);
    EXPECT_EQ(refusal.index, parsed.ok() ? parsed->index : 0);
    EXPECT_EQ(refusal.time_ms, parsed.ok() ? parsed->time_ms : 0);
    EXPECT_TRUE(refusal.SignedBy(IdentityKeyOfAgency(node.agency).verify_key()));
    const bool behind = expect == "LOG_BEHIND";
    EXPECT_EQ(!reply.alarms.empty() && reply.alarms[0].kind == AlarmKind::kLogBehind, behind);
  }
}

class Bounds : public ::testing::Test {
 protected:
  Bounds() {
    state_.roster = RosterOf(7);
    state_.imported = true;
    state_.complete = {1};
  }
  static Question QuestionAt(TimeS issued) {
    SeededRandom random(issued);
    return Ask(BasicStatement(), random, 7, issued);
  }
  std::string Check(const Frame& frame, TimeMs now, TimeMs admitted_ms) {
    return NameOfVerdict(
        CheckAdmitted(frame, Admit(frame.hash(), 5, admitted_ms), state_, &relay_, now));
  }
  PublicState state_;
  RelayState relay_;
};

TEST_F(Bounds, LifetimeIsInclusiveAtBothEnds) {
  const Question question = QuestionAt(kIssued);
  const auto at = [&](TimeMs now) { return Check(question.frame, now, now); };
  EXPECT_EQ(at((kIssued - 60) * 1000 - 1), "EXPIRED");
  EXPECT_EQ(at((kIssued - 60) * 1000), "ADMIT");
  EXPECT_EQ(at((kIssued + 120) * 1000), "ADMIT");
  EXPECT_EQ(at((kIssued + 120) * 1000 + 1), "EXPIRED");
}

TEST_F(Bounds, AdmissionTimeIsInclusiveAtBothEnds) {
  const Question question = QuestionAt(kIssued);
  EXPECT_EQ(Check(question.frame, kNow, kNow - 60'000), "ADMIT");
  EXPECT_EQ(Check(question.frame, kNow, kNow - 60'001), "CLOCK");
  EXPECT_EQ(Check(question.frame, kNow, kNow + 60'000), "ADMIT");
  EXPECT_EQ(Check(question.frame, kNow, kNow + 60'001), "CLOCK");
  EXPECT_EQ(Check(question.frame, kNow, ~TimeMs{0}), "CLOCK");
}

TEST_F(Bounds, OneCompleteOfTwoIsEnough) {
  state_.roster = RosterOf(8);
  SeededRandom random(1);
  const Question question = Ask(BasicStatement(), random, 8);
  state_.complete = {2};
  EXPECT_EQ(Check(question.frame, kNow, kNow), "ADMIT");
  state_.complete = {3};
  EXPECT_EQ(Check(question.frame, kNow, kNow), "NOT_READY");
}

TEST_F(Bounds, WithoutARelayStateThereIsNoAdmission) {
  const Question question = QuestionAt(kIssued);
  const PublicVerdict verdict =
      CheckAdmitted(question.frame, Admit(question.frame.hash(), 5, kNow), state_, nullptr, kNow);
  EXPECT_EQ(NameOfVerdict(verdict), "ADMISSION");
}

// The order of the checks is part of the protocol: with everything wrong at once, the first speaks.
TEST_F(Bounds, TheFirstThatFailsSpeaks) {
  const Question question = QuestionAt(kIssued - 600);
  state_.imported = false;
  state_.slot_count = 64;
  relay_.last = {5, kNow + 1};
  relay_.uncovered = {{9, kNow - 10'001}};
  relay_.attached_size = 100;
  const auto check = [&] { return Check(question.frame, kNow, kNow); };
  EXPECT_EQ(check(), "REPLAY");
  relay_.last->index = 4;
  EXPECT_EQ(check(), "CLOCK");
  relay_.last.reset();
  EXPECT_EQ(check(), "LOG_BEHIND");
  relay_.uncovered.clear();
  EXPECT_EQ(check(), "NOT_READY");
  state_.imported = true;
  EXPECT_EQ(check(), "EXPIRED");
  const Question fresh = QuestionAt(kIssued);
  EXPECT_EQ(Check(fresh.frame, kNow, kNow), "RESTARTED");
  relay_.attached_size = 5;
  EXPECT_EQ(Check(fresh.frame, kNow, kNow), "BUSY");
}

}  // namespace
}  // namespace whoelse
