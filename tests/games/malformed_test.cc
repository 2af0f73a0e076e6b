// Game 21: a member, a relay or anybody sends messages that are not what they should be: changed,
// cut short, too long, twice the same, with fields nobody knows.
#include <gtest/gtest.h>
#include <malloc.h>

#include "coordinator/evaluator.h"
#include "coordinator/relay.h"
#include "node/requester.h"
#include "protocol/roster_keeper.h"
#include "tests/games/game.h"
#include "tests/games/node_under_attack.h"
#include "tests/node/fake_log.h"
#include "tests/support/mutate.h"

namespace whoelse::games {
namespace {

// --- every parser --------------------------------------------------------------------------------

// A message, and what is written for what was read of it; nothing when it is refused.
struct Format {
  std::string name;
  Bytes good;
  std::function<std::optional<Bytes>(ByteView)> read;
};

template <typename Message>
std::function<std::optional<Bytes>(ByteView)> BytesReader() {
  return [](ByteView bytes) -> std::optional<Bytes> {
    const auto message = Message::Parse(bytes);
    if (!message.ok()) return std::nullopt;
    return message->Serialize();
  };
}
template <typename Message>
std::function<std::optional<Bytes>(ByteView)> TextReader() {
  return [](ByteView bytes) -> std::optional<Bytes> {
    const auto message = Message::Parse(AsText(bytes));
    if (!message.ok()) return std::nullopt;
    return ToBytes(AsBytes(message->Serialize()));
  };
}

const std::vector<Format>& Formats() {
  static const std::vector<Format> all = [] {
    SeededRandom random(21);
    const Question question = Ask(BasicStatement(), random);
    const Frame& frame = question.frame;
    FakeLog log;
    log.Take(frame.hash(), kNow);
    log.Fill(5);
    LogWatch watch(kRelay, RosterOf(7)->FindCoordinator(kRelay)->log_key);
    EXPECT_TRUE(watch.OnAttached(log.Attach(0), kNow).empty());
    Refusal refusal{kSurgery, frame.hash(), RefusalCode::kBusy, 7, 1, kNow, {}};
    refusal.Sign(IdentityKeyOfAgency(kSurgery));
    EvaluateRequest request{7, 1, 1, EvaluationKind::kAsk, {}};
    for (uint64_t i = 2; i < 4; ++i) {
      request.elements.emplace_back(
          Element::BaseMultiply(Scalar::FromU64(i)).bytes().first<32>());
    }
    RosterKeeper keeper(VectorAnchor());
    const SignedRoster first{SignedByFirst(RosterText(RosterJson(7))), {}, {}};
    EXPECT_TRUE(keeper.Offer(first, kNow).ok());
    const auto heartbeat = Heartbeat::Sign(*RosterOf(7), kRelay, 500'000, AdmissionKeyOf(0));
    const auto entry = [](ByteView bytes) -> std::optional<Bytes> {
      const auto parsed = ParseLogEntry(bytes);
      return parsed.ok() ? std::optional(SerializeLogEntry(*parsed)) : std::nullopt;
    };
    const auto framed = [](ByteView bytes) -> std::optional<Bytes> {
      const auto parsed = Frame::Parse(bytes, VectorFederation());
      if (!parsed.ok()) return std::nullopt;
      return Writer().Raw(parsed->header().Serialize()).Raw(parsed->body()).Take();
    };
    const auto text = [](const std::string& s) { return ToBytes(AsBytes(s)); };
    const std::string checkpoint = log.Checkpoint();
    return std::vector<Format>{
        {"frame", ToBytes(frame.bytes()), framed},
        {"statement", BasicStatement().Serialize(), BytesReader<Statement>()},
        {"admission", Admit(frame.hash(), 1, kNow).Serialize(), BytesReader<Admission>()},
        {"refusal", refusal.Serialize(), BytesReader<Refusal>()},
        {"wire", NothingFor(frame, kSurgery, random), BytesReader<Wire>()},
        {"request", request.Serialize(), BytesReader<EvaluateRequest>()},
        {"response", EvaluateAt(kRelay, request.Serialize(), random),
         BytesReader<EvaluateResponse>()},
        {"heartbeat", heartbeat.Serialize(), BytesReader<Heartbeat>()},
        {"signed roster", first.Serialize(), BytesReader<SignedRoster>()},
        {"roster state", keeper.Persistent().Serialize(), BytesReader<RosterKeeper::State>()},
        {"note", text(checkpoint), TextReader<Note>()},
        {"checkpoint", text(Note::Parse(checkpoint)->text), TextReader<Checkpoint>()},
        {"watched log", watch.memory().Serialize(), BytesReader<LogWatch::Memory>()},
        {"entry", SerializeLogEntry(AskedEntry{kNow, frame.hash()}), entry}};
  }();
  return all;
}

// What senders do to a message.
Bytes Malformed(const Bytes& good, Random& random) {
  static const std::string every = [] {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
    return all + "\n\n\n0123456789{}\",";
  }();
  Bytes bad = good;
  switch (random.Below(8)) {
    case 0: bad.resize(bad.size() + 1 + random.Below(64)); break;                // trailing
    case 1: bad.resize(bad.size() + 100'000); break;                             // oversize
    case 2: bad.insert(bad.end(), good.begin(), good.end()); break;              // twice
    case 3: bad.resize(random.Below(bad.size())); break;                         // cut short
    case 4: bad[random.Below(bad.size())] ^= static_cast<uint8_t>(1u << random.Below(8)); break;
    default: bad = Mutate(std::move(bad), every, random);
  }
  return bad;
}

// --- who has to live with them -------------------------------------------------------------------

// Strawman: what counts is the message as it was understood. What nobody knows in it is dropped,
// and the hash is of what is written for the rest.
class HashesWhatItUnderstood final : public NodeUnderAttack {
 public:
  using NodeUnderAttack::NodeUnderAttack;
  void Deliver(CoordinatorId from, ByteView frame, ByteView admission, TimeMs now) override {
    const ByteView known = frame.first(std::min(frame.size(), kFrameSizeOneKeyVersion));
    const auto parsed = Admission::Parse(admission);
    if (!parsed.ok()) return NodeUnderAttack::Deliver(from, known, admission, now);
    NodeUnderAttack::Deliver(
        from, known, Admit(Frame::HashOf(known), parsed->index, parsed->time_ms).Serialize(), now);
  }
};

class CountNothing final : public Counters {
 public:
  bool Commit(const Charge&) override { return true; }
};

bool InTheSet(ServiceError error) {
  const auto code = static_cast<size_t>(error);
  return code >= 1 && code <= kServiceErrorNames.size();
}

// A node, a relay, an evaluator and an asker, each in the middle of its work.
template <typename Node>
class Sender {
 public:
  explicit Sender(Random& random)
      : random_(random),
        question_(Ask(BasicStatement(), random)),
        node_(kSurgery, random.Below(1u << 30)),
        relay_(kRelay, RosterOf(7)->FindCoordinator(kRelay)->log_key.key_id, AdmissionKeyOf(0)),
        evaluator_(kRelay, AdmissionKeyOf(0), Shares()) {
    node_.node().Hold(BasicRecord());
    relay_.SetRoster(RosterOf(7));
    for (StreamId stream = 0; stream < 5; ++stream) {
      relay_.OnAttach(100 + stream, RosterOf(7)->agencies[stream].tls_pin);
    }
    EXPECT_TRUE(keeper_.Offer({SignedByFirst(RosterText(RosterJson(7))), {}, {}}, kNow).ok());
    StartAsking();
  }

  // True when something broke that must not.
  bool Send() {
    switch (random_.Below(6)) {
      case 0: return Parser();
      case 1: return ToTheNode();
      case 2: return ToTheRelay();
      case 3: return ToTheEvaluator();
      case 4: return ToTheAsker();
      default: return ToTheKeeper();
    }
  }
  // After all of it, everybody does for others what they always did.
  bool OthersAreServed() {
    const Question other = Ask(BasicStatement(), random_);
    node_.Deliver(kOtherRelay, other.frame.bytes(),
                  Admit(other.frame.hash(), 90'000, now_, kOtherRelay).Serialize(), now_);
    bool disclosed = false;
    for (const Bytes& item : node_.Collect(now_ + 2 * kSlotMs)) {
      disclosed = disclosed || ShowsDisclosed(ReadAlone(item, kSurgery, other, *RosterOf(7)));
    }
    const RelayActions asked =
        relay_.OnAsk(next_call_++, Pin(), other.frame.bytes(), other.r, kNow);
    const bool admitted = asked.size() == 1 && std::holds_alternative<SubmitAsk>(asked[0]);
    const bool evaluated = std::holds_alternative<Bytes>(Evaluate(Formats()[5].good));
    requester_->OnItem(kRelay, kSchools,
                       NothingFor(requester_->question().frame, kSchools, random_));
    bool read = false;
    for (const auto& [agency, reading] : requester_->Readings()) {
      read = read || (agency == kSchools && reading.Answered());
    }
    return disclosed && admitted && evaluated && read && keeper_.ruling()->version == 7;
  }

 private:
  static std::vector<EvaluatorShare> Shares() {
    std::vector<EvaluatorShare> shares;
    shares.push_back({1, 1, ShareOf(1, kRelay)});
    return shares;
  }
  const TlsPin& Pin() const { return RosterOf(7)->FindAgency(kSocialCare)->tls_pin; }
  OrError<Bytes> Evaluate(ByteView request) {
    return evaluator_.Handle(RosterOf(7), Pin(), request, kNow, counters_, random_);
  }
  void StartAsking() {
    requester_.emplace(*Requester::Start(RosterOf(7), BasicStatement(), {}, random_));
    for (Evaluation& evaluation : requester_->evaluations()) {
      while (evaluation.state() == Evaluation::State::kPending) {
        for (CoordinatorId id : evaluation.ToAsk()) {
          evaluation.OnResponse(id, EvaluateAt(id, evaluation.request(), random_));
        }
      }
    }
    EXPECT_TRUE(requester_->Compose(IdentityKeyOfAgency(kSocialCare), kNow, random_).ok());
    while (requester_->NextRelay(random_) != kRelay) {
      requester_->OnClosed(kOtherRelay, std::nullopt);
    }
  }

  // What is read is written as the same bytes: two parties that hash a message hash the same.
  bool Parser() {
    const Format& format = Formats()[random_.Below(Formats().size())];
    const Bytes bad = Malformed(format.good, random_);
    const auto written = format.read(bad);
    return written.has_value() && *written != bad;
  }
  // Whatever it signs names the bytes that came; nothing shows the asker a "nothing".
  bool ToTheNode() {
    now_ += 20;
    const Bytes good = ToBytes(question_.frame.bytes());
    const Bytes bad = random_.Below(4) == 0 ? good : Malformed(good, random_);
    const FrameHash hash = Frame::HashOf(bad);
    Bytes admission = Admit(hash, next_index_++, now_).Serialize();
    if (random_.Below(4) == 0) admission = Malformed(admission, random_);
    node_.Deliver(kRelay, bad, admission, now_);
    bool broken = false;
    for (const Bytes& item : node_.Collect(now_ + 2 * kSlotMs)) {
      const auto wire = Wire::Parse(item);
      const auto refusal = Refusal::Parse(item);
      broken = broken || (!wire.ok() && !refusal.ok());
      if (wire.ok()) broken = broken || wire->frame_hash != hash;
      if (refusal.ok()) broken = broken || refusal->frame_hash != hash;
      broken = broken || ShowsNothing(ReadAlone(item, kSurgery, question_, *RosterOf(7)));
    }
    return broken || WatchBreaks();
  }
  // What a log says of itself: believed or an alarm, and never a log that goes back.
  bool WatchBreaks() {
    FakeLog log(kNoRelay);
    log.Fill(1 + random_.Below(5));
    LogWatch& watch = node_.node().holder.Watch(kNoRelay);
    const uint64_t known = watch.known_size();
    AttachStatement statement = log.Attach(0);
    statement.checkpoint = ToString(Malformed(ToBytes(AsBytes(statement.checkpoint)), random_));
    (void)watch.OnAttached(statement, now_);
    const Bytes note = Malformed(ToBytes(AsBytes(log.Checkpoint())), random_);
    (void)watch.OnCheckpoint(AsText(note), {Malformed(log.Since(0)[0], random_)});
    watch.OnDetached(now_);
    return watch.known_size() < known;
  }
  // One word out of the closed set, or the bytes as they came.
  bool ToTheRelay() {
    const Bytes bad = Malformed(ToBytes(question_.frame.bytes()), random_);
    Bytes r = ToBytes(question_.r);
    if (random_.Below(2) == 0) r = Malformed(r, random_);
    bool broken = false;
    for (const RelayAction& action : relay_.OnAsk(next_call_++, Pin(), bad, r, kNow)) {
      if (const auto* submit = std::get_if<SubmitAsk>(&action)) {
        broken = broken || submit->ask.frame_hash != Frame::HashOf(bad);
        (void)relay_.OnNotAdmitted(submit->ask.frame_hash, ServiceError::kQuota);
      } else if (const auto* fail = std::get_if<FailCall>(&action)) {
        broken = broken || !InTheSet(fail->error);
      } else {
        broken = true;
      }
    }
    const Bytes wire = Malformed(Formats()[4].good, random_);
    const Bytes refusal = Malformed(Formats()[3].good, random_);
    return broken || !relay_.OnReplies(100 + random_.Below(5), {wire}, {refusal}).empty() ||
           relay_.open() > 1;
  }
  bool ToTheEvaluator() {
    const OrError<Bytes> result = Evaluate(Malformed(Formats()[5].good, random_));
    const auto* error = std::get_if<ServiceError>(&result);
    return error != nullptr && !InTheSet(*error);
  }
  // Nothing that an agency did not sign is shown as its answer.
  bool ToTheAsker() {
    requester_->OnAdmission(kRelay, Malformed(Formats()[2].good, random_));
    const Bytes good = NothingFor(requester_->question().frame, kPolice, random_);
    Bytes bad = Malformed(good, random_);
    if (bad == good) bad.pop_back();
    const ReadingKeys keys{requester_->roster(), requester_->question().frame.header(),
                           requester_->question().frame.hash(), requester_->question().content_key,
                           requester_->question().reply_secret_key};
    if (ReadItem(bad, kPolice, keys).Answered()) return true;
    requester_->OnItem(kRelay, kSurgery, std::move(bad));
    for (const auto& [agency, reading] : requester_->Readings()) {
      if (agency == kSurgery && reading.Answered()) return true;
    }
    return false;
  }
  // Well signed by the office and not well formed; or the other way round.
  bool ToTheKeeper() {
    std::string text = RosterText(RosterJson(8));
    static const std::array<std::string, 4> added = {R"("name": "twice", )", R"("unknown": 1, )",
                                                     R"("version": 9, )", R"("roots": {}, )"};
    const size_t brace = text.find('{');
    text.insert(brace + 1, added[random_.Below(added.size())]);
    if (random_.Below(2) == 0) text = ToString(Malformed(ToBytes(AsBytes(text)), random_));
    if (CheckNoteText(text).ok() && keeper_.Offer({SignedByFirst(text), {}, {}}, kNow).ok()) {
      return true;
    }
    const auto offered = SignedRoster::Parse(Malformed(Formats()[8].good, random_));
    if (offered.ok() && keeper_.Offer(*offered, kNow).ok()) return true;
    const Bytes bytes = Malformed(Formats()[7].good, random_);
    const auto beat = Heartbeat::Parse(bytes);
    return beat.ok() && bytes != Formats()[7].good && keeper_.OnHeartbeat(*beat, kNow);
  }

  Random& random_;
  const Question question_;
  Node node_;
  Relay relay_;
  Evaluator evaluator_;
  CountNothing counters_;
  RosterKeeper keeper_{VectorAnchor()};
  std::optional<Requester> requester_;
  TimeMs now_ = kNow;
  uint64_t next_index_ = 1;
  CallId next_call_ = 1;
};

constexpr uint64_t kMessages = 300;

template <typename Node>
Tally SendMalformed(uint64_t runs, uint64_t seed) {
  SeededRandom random(seed);
  Tally tally;
  for (uint64_t run = 0; run < runs; ++run) {
    Sender<Node> sender(random);
    uint64_t tries = 0;
    bool broken = false;
    while (tries < kMessages && !broken) {
      broken = sender.Send();
      ++tries;
    }
    tally.Count(broken || !sender.OthersAreServed(), tries);
  }
  return tally;
}

TEST(Game21, MalformedMessages) {
  const Tally warm_up = SendMalformed<NodeUnderAttack>(1, Seed() + 21);
  EXPECT_EQ(warm_up.wins, 0u);
  const size_t before = mallinfo2().uordblks;
  const Tally honest = SendMalformed<NodeUnderAttack>(8, Seed() + 210);
  const size_t after = mallinfo2().uordblks;
  EXPECT_TRUE(Judge(21, "malformed messages", Measure::kCount, honest,
                    {{"the hash of what came (of what is understood)",
                      SendMalformed<HashesWhatItUnderstood>(12, Seed() + 211)}}));
  // Nothing of them stays.
  EXPECT_LT(after, before + (size_t{1} << 20));
}

}  // namespace
}  // namespace whoelse::games
