#include "rpc/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "tests/rpc/loopback.h"

namespace whoelse {
namespace {

// A P-256 key and a certificate made by Python's `cryptography`; the pin by
// `openssl x509 -pubkey -noout | openssl pkey -pubin -outform DER | sha256sum`.
constexpr char kForeignPem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBFjCBvaADAgECAgEHMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCWVsc2V3aGVy\n"
    "ZTAgFw0yNTAxMDEwMDAwMDBaGA8yMDk5MTIzMTIzNTk1OVowFDESMBAGA1UEAwwJ\n"
    "ZWxzZXdoZXJlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEKsdyMvGVDs2RNOMj\n"
    "3N8Hpn5xI2/ITm1RiBbJaod7Pa+3yqiBJEu13v+txZHGfVBuvqHk58M2YwL3JlSI\n"
    "KTbawDAKBggqhkjOPQQDAgNIADBFAiBYE8V1p+HQ/SatFNEKPDOjxf2S13hZTZDa\n"
    "ZnKLJU80gwIhAOzOhwNXvmBiMfi+oWE9qqRFoiqU5vkw0zKOCIBQ8g1C\n"
    "-----END CERTIFICATE-----\n";
constexpr char kForeignPin[] =
    "5174340ef4b1079816374a52a9211ed54e05ab3a8c458878cc681c8ac33be759";

TEST(CertificateTest, PinAndDatesOfACertificateMadeElsewhere) {
  const auto facts = ReadCertificatePem(kForeignPem);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(ToHex(facts->pin), kForeignPin);
  EXPECT_EQ(facts->not_before, 1'735'689'600u);   // 2025-01-01T00:00:00Z
  EXPECT_EQ(facts->not_after, 4'102'444'799u);    // 2099-12-31T23:59:59Z
  EXPECT_EQ(PinOfCertificatePem(kForeignPem).value(), facts->pin);
}

TEST(CertificateTest, WhatIsNoCertificateIsRefused) {
  for (const std::string& text : {std::string(), std::string("hello"), std::string(kForeignPem, 200),
                                  std::string(100, '\0')}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ReadCertificatePem(text).status()));
  }
}

TEST(CertificateTest, CreatedFilesBelongTogetherAndTheKeyIsOurs) {
  const TemporaryDirectory home;
  const Identity own = NewIdentity(home, "node");
  const auto facts = CheckTlsFiles(own.files);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->pin, own.pin);
  EXPECT_EQ(facts->not_before, kFrom);
  EXPECT_EQ(facts->not_after, kUntil);
  struct stat key {};
  ASSERT_EQ(stat(own.files.key.c_str(), &key), 0);
  EXPECT_EQ(key.st_mode & 0777, 0600u);
}

TEST(CertificateTest, AKeyIsNeverOverwritten) {
  const TemporaryDirectory home;
  const Identity own = NewIdentity(home, "node");
  const std::string key = ReadFile(own.files.key);
  EXPECT_TRUE(absl::IsAlreadyExists(CreateTlsFiles(own.files, "node", kFrom, kUntil).status()));
  EXPECT_EQ(ReadFile(own.files.key), key);
}

TEST(CertificateTest, RenewalKeepsThePin) {
  const TemporaryDirectory home;
  const Identity own = NewIdentity(home, "node");
  const std::string key = ReadFile(own.files.key);
  ASSERT_TRUE(RenewCertificate(own.files, kUntil, kUntil + 5000).ok());
  const auto facts = CheckTlsFiles(own.files);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->pin, own.pin);
  EXPECT_EQ(facts->not_before, kUntil);
  EXPECT_EQ(facts->not_after, kUntil + 5000);
  EXPECT_EQ(ReadFile(own.files.key), key);
}

TEST(CertificateTest, FilesThatCannotServeAreNamedAtTheStart) {
  const TemporaryDirectory home;
  const Identity own = NewIdentity(home, "own");
  const Identity other = NewIdentity(home, "other");
  EXPECT_TRUE(absl::IsNotFound(CheckTlsFiles({home / "no.crt", own.files.key}).status()));
  EXPECT_TRUE(absl::IsNotFound(CheckTlsFiles({own.files.certificate, home / "no.key"}).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(
      CheckTlsFiles({own.files.certificate, other.files.key}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(CheckTlsFiles({own.files.key, own.files.key}).status()));
  std::filesystem::permissions(own.files.key, std::filesystem::perms(0604));
  EXPECT_TRUE(absl::IsFailedPrecondition(CheckTlsFiles(own.files).status()));
}

// The peer that refuses it says nothing, so our own operator has to read it here.
TEST(CertificateTest, OwnDatesAreToldWithTheRemedy) {
  const TemporaryDirectory home;
  const Identity own = NewIdentity(home, "own");
  EXPECT_TRUE(CheckOwnDates(own.files, kFrom).ok());
  EXPECT_TRUE(CheckOwnDates(own.files, kUntil).ok());
  for (const TimeS outside : {kFrom - 1, kUntil + 1}) {
    const absl::Status told = CheckOwnDates(own.files, outside);
    EXPECT_TRUE(absl::IsFailedPrecondition(told)) << outside;
    EXPECT_NE(told.message().find("whoelse federation renew-certificate"), std::string::npos);
  }
  EXPECT_TRUE(absl::IsNotFound(CheckOwnDates({home / "no.crt", own.files.key}, kFrom)));
}

TEST(CertificateTest, NamesAndDatesThatCannotBeAreRefusedAndLeaveNothing) {
  const TemporaryDirectory home;
  const TlsFiles files{home / "a.crt", home / "a.key"};
  EXPECT_TRUE(absl::IsInvalidArgument(
      CreateTlsFiles(files, std::string(65, 'x'), kFrom, kUntil).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      CreateTlsFiles(files, "a", kFrom, uint64_t{1} << 60).status()));
  EXPECT_TRUE(absl::IsUnavailable(
      CreateTlsFiles({home / "no/a.crt", files.key}, "a", kFrom, kUntil).status()));
  EXPECT_FALSE(std::filesystem::exists(files.key));
}

}  // namespace
}  // namespace whoelse
