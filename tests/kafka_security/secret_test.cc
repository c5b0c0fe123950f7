#include "base/secret.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "tests/support/temp_dir.h"

namespace levelwind {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};

TEST(SecretTest, CannotBePrintedOrFormatted) {
  static_assert(!Streamable<Secret>);
  static_assert(!fmt::is_formattable<Secret>::value);
  static_assert(Streamable<std::string>);  // the concept can tell
}

TEST(SecretTest, CopiesAndMovesLikeAValue) {
  Secret one("abc");
  Secret two = one;
  EXPECT_TRUE(one == two);
  Secret three = std::move(one);
  EXPECT_EQ(three.Reveal(), "abc");
  two = Secret("abd");
  EXPECT_FALSE(two == three);
  EXPECT_FALSE(two == Secret("ab"));
  EXPECT_TRUE(Secret().empty());
}

TEST(SecretTest, WipeOverwritesMemory) {
  std::string text = "canary-secret that is longer than any small buffer";
  const char* where = text.data();
  const std::size_t size = text.size();
  Wipe(text);
  EXPECT_TRUE(text.empty());
  // The buffer is still the string's own: clear() keeps it.
  EXPECT_EQ(std::string(where + 1, size - 1), std::string(size - 1, '\0'));
}

class ReadSecretTest : public ::testing::Test {
 protected:
  std::string File(const std::string& content) {
    std::ofstream(dir_ / "secret", std::ios::binary) << content;
    return dir_ / "secret";
  }
  static SecretSource FromFile(std::string path) {
    SecretSource source;
    source.file = std::move(path);
    return source;
  }
  testing::ScratchDir dir_;
};

TEST_F(ReadSecretTest, OneLineEndIsCut) {
  EXPECT_EQ(ReadSecret(FromFile(File("canary-hunter2\n")), "it")->Reveal(), "canary-hunter2");
  EXPECT_EQ(ReadSecret(FromFile(File("canary-hunter2\r\n")), "it")->Reveal(), "canary-hunter2");
  EXPECT_EQ(ReadSecret(FromFile(File(" two \n\n")), "it")->Reveal(), " two \n");
}

TEST_F(ReadSecretTest, AChangedFileIsReadAgain) {
  const SecretSource source = FromFile(File("old"));
  EXPECT_EQ(ReadSecret(source, "it")->Reveal(), "old");
  File("new");
  EXPECT_EQ(ReadSecret(source, "it")->Reveal(), "new");
}

TEST_F(ReadSecretTest, ErrorsNameTheFileAndNotTheContent) {
  EXPECT_THAT(ReadSecret(FromFile(dir_ / "none"), "the password").error().message(),
              HasSubstr("the password: file " + dir_ / "none" + " cannot be read: No such file"));
  EXPECT_THAT(ReadSecret(FromFile(File("\n")), "the password").error().message(),
              HasSubstr("is empty"));
  const Error error = ReadSecret(FromFile(File(std::string(65537, 'z'))), "it").error();
  EXPECT_THAT(error.message(), HasSubstr("larger than 64 KiB"));
  EXPECT_THAT(error.message(), Not(HasSubstr("zzz")));
  EXPECT_THAT(ReadSecret({}, "the password").error().message(), HasSubstr("not set"));
}

TEST_F(ReadSecretTest, Environment) {
  SecretSource source;
  source.env = "LEVELWIND_TEST_SECRET";
  ::unsetenv(source.env.c_str());
  EXPECT_THAT(ReadSecret(source, "the password").error().message(),
              HasSubstr("environment variable LEVELWIND_TEST_SECRET is not set"));
  ::setenv(source.env.c_str(), "from env", 1);
  EXPECT_EQ(ReadSecret(source, "the password")->Reveal(), "from env");
  ::unsetenv(source.env.c_str());
}

}  // namespace
}  // namespace levelwind
