// How many frames a node answers in a second, by the size of its register: from a frame off the stream to
// its slot handed to the disk. What nearly every frame is: about a child whom nobody here knows.
#include "bench/benchmarks.h"
#include "bench/filled_store.h"
#include "bench/keyed_area.h"
#include "benchmark/benchmark.h"
#include "node/holder.h"
#include "node/policy_table.h"

namespace whoelse::bench {
namespace {

constexpr TimeMs kNow = 1'800'000'000'000;
constexpr size_t kFramesOfSlot = 16;

// The answering side of the second agency of an area.
class AnsweringNode {
 public:
  AnsweringNode(RocksdbStore& store, Random& random)
      : area_(2, 0, random),
        store_(store),
        random_(random),
        holder_({area_.roster().agencies[1].id, SigningKey::FromSeed(random.NewSecret<32>().Reveal())},
                PolicyTable::Default(), store, random) {
    holder_.SetRosters(std::make_shared<const Roster>(area_.roster()), nullptr, 0);
    holder_.SetEnrolment({true, kNow, {KeyedArea::kKeyVersion}, {}});
  }
  absl::Status LoadIndex() {
    return store_.ForEachSubKey([&](KeyVersion kv, const RocksdbStore::Enrolled& one) {
      holder_.index().Insert(one.type, kv, one.record, one.keys.check);
    });
  }

  // Of one slot, under admissions of one relay. Not measured.
  void AskFrames() {
    asked_.clear();
    for (size_t i = 0; i < kFramesOfSlot; ++i) {
      const Question question = area_.NewQuestion(kNow / 1000, random_);
      const Admission admission = area_.Admit(0, question.frame, next_index_++, kNow);
      asked_.push_back({ToBytes(question.frame.bytes()), admission.Serialize()});
    }
  }
  void Take() {
    const CoordinatorId relay = area_.roster().coordinators[0].id;
    for (const Asked& asked : asked_) {
      refused_ |= holder_.Handle(relay, asked.frame, asked.admission, kNow).refusal.has_value();
    }
  }
  void Answer() {
    auto batch = holder_.AnswerSlot(kNow + area_.roster().parameters.slot_ms);
    if (batch.ok() && *batch) batch_ = std::move(**batch);
  }
  void Commit() { store_.CommitSlot(batch_); }
  bool AnsweredAll() const { return !refused_ && batch_.records.size() == kFramesOfSlot; }

 private:
  struct Asked {
    Bytes frame, admission;
  };

  const KeyedArea area_;
  RocksdbStore& store_;
  Random& random_;
  Holder holder_;
  std::vector<Asked> asked_;
  SlotBatch batch_;
  uint64_t next_index_ = 0;
  bool refused_ = false;
};

// What nobody who answers a frame gets around: the admission's signature and one as a hit would have,
// the answer's own, the answer sealed to the asker and the ledger's line to the lead officer, and a
// SipHash of each entry for each of the frame's slots.
class LeastWork {
 public:
  LeastWork(size_t entries, Random& random)
      : entries_(entries),
        key_(SigningKey::FromSeed(random.NewSecret<32>().Reveal())),
        signature_(key_.SignBare(AsBytes(kMessage))),
        check_key_(random.NewSecret<16>()),
        secret_key_(random.NewSecret<32>()),
        public_key_(X25519Public(secret_key_)) {}

  void DoFrame() const {
    for (int i = 0; i < 2; ++i) {
      benchmark::DoNotOptimize(key_.verify_key().VerifyBare(AsBytes(kMessage), signature_));
    }
    benchmark::DoNotOptimize(key_.SignBare(AsBytes(kMessage)));
    for (int i = 0; i < 2; ++i) {   // sealed twice: a new key pair, and what it shares
      benchmark::DoNotOptimize(X25519Public(secret_key_));
      benchmark::DoNotOptimize(X25519(secret_key_, public_key_));
    }
    std::array<uint8_t, 17> context{};
    for (size_t i = 0; i < entries_; ++i) {
      context[16] = static_cast<uint8_t>(i);
      benchmark::DoNotOptimize(Siphash(check_key_.Reveal(), context));
    }
  }

 private:
  static constexpr std::string_view kMessage = "as long as a short signed message of ours is, or so";
  const size_t entries_;
  const SigningKey key_;
  const Signature signature_;
  const Secret<16> check_key_;
  const Secret<32> secret_key_;
  const X25519PublicKey public_key_;
};

absl::Status MeasureRegister(size_t records, const Setting& setting, Report& report) {
  SystemRandom random;
  const auto store = RocksdbStore::Open(setting.home + "/" + std::to_string(records),
                                        MasterKey(random.NewSecret<32>()),
                                        X25519Public(random.NewSecret<32>()), random);
  if (!store.ok()) return store.status();
  FillRecords(**store, records, kNow);
  FillSubKeys(**store, records, kNow, random);
  AnsweringNode node(**store, random);
  if (const absl::Status loaded = node.LoadIndex(); !loaded.ok()) return loaded;
  const LeastWork least(records * kIdentifiersOfEach, random);
  const std::vector<double> ns =
      LeastNs(setting.effort.Of(records > 500'000 ? 3 : 12, 1),
              {[&] { node.AskFrames(); }, [&] { node.Take(); }, [&] { node.Answer(); },
               [&] { node.Commit(); }, [&] { least.DoFrame(); }});
  if (!node.AnsweredAll()) return absl::InternalError("an honest frame was not answered");
  const auto us = [&](size_t i) { return ns[i] / 1000 / kFramesOfSlot; };
  const std::string of = std::to_string(records) + " records: ";
  report.Add({of + "frames", 1e6 / (us(1) + us(2) + us(3)), "frames/s a core",
              {{"its signatures, its seals, a SipHash an entry and slot", 1e9 / ns[4]}},
              std::nullopt, Better::kMore});
  report.Add({of + "public checks", us(1), "us a frame"});
  report.Add({of + "lookup and answer", us(2), "us a frame"});
  report.Add({of + "its line in the slot's commit", us(3), "us a frame"});
  return absl::OkStatus();
}

}  // namespace

absl::Status MeasureFrames(const Setting& setting, Report& report) {
  for (const size_t records : {1'000u, 100'000u, 1'000'000u}) {
    const absl::Status measured =
        MeasureRegister(setting.effort.Of(records, size_t{10}), setting, report);
    if (!measured.ok() || setting.effort.smoke) return measured;
  }
  return absl::OkStatus();
}

}  // namespace whoelse::bench
