// Game 7: a node sees every frame, every admission and every leaf of every log, with their times,
// and wants to name the asker of a frame that it cannot open.
#include <gtest/gtest.h>

#include <cmath>

#include "coordinator/log_writer.h"
#include "tests/games/game.h"
#include "tests/node/federation.h"
#include "tests/support/memory_state.h"

namespace whoelse::games {
namespace {

constexpr std::array<AgencyId, 2> kSuspects = {kSocialCare, kPolice};

struct SeenLeaf {
  CoordinatorId log;
  uint64_t index;
  TimeMs time_ms;
  Bytes entry;
};
// What one question leaves in front of every node.
struct View {
  Frame frame;
  Bytes admission;
  std::vector<SeenLeaf> leaves;   // of all logs, since the question before
};

// Three coordinators as the production log writer runs them. A strawman adds to what is logged.
class Logs {
 public:
  virtual ~Logs() = default;

  // The asker's two evaluations, then its question at the first relay.
  View Admit(const Question& question, AgencyId asker, Random& random) {
    View view{question.frame, {}, {}};
    now_ += 100 + random.Below(2'000);
    const size_t left_out = random.Below(3);
    for (size_t i = 0; i < 3; ++i) {
      if (i == left_out) continue;
      now_ += random.Below(20);
      Write(i, ChargeSubmission{ChargeFor(asker)});
      OnEvaluated(i, asker);
    }
    now_ += 5 + random.Below(40);
    const LogOutcome outcome =
        Write(0, AskSubmission{question.frame.hash(), asker, question.r, 7, 5, 1u << 30});
    const AskedRow& row = std::get<QuestionAdmitted>(outcome).row;
    Admission admission{kRelay, log_key_id_, row.index, row.time_ms, row.frame_hash, {}};
    admission.Sign(admission_key_, VectorFederation());
    view.admission = admission.Serialize();
    Write(0, AnsweredSubmission{question.frame.hash(), random.NewFixed<Digest>()});
    if (now_ / 3'600'000 != hour_) CloseHour(random);
    for (size_t i = 0; i < 3; ++i) {
      const std::vector<Bytes>& entries = states_[i].entries();
      for (; seen_[i] < entries.size(); ++seen_[i]) {
        const Bytes shown = Shown(entries[seen_[i]], asker);
        view.leaves.push_back({static_cast<CoordinatorId>(101 + i), seen_[i], now_, shown});
      }
      for (Bytes& entry : extra_[i]) {
        const auto log = static_cast<CoordinatorId>(101 + i);
        view.leaves.push_back({log, seen_[i], now_, std::move(entry)});
      }
      extra_[i].clear();
    }
    return view;
  }

 protected:
  virtual void OnEvaluated(size_t, AgencyId) {}
  virtual Bytes Shown(const Bytes& entry, AgencyId) const { return entry; }
  std::array<std::vector<Bytes>, 3> extra_;

 private:
  Charge ChargeFor(AgencyId asker) const {
    const auto day = static_cast<uint32_t>(now_ / 86'400'000);
    const auto hour = static_cast<uint32_t>(now_ / 3'600'000);
    return {{CounterUse::kEvaluation, asker, EvaluationKind::kAsk, 1, day}, 1, 1u << 30,
            {hour, asker, EvaluationKind::kAsk, 1}, 2};
  }
  LogOutcome Write(size_t i, Submission submission) {
    PoolPlan plan = *PlanPool(states_[i], {&submission, 1}, now_);
    EXPECT_TRUE(states_[i].Commit(plan.batch).ok());
    return plan.outcomes.front();
  }
  void CloseHour(Random& random) {
    for (size_t i = 0; i < 3; ++i) {
      Write(i, EvaluatedSubmission{static_cast<uint32_t>(hour_), random.NewFixed<EvaluatedSalt>()});
    }
    hour_ = now_ / 3'600'000;
  }

  const SigningKey admission_key_ = AdmissionKeyOf(0);
  const uint32_t log_key_id_ = RosterOf(7)->FindCoordinator(kRelay)->log_key.key_id;
  std::array<MemoryState, 3> states_;
  std::array<size_t, 3> seen_{};
  TimeMs now_ = kNow;
  TimeMs hour_ = kNow / 3'600'000;
};

// Strawman: the Asked leaf names the asker.
class LeafNamesAgency final : public Logs {
  Bytes Shown(const Bytes& entry, AgencyId asker) const override {
    const auto parsed = ParseLogEntry(entry);
    if (!parsed.ok() || !std::holds_alternative<AskedEntry>(*parsed)) return entry;
    return Writer().Raw(entry).U32(asker).Take();
  }
};
// Strawman: each evaluation is a leaf at once, as those of other kinds are.
class EvaluationsLoggedOneByOne final : public Logs {
  void OnEvaluated(size_t i, AgencyId asker) override {
    extra_[i].push_back(Writer()
                            .U8(0x03)
                            .U32(asker)
                            .U8(static_cast<uint8_t>(EvaluationKind::kAsk))
                            .U32(1)
                            .U32(2)
                            .Take());
  }
};

// Names one of two suspects. Learns from questions whose asker it knows (those it could open), then
// looks for an identity in the open, for a tag that opens to something public or known, for values
// seen before, and last for whatever differs on average in any byte or time.
class Observer {
 public:
  void Learn(const View& view, const Opening32& r, size_t asker) {
    known_r_.push_back(r);
    Accumulate(Features(view), asker);
    last_tag_[view.frame.header().asker_tag] = asker;
    last_reply_key_[view.frame.header().reply_key] = asker;
  }

