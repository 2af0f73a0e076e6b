#include "rpc/http_address.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "absl/strings/ascii.h"

namespace whoelse {
namespace {

constexpr std::string_view kScheme = "https://";
constexpr std::string_view kDefaultPort = ":443";

bool IsName(std::string_view host) {
  return !host.empty() && std::ranges::all_of(host, [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_';
  });
}

// With '%' and what follows it a link-local address names its interface.
bool IsIpv6(std::string_view host) {
  return host.find(':') != std::string_view::npos &&
         std::ranges::all_of(host, [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == ':' || c == '.' || c == '%';
         });
}

std::optional<int> ParsePort(std::string_view digits) {
  uint16_t port = 0;   // from_chars reads no sign into an unsigned type and no spaces
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (digits.size() > 1 && digits[0] == '0') return std::nullopt;
  return port;
}

// A line's end would put a header of its own into a request.
bool IsPath(std::string_view prefix) {
  return std::ranges::all_of(prefix, [](unsigned char c) { return absl::ascii_isgraph(c); }) &&
         prefix.find_first_of("?#\\") == std::string_view::npos;
}

}  // namespace

std::optional<HostAndPort> SplitHostAndPort(std::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = address.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  // Unbracketed, "::1:443" would be read as one of two addresses.
  if (!(bracketed ? IsIpv6(host) : IsName(host))) return std::nullopt;
  const auto port = ParsePort(address.substr(colon + 1));
  if (!port) return std::nullopt;
  return HostAndPort{std::string(host), *port};
}

std::optional<HttpsUrl> SplitHttpsUrl(std::string_view url) {
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  const size_t slash = std::min(url.find('/'), url.size());
  std::string authority(url.substr(0, slash));
  std::string prefix(url.substr(slash));
  while (prefix.ends_with('/')) prefix.pop_back();
  const bool has_port = authority.find(':') != std::string::npos && !authority.ends_with(']');
  if (!has_port) authority += kDefaultPort;
  auto at = SplitHostAndPort(authority);
  if (!at || at->port == 0 || !IsPath(prefix)) return std::nullopt;
  return HttpsUrl{std::move(at->host), at->port, std::move(prefix)};
}

}  // namespace whoelse
