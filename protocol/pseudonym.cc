#include "protocol/pseudonym.h"

namespace whoelse {

Digest OprfInput(const FederationId& federation, KeyType type, std::string_view canonical_value) {
  Writer head;
  head.Raw(federation).U8(static_cast<uint8_t>(type)).U16(static_cast<uint16_t>(canonical_value.size()));
  return H("whoelse/1/oprf-input", {head.view(), AsBytes(canonical_value)});
}

SubKeys SubKeys::Derive(const Secret<64>& finalized, KeyVersion kv) {
  const auto pseudonym = finalized.Reveal().first<32>();
  Writer version;
  version.U32(kv);
  const Secret<32> check = K(pseudonym, "whoelse/1/check", {version.view()});
  return {Secret<16>::From(check.Reveal().first<16>()),
          K(pseudonym, "whoelse/1/wrap", {version.view()})};
}

}  // namespace whoelse