  size_t Name(const View& view) {
    if (const auto named = NamedInTheOpen(view)) return *named;
    if (const auto opened = OpensTag(view.frame.header())) return *opened;
    if (const auto seen = last_tag_.find(view.frame.header().asker_tag); seen != last_tag_.end()) {
      return seen->second;
    }
    const auto reply = last_reply_key_.find(view.frame.header().reply_key);
    return reply != last_reply_key_.end() ? reply->second : Classify(Features(view));
  }

 private:
  static std::optional<size_t> NamedInTheOpen(const View& view) {
    std::array<int, 2> found{};
    for (size_t suspect = 0; suspect < 2; ++suspect) {
      const Bytes id = Writer().U32(kSuspects[suspect]).Take();
      for (const SeenLeaf& leaf : view.leaves) {
        found[suspect] += !std::ranges::search(leaf.entry, id).empty();
      }
      found[suspect] += !std::ranges::search(view.frame.header_bytes(), id).empty();
      found[suspect] += !std::ranges::search(view.admission, id).empty();
    }
    if (found[0] == found[1]) return std::nullopt;
    return found[1] > found[0] ? 1 : 0;
  }

  std::optional<size_t> OpensTag(const Header& header) const {
    std::vector<Opening32> guesses(known_r_.end() - std::min<ptrdiff_t>(4, std::ssize(known_r_)),
                                   known_r_.end());
    guesses.emplace_back();
    guesses.emplace_back(std::span<const uint8_t, 32>(header.reply_key.data(), 32));
    guesses.emplace_back(std::span<const uint8_t, 32>(header.commitment.data(), 32));
    guesses.emplace_back(std::span<const uint8_t, 32>(header.asker_tag.data(), 32));
    for (const Opening32& r : guesses) {
      for (size_t suspect = 0; suspect < 2; ++suspect) {
        if (TagAsker(r, kSuspects[suspect]) == header.asker_tag) return suspect;
      }
    }
    return std::nullopt;
  }

