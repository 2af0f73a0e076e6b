// Published test vectors as JSON, and their hex.
#ifndef WHOELSE_TESTS_SUPPORT_VECTORS_H_
#define WHOELSE_TESTS_SUPPORT_VECTORS_H_

#include <array>
#include <concepts>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

#include "crypto/bytes.h"
#include "tests/support/source_path.h"

namespace whoelse {

// tests/vectors/<file>, parsed once a program. Throws, and so fails the test, when it is not there.
inline const nlohmann::json& Vectors(const std::string& file) {
  static std::map<std::string, nlohmann::json> files;
  const auto [entry, is_new] = files.try_emplace(file);
  if (is_new) {
    std::ifstream in(SourcePath("tests/vectors/" + file));
    if (!in) throw std::runtime_error("no vectors: " + file);
    entry->second = nlohmann::json::parse(in);
  }
  return entry->second;
}

// The bytes of a hexadecimal string. Throws when it is none.
inline Bytes Hex(std::string_view hex) {
  Bytes bytes;
  if (!FromHex(hex, &bytes)) throw std::runtime_error("not hexadecimal: " + std::string(hex));
  return bytes;
}
template <std::same_as<nlohmann::json> Json>   // no conversion to JSON: a string is a string
Bytes Hex(const Json& hex) {
  return Hex(std::string_view(hex.template get_ref<const std::string&>()));
}

// The same as a FixedBytes, or as an array of N bytes. Throws for another length.
template <typename F>
F HexFixed(const nlohmann::json& hex) {
  F value;
  if (!FromHex(hex.get_ref<const std::string&>(), std::span<uint8_t>(value.data(), value.size()))) {
    throw std::runtime_error("not hexadecimal of the right length: " + hex.dump());
  }
  return value;
}
template <size_t N>
std::array<uint8_t, N> HexArray(const nlohmann::json& hex) {
  return HexFixed<std::array<uint8_t, N>>(hex);
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_SUPPORT_VECTORS_H_
