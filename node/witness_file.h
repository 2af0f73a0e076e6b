// The witness with its two files: the sealed key, and the pins that must never go back.
#ifndef WHOELSE_NODE_WITNESS_FILE_H_
#define WHOELSE_NODE_WITNESS_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "node/witness.h"

namespace whoelse {

struct WitnessPaths {
  std::string name;   // as the roster names the witness; empty: this node is none
  std::string key;    // sealed under the master key
  std::string pins;   // not in the store's directory: a backup of that must not bring old ones back
};

class WitnessFile {
 public:
  // A new key and an empty file of pins. ALREADY_EXISTS: never is a key or a pin overwritten.
  // UNAVAILABLE: the disk.
  static absl::StatusOr<VerifyKey> Create(const WitnessPaths& paths, const MasterKey& master,
                                          Random& random);
  // Errors of ReadPrivateFile; UNAUTHENTICATED: sealed under another key; FAILED_PRECONDITION: there
  // is no file of pins; DATA_LOSS: it is damaged. Each says what to do.
  static absl::StatusOr<WitnessFile> Open(const WitnessPaths& paths, const MasterKey& master);

  bool NamedBy(const Roster& roster) const { return witness_.NamedBy(roster); }
  // Witness::Cosign, with the pin on the disk when it returns. Ends the process when it cannot be
  // written: what was not pinned must not leave.
  std::optional<Witness::Cosigned> Cosign(const LogWatch::Memory& verified, TimeS now);
  // What was cosigned of this log; nullptr: nothing yet.
  const LogWatch::Memory* PinOf(const std::string& origin) const;
  const std::string& name() const { return witness_.name(); }

 private:
  WitnessFile(Witness witness, std::string pins_path)
      : witness_(std::move(witness)), pins_path_(std::move(pins_path)) {}

  Witness witness_;
  std::string pins_path_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_WITNESS_FILE_H_
