// What an auditor pays to check one receipt: a question to 200 agencies that was asked through both
// relays, all of whom answered.
#include "audit/receipt.h"

#include "audit/checkpoint.h"
#include "audit/entry.h"
#include "audit/receipt_check.h"
#include "bench/benchmarks.h"
#include "bench/stub_area.h"
#include "benchmark/benchmark.h"
#include "protocol/answer.h"

namespace whoelse::bench {
namespace {

constexpr size_t kAgencies = 200, kWitnesses = 3;
constexpr size_t kLeaves = size_t{1} << 17;   // of each relay's log
constexpr double kGoalMs = 100, kGoalKib = 400;
constexpr CoordinatorId kFirstRelay = 101;
constexpr KeyVersion kKeyVersion = 1;
constexpr TimeS kAskedAt = 1'800'000'000;

SigningKey NewKey(Random& random) {
  return SigningKey::FromSeed(random.NewSecret<32>().Reveal());
}

// An area with all of its keys.
class Area {
 public:
  Area(size_t agencies, Random& random);

  const Roster& roster() const { return roster_; }
  Receipt NewReceipt(size_t leaves, Random& random) const;

 private:
  struct Relay {
    SigningKey log_key, admission_key;
  };
  void AddRelay(Random& random);
  void AddAgency(Random& random);
  void AddWitness(Random& random);
  std::vector<ReceiptItem> Answers(const Question& question, Random& random) const;
  ReceiptPart PartOf(size_t relay, const Question& question, std::vector<ReceiptItem> items,
                     size_t leaves, Random& random) const;

