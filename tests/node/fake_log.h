// A coordinator's log in memory, signed with its key, as a node sees it.
#ifndef WHOELSE_TESTS_NODE_FAKE_LOG_H_
#define WHOELSE_TESTS_NODE_FAKE_LOG_H_

#include <string>
#include <vector>

#include "audit/checkpoint.h"
#include "audit/entry.h"
#include "audit/merkle.h"
#include "node/log_watch.h"
#include "tests/node/federation.h"

namespace whoelse {

class FakeLog {
 public:
  explicit FakeLog(CoordinatorId id = kRelay)
      : origin_(RosterOf(7)->FindCoordinator(id)->log_key.name), key_(LogKeyOf(id)) {}

  uint64_t size() const { return entries_.size(); }
  // The index of the new leaf.
  uint64_t Append(Bytes entry) {
    leaves_.push_back(LeafHash(entry));
    entries_.push_back(std::move(entry));
    return entries_.size() - 1;
  }
  uint64_t Append(const LogEntry& entry) { return Append(SerializeLogEntry(entry)); }
  // Leaves that no node cares about.
  void Fill(uint64_t count) {
    for (; count > 0; --count) Append(EvaluatedEntry{static_cast<uint32_t>(size()), Digest()});
  }
  // Logs a frame and admits it.
  Admission Take(const FrameHash& hash, TimeMs time_ms, CoordinatorId id = kRelay) {
    return Admit(hash, Append(AskedEntry{time_ms, hash}), time_ms, id);
  }

  std::string Checkpoint(uint64_t size) const {
    const std::span<const TreeHash> leaves(leaves_);
    return SignCheckpoint({origin_, size, TreeRoot(leaves.first(size))}, key_).Serialize();
  }
  std::string Checkpoint() const { return Checkpoint(size()); }
  std::vector<Bytes> Since(uint64_t from) const {
    return {entries_.begin() + from, entries_.end()};
  }

  LoggedLeaf LeafAt(uint64_t index) const { return LeafAt(index, size()); }
  LoggedLeaf LeafAt(uint64_t index, uint64_t size) const {
    const std::span<const TreeHash> leaves(leaves_);
    return {index, entries_[index], *InclusionProof(index, leaves.first(size))};
  }

  // What an honest relay states to this node.
  AttachStatement AttachTo(const LogWatch& watch) const { return AttachTo(watch, size()); }
  AttachStatement AttachTo(const LogWatch& watch, uint64_t checkpoint_size) const {
    AttachStatement statement = Attach(watch.known_size(), checkpoint_size);
    for (const uint64_t index : watch.Unproven()) {
      if (index < checkpoint_size) statement.proven.push_back(LeafAt(index, checkpoint_size));
    }
    return statement;
  }
  // The same to a node that says it knows `known` leaves, and waits for none.
  AttachStatement Attach(uint64_t known) const { return Attach(known, size()); }
  AttachStatement Attach(uint64_t known, uint64_t checkpoint_size) const {
    AttachStatement statement{size(), Checkpoint(checkpoint_size), {}, {}};
    Frontier frontier;
    for (uint64_t i = 0; i < checkpoint_size; ++i) frontier.Append(leaves_[i]);
    statement.frontier = frontier.hashes();
    const std::span<const TreeHash> leaves(leaves_);
    if (known <= checkpoint_size) {
      statement.consistency = *ConsistencyProof(known, leaves.first(checkpoint_size));
    }
    return statement;
  }

 private:
  std::string origin_;
  SigningKey key_;
  std::vector<Bytes> entries_;
  std::vector<TreeHash> leaves_;
};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_NODE_FAKE_LOG_H_
