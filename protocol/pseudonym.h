// From an identifier to a pseudonym's sub-keys. protocol.md section 3.
#ifndef WHOELSE_PROTOCOL_PSEUDONYM_H_
#define WHOELSE_PROTOCOL_PSEUDONYM_H_

#include <string_view>

#include "crypto/hash.h"
#include "crypto/secret.h"
#include "protocol/codes.h"
#include "protocol/ids.h"

namespace whoelse {

// H("whoelse/1/oprf-input", federation || u8 key_type || u16 len || canonical_value).
Digest OprfInput(const FederationId& federation, KeyType type, std::string_view canonical_value);

// What is kept of a pseudonym S. Whoever has them can find a question about the child (check) and
// open it (wrap), inside one key version; S itself is wiped.
struct SubKeys {
  Secret<16> check;   // k_check
  Secret<32> wrap;    // k_wrap

  // From the output of Finalize, whose first 32 bytes are S.
  static SubKeys Derive(const Secret<64>& finalized, KeyVersion kv);
  SubKeys Clone() const { return {check.Clone(), wrap.Clone()}; }
};

}  // namespace whoelse

#endif  // WHOELSE_PROTOCOL_PSEUDONYM_H_