  // Bytes of the frame, and what the logs did around it: how many leaves where, and when.
  std::vector<double> Features(const View& view) {
    std::vector<double> all(view.frame.bytes().begin(), view.frame.bytes().end());
    std::array<double, 3> leaves{};
    for (const SeenLeaf& leaf : view.leaves) ++leaves[leaf.log - 101];
    all.insert(all.end(), leaves.begin(), leaves.end());
    const TimeMs time = Admission::Parse(view.admission)->time_ms;
    all.push_back(static_cast<double>(time - last_time_));
    all.push_back(static_cast<double>(time % 1000));
    all.push_back(static_cast<double>(time / 1000 - view.frame.header().issued_s));
    last_time_ = time;
    return all;
  }

  void Accumulate(const std::vector<double>& features, size_t asker) {
    for (auto* sums : {&sum_[asker], &square_[asker]}) sums->resize(features.size());
    for (size_t i = 0; i < features.size(); ++i) {
      sum_[asker][i] += features[i];
      square_[asker][i] += features[i] * features[i];
    }
    ++count_[asker];
  }

  // Fisher's discriminant with independent features.
  size_t Classify(const std::vector<double>& features) const {
    double score = 0;
    for (size_t i = 0; i < features.size(); ++i) {
      std::array<double, 2> mean{};
      double variance = 1e-9;
      for (size_t a = 0; a < 2; ++a) {
        mean[a] = sum_[a][i] / count_[a];
        variance += square_[a][i] / count_[a] - mean[a] * mean[a];
      }
      score += (mean[1] - mean[0]) * (features[i] - (mean[0] + mean[1]) / 2) / variance;
    }
    return score > 0 ? 1 : 0;
  }

  std::vector<Opening32> known_r_;
  std::map<AskerTag, size_t> last_tag_;
  std::map<X25519PublicKey, size_t> last_reply_key_;
  std::array<std::vector<double>, 2> sum_, square_;
  std::array<double, 2> count_{};
  TimeMs last_time_ = kNow;
};

// Questions about one child, by either suspect, as an honest node makes them.
class Askers {
 public:
  explicit Askers(Random& random)
      : random_(random), keys_(SubKeysOf(KeyType::kNhsNumber, kOtherChild, 1)) {
    for (AgencyId id : kSuspects) {
      identities_.push_back(IdentityKeyOfAgency(id));
      statements_.push_back(BasicStatement(id));
      statements_.back().subject[0].value = kOtherChild;
      statements_.back().purpose = Purpose::kSection47;
    }
  }
  Question Ask(size_t asker) {
    const QuestionParts parts{RosterOf(7)->federation, 7, {1}, kIssued, {{&keys_, nullptr}}};
    return Question::Build(parts, statements_[asker], identities_[asker], random_);
  }

 private:
  Random& random_;
  SubKeys keys_;
  std::vector<SigningKey> identities_;
  std::vector<Statement> statements_;
};

template <typename SomeLogs>
Tally NameAskers(uint64_t learn, uint64_t runs, uint64_t seed) {
  SeededRandom random(seed);
  Askers askers(random);
  SomeLogs logs;
  Observer observer;
  Tally tally;
  for (uint64_t i = 0; i < learn + runs; ++i) {
    const size_t asker = random.Below(2);
    const Question question = askers.Ask(asker);
    const View view = logs.Admit(question, kSuspects[asker], random);
    if (i < learn) observer.Learn(view, question.r, asker);
    else tally.Count(observer.Name(view) == asker);
  }
  return tally;
}

TEST(Game07, ANodeNamesTheAsker) {
  EXPECT_TRUE(Judge(7, "a node names the asker of a frame", Measure::kAdvantage,
                    NameAskers<Logs>(2'000, 16'000, Seed() + 7),
                    {{"leaves that name nobody (agency in it)",
                      NameAskers<LeafNamesAgency>(200, 500, Seed() + 7)},
                     {"hourly tables (evaluations one by one)",
                      NameAskers<EvaluationsLoggedOneByOne>(200, 500, Seed() + 7)}}));
}

}  // namespace
}  // namespace whoelse::games
