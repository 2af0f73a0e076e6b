// What an auditor pays to check one receipt: a question to 200 agencies that was asked through both
// relays, all of whom answered.
#include "audit/receipt.h"

#include "audit/checkpoint.h"
#include "audit/entry.h"
#include "audit/receipt_check.h"
#include "bench/benchmarks.h"
#include "bench/keyed_area.h"
#include "benchmark/benchmark.h"
#include "protocol/answer.h"

namespace whoelse::bench {
namespace {

constexpr size_t kAgencies = 200, kWitnesses = 3;
constexpr size_t kLeaves = size_t{1} << 17;   // of each relay's log
constexpr double kGoalMs = 100, kGoalKib = 400;
constexpr TimeS kAskedAt = 1'800'000'000;

// Questions of this area, answered and logged.
class Area : public KeyedArea {
 public:
  using KeyedArea::KeyedArea;
  Receipt NewReceipt(size_t leaves, Random& random) const;

 private:
  std::vector<ReceiptItem> Answers(const Question& question, Random& random) const;
  ReceiptPart PartOf(size_t relay, const Question& question, std::vector<ReceiptItem> items,
                     size_t leaves, Random& random) const;
};

// "Nothing disclosed" of every agency: the usual answer, and as long as any other.
std::vector<ReceiptItem> Area::Answers(const Question& question, Random& random) const {
  Answer answer;
  answer.roster_version = roster().version;
  answer.complete = {kKeyVersion, 0};
  answer.enrolled_through = static_cast<uint32_t>(kAskedAt / 600);
  const FrameHash& hash = question.frame.hash();
  std::vector<ReceiptItem> items;
  for (size_t i = 0; i < roster().agencies.size(); ++i) {
    const AgencyId id = roster().agencies[i].id;
    items.push_back({id, *SealAnswer(answer.Sign(agency_key(i), hash, id), hash, id,
                                     question.frame.header().reply_key, random)});
  }
  return items;
}

ReceiptPart Area::PartOf(size_t relay, const Question& question, std::vector<ReceiptItem> items,
                         size_t leaves, Random& random) const {
  const RosterCoordinator& coordinator = roster().coordinators[relay];
  const uint64_t at = leaves / 2;
  std::vector<AnsweredItem> answered;
  for (const ReceiptItem& item : items) answered.push_back(ItemOf(std::get<Bytes>(item.what)));
  const Bytes entries[] = {
      SerializeLogEntry(AskedEntry{kAskedAt * 1'000, question.frame.hash()}),
      SerializeLogEntry(AnsweredEntry{at, kAskedAt * 1'000 + 500, AnswersHash(answered)})};
  std::vector<TreeHash> hashes;
  for (size_t i = 0; i < leaves; ++i) hashes.push_back(random.NewFixed<TreeHash>());
  for (size_t i = 0; i < 2; ++i) hashes[at + i] = LeafHash(entries[i]);

  const Admission admission = Admit(relay, question.frame, at, kAskedAt * 1'000);
  const Checkpoint checkpoint{coordinator.log_key.name, leaves, TreeRoot(hashes)};
  Note note = SignCheckpoint(checkpoint, log_key(relay));
  for (size_t i = 0; i < roster().witnesses.size(); ++i) {
    note.signatures.push_back(
        Cosign(checkpoint, kAskedAt + 2, roster().witnesses[i].name, witness_key(i)));
  }
  return {coordinator.id, admission, ReceiptLeaf{entries[0], *InclusionProof(at, hashes)}, at + 1,
          ReceiptLeaf{entries[1], *InclusionProof(at + 1, hashes)}, std::move(note),
          std::move(items)};
}

Receipt Area::NewReceipt(size_t leaves, Random& random) const {
  const Question question = NewQuestion(kAskedAt, random);
  const std::vector<ReceiptItem> items = Answers(question, random);
  Receipt receipt{ReceiptState::kComplete, roster().hash, question.frame, {},
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
        key_(SigningKey::FromSeed(random.NewSecret<32>().Reveal())),
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
  const Area area(agencies, kWitnesses, random);
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
