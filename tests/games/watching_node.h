// A node that watches one relay's log and cosigns it, as a relay can play with it: streams begin
// and end, frames and checkpoints come, the process ends and starts again. What node/answering.cc
// does with a push, on the production watch, holder and witness.
#ifndef WHOELSE_TESTS_GAMES_WATCHING_NODE_H_
#define WHOELSE_TESTS_GAMES_WATCHING_NODE_H_

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "node/witness.h"
#include "tests/node/fake_log.h"
#include "tests/node/register.h"

namespace whoelse::games {

inline std::string WitnessName(size_t i) { return "witness" + std::to_string(i + 1) + ".example"; }
inline SigningKey WitnessKey(size_t i) { return NewKey(static_cast<uint8_t>(0x40 + i)); }
inline NoteVerifier WitnessVerifier(size_t i) {
  return *NoteVerifier::Create(WitnessName(i), NoteKeyType::kCosignatureV1,
                               WitnessKey(i).verify_key());
}

class WatchingNode {
 public:
  // `witness`: which one of the federation's.
  WatchingNode(AgencyId agency, size_t witness, uint64_t seed)
      : agency_(agency), witness_number_(witness), seed_(seed) {
    Start({});
  }
  virtual ~WatchingNode() = default;

  uint64_t known_size() { return watch().known_size(); }
  // What an honest relay with this log states to it.
  AttachStatement StatementOf(const FakeLog& log) { return log.AttachTo(watch()); }
  void Attach(const AttachStatement& statement, TimeMs now) {
    if (!watch().Expects(true)) watch().OnDetached(now);
    Take(watch().OnAttached(statement, now));
    Cosign(now);
  }
  void Cut(TimeMs now) { watch().OnDetached(now); }
  void Push(std::string_view note, const std::vector<Bytes>& leaves, TimeMs now) {
    if (!watch().Expects(false)) return;   // the stream was ended
    Take(watch().OnCheckpoint(note, leaves).alarms);
    Cosign(now);
  }
  void Deliver(ByteView frame, const Admission& admission, TimeMs now) {
    if (!watch().Expects(false)) return;
    Take(node_->holder.Handle(kRelay, frame, admission.Serialize(), now).alarms);
    const TimeMs after = now + 500;   // its slot has ended
    for (const SlotRecord& record : node_->Answers(after).records) {
      answered_.insert(record.frame_hash);
    }
  }
  void Tick(TimeMs now) { Take(watch().OnTick(now)); }
  // The process ends and starts again. `lost`: what it remembered of the log was not on the disk;
  // then it goes on from its pin.
  void Restart(bool lost) { Start(lost ? LogWatch::Memory{} : watch().memory()); }

  bool Answered(const FrameHash& hash) const { return answered_.contains(hash); }
  bool alarmed() const { return heard_; }
  // Text of a checkpoint -> the line under it.
  const std::map<std::string, std::string>& cosigned() const { return cosigned_; }

 protected:
  virtual bool Hears(const Alarm&) const { return true; }

 private:
  LogWatch& watch() { return node_->holder.Watch(kRelay); }
  void Start(LogWatch::Memory memory) {
    node_ = std::make_unique<TestHolder>(agency_, 7, ++seed_);
    node_->Hold(BasicRecord());
    witness_ = std::make_unique<Witness>(
        WitnessName(witness_number_), WitnessKey(witness_number_),
        witness_ ? *Witness::ParsePins(Witness::SerializePins(witness_->pins())) : Witness::Pins());
    const auto pin = witness_->pins().find(watch().log_key().name);
    const bool pinned = pin != witness_->pins().end();
    if (pinned && pin->second.frontier.size() > memory.frontier.size()) memory = pin->second;
    if (!memory.checkpoint.empty()) watch().Restore(std::move(memory));
  }
  void Take(const std::vector<Alarm>& alarms) {
    const bool any = std::ranges::any_of(alarms, [this](const Alarm& a) { return Hears(a); });
    heard_ = heard_ || any;
    withheld_ = withheld_ || any;
  }
  // Not after an alarm since the last one.
  void Cosign(TimeMs now) {
    if (std::exchange(withheld_, false)) return;
    const LogWatch::Memory& verified = watch().memory();
    const auto cosigned = witness_->Cosign(verified, now / 1000);
    if (cosigned) cosigned_[Note::Parse(verified.checkpoint)->text] = cosigned->line;
  }

  const AgencyId agency_;
  const size_t witness_number_;
  uint64_t seed_;
  std::unique_ptr<TestHolder> node_;
  std::unique_ptr<Witness> witness_;
  std::set<FrameHash> answered_;
  std::map<std::string, std::string> cosigned_;
  bool heard_ = false, withheld_ = false;
};

}  // namespace whoelse::games

#endif  // WHOELSE_TESTS_GAMES_WATCHING_NODE_H_
