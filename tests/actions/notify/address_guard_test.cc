#include "actions/notify/address_guard.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace levelwind::actions {
namespace {

bool Public(const std::string& text) {
  std::array<std::uint8_t, 16> bytes{};
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    return IsPublicAddress(std::span(bytes).first(4));
  }
  EXPECT_EQ(::inet_pton(AF_INET6, text.c_str(), bytes.data()), 1) << text;
  return IsPublicAddress(bytes);
}

TEST(AddressGuard, WhatIsNotPublic) {
  for (const char* address : {"0.0.0.0",
                              "0.1.2.3",
                              "10.0.0.1",
                              "10.255.255.255",
                              "100.64.0.1",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.255.0.9",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.170",
                              "192.0.2.1",
                              "192.88.99.1",
                              "192.168.1.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.7",
                              "203.0.113.9",
                              "224.0.0.1",
                              "239.1.1.1",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::7f00:1",
                              "::ffff:127.0.0.1",
                              "::ffff:169.254.169.254",
                              "::ffff:10.0.0.1",
                              "64:ff9b::7f00:1",
                              "64:ff9b::a9fe:a9fe",
                              "2002:7f00:1::",
                              "2002:a9fe:a9fe::1",
                              "fc00::1",
                              "fd00:ec2::254",
                              "fe80::1",
                              "febf::1",
                              "fec0::1",
                              "ff02::1",
                              "2001::1",
                              "2001:db8::1",
                              "100::1",
                              "5f00::1"}) {
    EXPECT_FALSE(Public(address)) << address;
  }
  for (const char* address :
       {"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1",
        "192.167.1.1", "198.20.0.1", "223.255.255.254", "2606:4700::1111", "2a00:1450::1",
        "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"}) {
    EXPECT_TRUE(Public(address)) << address;
  }
  EXPECT_FALSE(IsPublicAddress({})) << "of another family";
}

TEST(AddressGuard, UrlsThatAreRefused) {
  const AddressGuard guard({"relay.internal", "127.0.0.1"});
  for (const char* url :
       {"", "hooks.example", "file:///etc/passwd", "gopher://x/", "ftp://x/", "https://",
        "https://user@hooks.example/", "https://good.example@127.0.0.1/", "http://hooks.example/x",
        "http://localhost/", "http://[::1]/", "http://2130706433/", "https://a b/",
        "https://a\n/"}) {
    EXPECT_FALSE(guard.CheckUrl(url).ok()) << url;
  }
  for (const char* url : {"https://hooks.example/x", "http://relay.internal:8080/x",
                          "http://127.0.0.1:9/", "smtp://mail.example:587"}) {
    EXPECT_TRUE(guard.CheckUrl(url).ok()) << url;
  }
  EXPECT_THAT(guard.CheckUrl("http://hooks.example/secret").error().message(),
              ::testing::Not(::testing::HasSubstr("secret")));
}

TEST(AddressGuard, ANameIsJudgedByTheAddressThatIsConnectedTo) {
  const AddressGuard guard({"relay.internal"});
  const std::vector<std::uint8_t> metadata{169, 254, 169, 254};
  EXPECT_FALSE(guard.MayConnect("hooks.example", metadata)) << "a name that was rebound";
  EXPECT_TRUE(guard.MayConnect("relay.internal", metadata));
  EXPECT_EQ(AddressGuard::HostOf("https://[2606:4700::1]:8443/x"), "2606:4700::1");
  EXPECT_EQ(AddressGuard::HostOf("https://Hooks.Example:8443/x"), "hooks.example");
}

}  // namespace
}  // namespace levelwind::actions
