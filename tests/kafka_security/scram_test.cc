#include "kafka/security/scram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kafka/security/crypto.h"

namespace levelwind::kafka {
namespace {

using crypto::AsBytes, crypto::AsText, crypto::Hash;
using ::testing::HasSubstr;

// RFC 7677, section 3.
constexpr std::string_view kNonce = "rOprNGfwEbeRWgbNEkqO";
constexpr std::string_view kServerFirst =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
constexpr std::string_view kServerFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

struct Login {
  std::shared_ptr<ScramKeys> keys = std::make_shared<ScramKeys>(Hash::kSha256);
  std::unique_ptr<SaslExchange> exchange = Make("user", kNonce);

  std::unique_ptr<SaslExchange> Make(std::string user, std::string_view nonce) const {
    return NewScramExchange(std::move(user), Secret("pencil"), keys, std::string(nonce));
  }
  std::string Start() const { return std::string(AsText(*exchange->Start())); }
  Result<std::optional<std::vector<std::uint8_t>>> Next(std::string_view answer) const {
    return exchange->Next(AsBytes(answer));
  }
  std::string ErrorFor(std::string_view server_first) const {
    Start();
    const auto next = Next(server_first);
    return next.ok() ? "no error" : next.error().message();
  }
};

TEST(ScramTest, VectorOfRfc7677) {
  Login login;
  EXPECT_EQ(login.Start(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  const auto last = login.Next(kServerFirst);
  ASSERT_TRUE(last.ok());
  EXPECT_EQ(AsText(**last),
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  const auto end = login.Next(kServerFinal);
  ASSERT_TRUE(end.ok());
  EXPECT_FALSE(end->has_value());
}

TEST(ScramTest, NamesAreEscapedAsRfc5802Says) {
  const Login login;
  const auto exchange = login.Make("a=b,c", "n");
  EXPECT_EQ(AsText(*exchange->Start()), "n,,n=a=3Db=2Cc,r=n");
}

TEST(ScramTest, NoncesAreLongAndDiffer) {
  const Login login;
  const auto one = login.Make("u", "");
  const auto two = login.Make("u", "");
  const std::string first(AsText(*one->Start()));
  EXPECT_NE(first, AsText(*two->Start()));
  EXPECT_GE(first.size(), std::string("n,,n=u,r=").size() + 32);
}

TEST(ScramTest, IterationsOutOfRangeAreRefusedBeforeAnyWork) {
  for (const std::string& count :
       std::vector<std::string>{"2147483648", "2147483647", "1000001", "4095", "1", "0", "-1",
                                "99999999999999999999", "4096x", ""}) {
    const Login login;
    EXPECT_THAT(
        login.ErrorFor("r=" + std::string(kNonce) + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=" + count),
        HasSubstr("4096 to 1000000 are accepted"))
        << count;
    EXPECT_EQ(login.keys->derivations(), 0);
  }
}

TEST(ScramTest, NonceMustExtendOurs) {
  const std::string rest = ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
  for (const std::string& nonce : {std::string("other"), std::string(kNonce), std::string("")}) {
    EXPECT_THAT(Login().ErrorFor("r=" + nonce + rest), HasSubstr("nonce does not extend ours"));
  }
}

TEST(ScramTest, MalformedFirstMessagesAreRefused) {
  for (const std::string& bad : std::vector<std::string>{
           "", "r", "x=1", "r=rOprNGfwEbeRWgbNEkqOx", "s=,r=,i=", "r=rOprNGfwEbeRWgbNEkqOx,s=AAAA",
           "r=rOprNGfwEbeRWgbNEkqOx,i=4096"}) {
    EXPECT_THAT(Login().ErrorFor(bad), HasSubstr("not the form")) << bad;
  }
  EXPECT_THAT(Login().ErrorFor("r=rOprNGfwEbeRWgbNEkqOx,s=!!,i=4096"), HasSubstr("salt"));
  EXPECT_THAT(Login().ErrorFor("r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096"), HasSubstr("salt"));
  EXPECT_THAT(Login().ErrorFor("m=ext,r=rOprNGfwEbeRWgbNEkqOx"), HasSubstr("extension"));
}

TEST(ScramTest, AWrongSignatureIsNotTheBroker) {
  for (const std::string_view bad :
       {"v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "v=", "", "v=AAAA", "hello"}) {
    Login login;
    login.Start();
    ASSERT_TRUE(login.Next(kServerFirst).ok());
    const auto end = login.Next(bad);
    ASSERT_FALSE(end.ok());
    EXPECT_EQ(end.error().code(), ErrorCode::kUnauthenticated);
    EXPECT_THAT(end.error().message(), HasSubstr("signature is wrong"));
  }
}

TEST(ScramTest, NothingIsAcceptedAfterTheEnd) {
  Login login;
  login.Start();
  ASSERT_TRUE(login.Next(kServerFirst).ok());
  ASSERT_TRUE(login.Next(kServerFinal).ok());
  EXPECT_FALSE(login.Next(kServerFinal).ok());
  EXPECT_FALSE(login.Next(kServerFirst).ok());
}

TEST(ScramTest, KeysAreDerivedOncePerSaltCountAndPassword) {
  ScramKeys keys(Hash::kSha512);
  const crypto::Bytes salt = {1, 2, 3};
  const auto first = keys.Derive(Secret("a"), salt, 4096);
  EXPECT_EQ(keys.Derive(Secret("a"), salt, 4096).client, first.client);
  EXPECT_EQ(keys.derivations(), 1);
  EXPECT_NE(keys.Derive(Secret("b"), salt, 4096).client, first.client);
  EXPECT_NE(keys.Derive(Secret("a"), {1, 2, 4}, 4096).client, first.client);
  EXPECT_NE(keys.Derive(Secret("a"), salt, 4097).client, first.client);
  EXPECT_EQ(keys.derivations(), 4);
}

TEST(CryptoTest, Base64IsStrict) {
  EXPECT_EQ(crypto::Base64(AsBytes("any carnal pleasur")), "YW55IGNhcm5hbCBwbGVhc3Vy");
  EXPECT_EQ(crypto::Base64Url("\xfb\xff?"), "-_8_");
  EXPECT_EQ(AsText(*crypto::FromBase64("TWE=")), "Ma");
  EXPECT_EQ(AsText(*crypto::FromBase64("TQ==")), "M");
  EXPECT_TRUE(crypto::FromBase64("")->empty());
  for (const char* bad : {"TWE", "T===", "TW E", "TWE=\n", "TW-_", "=TWE"}) {
    EXPECT_FALSE(crypto::FromBase64(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace levelwind::kafka