  Roster roster_{};
  std::vector<Relay> relays_;
  std::vector<SigningKey> agencies_, witnesses_;
};

Area::Area(size_t agencies, Random& random) {
  roster_.version = 1;
  roster_.federation = random.NewFixed<FederationId>();
  roster_.hash = random.NewFixed<RosterHash>();
  roster_.key_versions.push_back({kKeyVersion, KeyState::kAsked, 1,
                                  Element::BaseMultiply(Scalar::Random(random)), {}});
  for (int i = 0; i < 2; ++i) AddRelay(random);
  for (size_t i = 0; i < agencies; ++i) AddAgency(random);
  for (size_t i = 0; i < kWitnesses; ++i) AddWitness(random);
  roster_.quorum = kWitnesses - 1;
}

void Area::AddRelay(Random& random) {
  relays_.push_back({NewKey(random), NewKey(random)});
  const auto place = static_cast<uint16_t>(roster_.coordinators.size());
  const std::string name = "log" + std::to_string(place) + ".example/whoelse";
  roster_.coordinators.push_back(
      {static_cast<CoordinatorId>(kFirstRelay + place), static_cast<uint16_t>(place + 1), name, "",
       {}, *NoteVerifier::Create(name, NoteKeyType::kEd25519, relays_.back().log_key.verify_key()),
       relays_.back().admission_key.verify_key()});
}

void Area::AddAgency(Random& random) {
  agencies_.push_back(NewKey(random));
  const auto id = static_cast<AgencyId>(1001 + roster_.agencies.size());
  roster_.agencies.push_back({id, "agency-" + std::to_string(id), "T0000", "school", "Testfield",
                              {Purpose::kConcern}, false, agencies_.back().verify_key(), {},
                              {kFirstRelay, kFirstRelay + 1}, 1, 8, {}, 1, {}, {}});
}

void Area::AddWitness(Random& random) {
  witnesses_.push_back(NewKey(random));
  const std::string name = "witness" + std::to_string(witnesses_.size()) + ".example";
  roster_.witnesses.push_back({name, *NoteVerifier::Create(name, NoteKeyType::kCosignatureV1,
                                                           witnesses_.back().verify_key())});
}

// "Nothing disclosed" of every agency: the usual answer, and as long as any other.
std::vector<ReceiptItem> Area::Answers(const Question& question, Random& random) const {
  Answer answer;
  answer.roster_version = roster_.version;
  answer.complete = {kKeyVersion, 0};
  answer.enrolled_through = static_cast<uint32_t>(kAskedAt / 600);
  const FrameHash& hash = question.frame.hash();
  std::vector<ReceiptItem> items;
  for (size_t i = 0; i < agencies_.size(); ++i) {
    const AgencyId id = roster_.agencies[i].id;
    items.push_back({id, *SealAnswer(answer.Sign(agencies_[i], hash, id), hash, id,
                                     question.frame.header().reply_key, random)});
  }
  return items;
}

ReceiptPart Area::PartOf(size_t relay, const Question& question, std::vector<ReceiptItem> items,
                         size_t leaves, Random& random) const {
  const RosterCoordinator& coordinator = roster_.coordinators[relay];
  const uint64_t at = leaves / 2;
  std::vector<AnsweredItem> answered;
  for (const ReceiptItem& item : items) answered.push_back(ItemOf(std::get<Bytes>(item.what)));
  const Bytes entries[] = {
      SerializeLogEntry(AskedEntry{kAskedAt * 1'000, question.frame.hash()}),
      SerializeLogEntry(AnsweredEntry{at, kAskedAt * 1'000 + 500, AnswersHash(answered)})};
  std::vector<TreeHash> hashes;
  for (size_t i = 0; i < leaves; ++i) hashes.push_back(random.NewFixed<TreeHash>());
  for (size_t i = 0; i < 2; ++i) hashes[at + i] = LeafHash(entries[i]);

  Admission admission{coordinator.id, coordinator.log_key.key_id, at, kAskedAt * 1'000,
                      question.frame.hash(), {}};
  admission.Sign(relays_[relay].admission_key, roster_.federation);
  const Checkpoint checkpoint{coordinator.log_key.name, leaves, TreeRoot(hashes)};
  Note note = SignCheckpoint(checkpoint, relays_[relay].log_key);
  for (size_t i = 0; i < witnesses_.size(); ++i) {
    note.signatures.push_back(
        Cosign(checkpoint, kAskedAt + 2, roster_.witnesses[i].name, witnesses_[i]));
  }
  return {coordinator.id, admission, ReceiptLeaf{entries[0], *InclusionProof(at, hashes)}, at + 1,
          ReceiptLeaf{entries[1], *InclusionProof(at + 1, hashes)}, std::move(note),
          std::move(items)};
}

Receipt Area::NewReceipt(size_t leaves, Random& random) const {
  const Question question =
      DummyQuestion(roster_, roster_.agencies[0], agencies_[0], kAskedAt, random);
  const std::vector<ReceiptItem> items = Answers(question, random);
  Receipt receipt{ReceiptState::kComplete, roster_.hash, question.frame, {},
                  ReceiptOpening{question.statement, question.content_key.Clone(),
                                 question.reply_secret_key.Clone()}};
  for (size_t i = 0; i < 2; ++i) {
    receipt.parts.push_back(PartOf(i, question, items, leaves, random));
  }
  return receipt;
}

// What nobody who checks gets around.
class LeastWork {
 public:
  LeastWork(const Receipt& receipt, Random& random)
      : text_(receipt.Serialize()),
        wire_(*Wire::Parse(std::get<Bytes>(receipt.parts[0].items[0].what))),
        reply_secret_key_(receipt.opening->reply_secret_key.Clone()),
        key_(NewKey(random)),
        signature_(key_.SignBare(AsBytes(kMessage))) {}

  void Do(size_t signatures, size_t opens) const {
    benchmark::DoNotOptimize(Sha256({AsBytes(text_)}));
    for (size_t i = 0; i < signatures; ++i) {
      benchmark::DoNotOptimize(key_.verify_key().VerifyBare(AsBytes(kMessage), signature_));
    }
    for (size_t i = 0; i < opens; ++i) {
      benchmark::DoNotOptimize(OpenWire(wire_, reply_secret_key_));
    }
  }

 private:
  static constexpr std::string_view kMessage = "as long as a short signed message of ours is, or so";
  const std::string text_;
  const Wire wire_;
  const Secret<32> reply_secret_key_;
  const SigningKey key_;
  const Signature signature_;
};

bool IsProved(const std::string& text, const Roster& roster) {
  const auto receipt = Receipt::Parse(text);
  return receipt.ok() && CheckReceipt(*receipt, {roster}).Overall() == Finding::kHolds;
}

}  // namespace

absl::Status MeasureReceipt(const Setting& setting, Report& report) {
  SystemRandom random;
  const size_t agencies = setting.effort.Of(kAgencies, size_t{5});
  const Area area(agencies, random);
  Receipt receipt = area.NewReceipt(setting.effort.Of(kLeaves, size_t{4}), random);
  const LeastWork least(receipt, random);
  const std::string opened = receipt.Serialize();
  receipt.opening.reset();
  const std::string sealed = receipt.Serialize();
  for (const std::string& text : {opened, sealed}) {
    if (!IsProved(text, area.roster())) return absl::InternalError("a good receipt is not proved");
  }
  // Of each relay its admission, its checkpoint and the witnesses'.
  const size_t signatures = 2 * (2 + kWitnesses);
  const std::vector<double> ns =
      LeastNs(setting.effort.Of(10, 1),
              {[&] { benchmark::DoNotOptimize(IsProved(sealed, area.roster())); },
               [&] { least.Do(signatures, 0); },
               [&] { benchmark::DoNotOptimize(IsProved(opened, area.roster())); },
               [&] { least.Do(signatures + 1 + agencies, agencies); }});
  const std::string of = " of " + std::to_string(agencies) + " agencies";
  report.Add({"checking a receipt" + of, ns[0] / 1e6, "ms",
              {{"its signatures, SHA-256 over the file", ns[1] / 1e6}}, kGoalMs});
  report.Add({"the same with its opening", ns[2] / 1e6, "ms",
              {{"its signatures and each agency's, an X25519 open each", ns[3] / 1e6}}, kGoalMs});
  const double wires = static_cast<double>(agencies * kWireSize) * 4 / 3 / 1024;
  report.Add({"its file", static_cast<double>(opened.size()) / 1024, "KiB",
              {{"the answers in base64", wires}}, kGoalKib});
  return absl::OkStatus();
}

}  // namespace whoelse::bench
