// What a relay handed over to this node's questions, held against what its log says was answered.
// protocol.md section 7. The leaf may come before the relay closes the collection or after it, as the
// relay likes: whichever is second is compared.
#ifndef WHOELSE_NODE_ANSWERED_WATCH_H_
#define WHOELSE_NODE_ANSWERED_WATCH_H_

#include <cstdint>
#include <map>
#include <optional>

#include "audit/entry.h"
#include "protocol/ids.h"

namespace whoelse {

// A collection that a relay closed: where it says that its log has the answers, and their hash over
// what came.
struct ExpectedAnswered {
  CoordinatorId relay;
  FrameHash frame_hash;
  uint64_t asked_index;
  uint64_t answered_index;
  std::optional<Digest> answers_hash;   // nullopt: it contradicts itself, no leaf can say that
};

class AnsweredWatch {
 public:
  // A collection whose leaf does not say what came.
  struct Differs {
    ExpectedAnswered expected;
    std::optional<AnsweredEntry> logged;   // nullopt: no leaf could, or there is no Answered leaf
  };

  // `covered`: the size up to which leaves have come. A leaf in a gap is not compared here: the proofs
  // of the receipt show it.
  std::optional<Differs> OnClosed(const ExpectedAnswered& expected, uint64_t covered);
  // The next leaf of the log.
  std::optional<Differs> OnLeaf(uint64_t index, const LogEntry& entry);
  // Leaves below `size` that have not come will not come.
  void OnGap(uint64_t size);

 private:
  std::map<uint64_t, AnsweredEntry> leaves_;        // from from_ on, all that are Answered
  uint64_t from_ = 0;
  std::map<uint64_t, ExpectedAnswered> expected_;   // whose leaf has not come, by its index
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_ANSWERED_WATCH_H_
