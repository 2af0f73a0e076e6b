// A queue on the disk for what is too much for memory: an import's rows between the pass that checks
// them and the pass that loads them.
#ifndef WHOELSE_NODE_SPOOL_H_
#define WHOELSE_NODE_SPOOL_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/random.h"
#include "crypto/secret.h"

namespace whoelse {

// A file without a name, sealed under a key that only this object has: whoever takes the disk, also
// after a crash, finds nothing to read.
class Spool {
 public:
  // UNAVAILABLE when no file can be made there.
  static absl::StatusOr<std::unique_ptr<Spool>> Create(const std::string& directory, Random& random);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  // At the end. FAILED_PRECONDITION when the disk is nearly full; UNAVAILABLE.
  absl::Status Add(ByteView item);
  // All items, from the first on; as often as wanted. Ends with the first error that `visit` gives.
  // DATA_LOSS when the file is not what was written.
  absl::Status ForEach(const std::function<absl::Status(ByteView)>& visit);

 private:
  Spool(int file, Secret<32> key) : file_(file), key_(std::move(key)) {}
  absl::Status Flush();
  absl::StatusOr<Bytes> ReadBlock(uint64_t number, uint64_t& offset) const;
  Secret<32> KeyOf(uint64_t block) const;

  const int file_;
  const Secret<32> key_;
  Bytes gathered_;           // of the block that is not written yet
  uint64_t blocks_ = 0;
  uint64_t written_ = 0;     // bytes of the file
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_SPOOL_H_
