#include "rpc/http_address.h"

#include "tests/fuzz/fuzz.h"

namespace whoelse {
namespace {

std::string Joined(const std::string& host, int port) {
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool IsVisible(const std::string& text) {
  for (const char c : text) {
    if (c <= ' ' || c > '~') return false;
  }
  return true;
}

void FuzzUrl(std::string_view url) {
  const auto split = SplitHttpsUrl(url);
  if (!split) return;
  // Nothing in it ends a line of a request.
  Hold(IsVisible(split->host) && IsVisible(split->prefix), "a URL is visible ASCII");
  // The port and slashes at the end may be left out, so what is written need not be what was read.
  const std::string written = "https://" + Joined(split->host, split->port) + split->prefix;
  const auto again = SplitHttpsUrl(written);
  Hold(again && again->host == split->host && again->port == split->port &&
           again->prefix == split->prefix,
       "what splits says the same when joined and split again");
}

}  // namespace

void Fuzz(ByteView input) {
  if (const auto at = SplitHostAndPort(AsText(input))) {
    HoldSame(Joined(at->host, at->port), AsText(input));
  }
  FuzzUrl(AsText(input));
}

}  // namespace whoelse
