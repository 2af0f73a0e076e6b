// A witness: it cosigns a log's checkpoint when this node has verified that the tree contains all it
// had seen before. protocol.md section 6, "The log, watched"; docs/operating/witness.md.
//
// A cosignature cannot be taken back. What was cosigned is pinned for each log and must never go
// back: whoever could make a witness forget could have it sign two histories.
#ifndef WHOELSE_NODE_WITNESS_H_
#define WHOELSE_NODE_WITNESS_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "node/log_watch.h"
#include "protocol/roster.h"

namespace whoelse {

class Witness {
 public:
  // The largest tree cosigned, by the log's origin: a new log key signs the same log.
  using Pins = std::map<std::string, LogWatch::Memory>;

  Witness(std::string name, SigningKey key, Pins pins)
      : name_(std::move(name)), key_(std::move(key)), pins_(std::move(pins)) {}

  // The roster has this name with this key among its witnesses.
  bool NamedBy(const Roster& roster) const;

  struct Cosigned {
    uint64_t size;      // of the checkpoint
    std::string line;   // the signature line, with its LF
  };
  // Pins and cosigns what a LogWatch that began at this pin (or earlier) has verified. Pins() has to
  // be durable before the line leaves. nullopt: no checkpoint yet, or one that contradicts the pin.
  std::optional<Cosigned> Cosign(const LogWatch::Memory& verified, TimeS now);

  const Pins& pins() const { return pins_; }
  const std::string& name() const { return name_; }

  // DATA_LOSS for anything that SerializePins does not write.
  static absl::StatusOr<Pins> ParsePins(ByteView bytes);
  static Bytes SerializePins(const Pins& pins);

 private:
  std::string name_;
  SigningKey key_;
  Pins pins_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_WITNESS_H_
