#include "rpc/http_address.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace whoelse {

std::optional<HostAndPort> SplitHostAndPort(std::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  std::string host(address.substr(0, colon));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  int port = 0;
  const std::string_view digits = address.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port < 0 || port > 65535) {
    return std::nullopt;
  }
  return HostAndPort{std::move(host), port};
}

std::optional<HttpsUrl> SplitHttpsUrl(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  if (!url.starts_with(kScheme) || url.find_first_of("?# ") != std::string_view::npos) {
    return std::nullopt;
  }
  url.remove_prefix(kScheme.size());
  const size_t slash = std::min(url.find('/'), url.size());
  std::string authority(url.substr(0, slash));
  std::string prefix(url.substr(slash));
  while (prefix.ends_with('/')) prefix.pop_back();
  if (authority.empty()) return std::nullopt;
  if (authority.find(':') == std::string::npos) authority += ":443";
  auto at = SplitHostAndPort(authority);
  if (!at || at->port == 0) return std::nullopt;
  return HttpsUrl{std::move(at->host), at->port, std::move(prefix)};
}

}  // namespace whoelse
