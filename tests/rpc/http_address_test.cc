#include "rpc/http_address.h"

#include <gtest/gtest.h>

#include <string>

namespace whoelse {
namespace {

TEST(HostAndPort, NamesAndAddresses) {
  struct Case {
    const char* address;
    const char* host;
    int port;
  };
  for (const Case& good : {Case{"w.example:443", "w.example", 443}, {"192.0.2.7:0", "192.0.2.7", 0},
                           {"a-b_c:65535", "a-b_c", 65535}, {"[::1]:80", "::1", 80},
                           {"[fe80::1%eth0]:80", "fe80::1%eth0", 80}}) {
    const auto split = SplitHostAndPort(good.address);
    ASSERT_TRUE(split) << good.address;
    EXPECT_EQ(split->host, good.host);
    EXPECT_EQ(split->port, good.port);
  }
}

TEST(HostAndPort, RefusesTheRest) {
  for (const char* bad : {"", ":", "w.example", "w.example:", ":443", "[]:443", "[w.example]:443",
                          "::1:443", "[::1]", "[::1:443", "w.example:65536", "w.example:-0",
                          "w.example:+1", "w.example: 1", "w.example:01", "w.example:1 ",
                          "a@w.example:443", "w example:443", "w.example\r\n:443",
                          "w.ex\xC3\xA4mple:443"}) {
    EXPECT_FALSE(SplitHostAndPort(bad)) << bad;
  }
}

TEST(HttpsUrl, HostPortAndPrefix) {
  struct Case {
    const char* url;
    const char* host;
    int port;
    const char* prefix;
  };
  for (const Case& good : {Case{"https://w.example", "w.example", 443, ""},
                           {"https://w.example/", "w.example", 443, ""},
                           {"https://w.example:8443/log//", "w.example", 8443, "/log"},
                           {"https://w.example/a:b/c@d", "w.example", 443, "/a:b/c@d"},
                           {"https://[::1]/log", "::1", 443, "/log"},
                           {"https://[::1]:80", "::1", 80, ""}}) {
    const auto split = SplitHttpsUrl(good.url);
    ASSERT_TRUE(split) << good.url;
    EXPECT_EQ(split->host, good.host);
    EXPECT_EQ(split->port, good.port);
    EXPECT_EQ(split->prefix, good.prefix);
  }
}

// What could say something else to the server than to who reads the configuration.
TEST(HttpsUrl, RefusesTheRest) {
  for (const char* bad : {"", "http://w.example", "HTTPS://w.example", "https://", "https:///log",
                          "https://w.example:0/", "https://w.example:/", "https://w.example:x/",
                          "https://a@w.example/", "https://w.example?x", "https://w.example/a?x",
                          "https://w.example/#x", "https://w.example/a b", "https://w.example/\\",
                          "https://w.example/a\r\nHost: b", "https://w.example\t/",
                          "https://w.example/\xC3\xA4", "https://w.example/\x7F"}) {
    EXPECT_FALSE(SplitHttpsUrl(bad)) << bad;
  }
  EXPECT_FALSE(SplitHttpsUrl(std::string("https://w.example/a\0b", 21)));
}

}  // namespace
}  // namespace whoelse
