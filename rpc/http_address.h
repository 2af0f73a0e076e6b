// "host:port", as HTTPS addresses and URLs have it.
#ifndef WHOELSE_RPC_HTTP_ADDRESS_H_
#define WHOELSE_RPC_HTTP_ADDRESS_H_

#include <optional>
#include <string>
#include <string_view>

namespace whoelse {

struct HostAndPort {
  std::string host;   // a name or an address; of an IPv6 address without the brackets
  int port;           // 0 to 65535
};
// nullopt for anything but a host of letters, digits and "-._", or an IPv6 address in brackets, and a
// plain decimal.
std::optional<HostAndPort> SplitHostAndPort(std::string_view address);

// https://host[:port][/prefix]
struct HttpsUrl {
  std::string host;
  int port = 443;       // not 0
  std::string prefix;   // empty, or begins with a slash and does not end in one; visible ASCII
};
// nullopt for anything else: no user name, query or fragment.
std::optional<HttpsUrl> SplitHttpsUrl(std::string_view url);

}  // namespace whoelse

#endif  // WHOELSE_RPC_HTTP_ADDRESS_H_
