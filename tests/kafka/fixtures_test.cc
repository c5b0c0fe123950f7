// Frames of a real broker (tests/kafka/fixtures/, recorded by record.py there, whose requests were
// encoded from Kafka's own schemas): each must decode, and encode to the same bytes again.

#include <gtest/gtest.h>

#include <cctype>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "kafka/protocol/all_messages.h"
#include "kafka/protocol/codec.h"

namespace levelwind::kafka {
namespace {

using Frame = std::vector<std::uint8_t>;

struct Fixture {
  std::string name;  ///< Of the API.
  std::int16_t version = 0;
  bool request = false;
  Frame frame;  ///< Without its length.
};

std::uint8_t HexDigit(char c) {
  return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10);
}

Frame ReadHex(const std::filesystem::path& path) {
  std::ifstream in(path);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::string digits;
  for (const char c : text) {
    if (std::isxdigit(static_cast<unsigned char>(c)) != 0) digits += c;
  }
  Frame bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(HexDigit(digits[i]) << 4 | HexDigit(digits[i + 1])));
  }
  return bytes;
}

/// "Fetch-v11.req.hex"
Fixture Load(const std::filesystem::path& path) {
  const std::string file = path.filename();
  const std::size_t dash = file.find("-v");
  const std::size_t dot = file.find('.', dash);
  Fixture fixture;
  fixture.name = file.substr(0, dash);
  std::from_chars(file.data() + dash + 2, file.data() + dot, fixture.version);
  fixture.request = file.compare(dot, 5, ".req.") == 0;
  const Frame whole = ReadHex(path);
  EXPECT_GT(whole.size(), 4U) << file;
  Reader length(whole);
  EXPECT_EQ(length.Int32(), static_cast<std::int32_t>(whole.size()) - 4) << file;
  fixture.frame.assign(whole.begin() + 4, whole.end());
  return fixture;
}

std::vector<Fixture> LoadAll() {
  std::vector<Fixture> all;
  for (const auto& entry : std::filesystem::directory_iterator(LW_FIXTURES_DIR)) {
    if (entry.path().extension() == ".hex") all.push_back(Load(entry.path()));
  }
  return all;
}

template <class Request>
Frame RecodeRequest(const Fixture& fixture) {
  Reader reader(fixture.frame);
  const Result<RequestHeader> header = DecodeRequestHeader(reader);
  EXPECT_TRUE(header.ok());
  EXPECT_EQ(header->api, Request::kInfo.api);
  EXPECT_EQ(header->version, fixture.version);
  const Result<Request> body = Decode<Request>(reader, fixture.version);
  EXPECT_TRUE(body.ok()) << body.error();
  if (!body.ok()) return {};
  Writer writer;
  EncodeRequestHeader(*header, writer);
  EXPECT_TRUE(Encode(*body, fixture.version, writer).ok());
  return std::move(writer).Take();
}

template <class Response>
Frame RecodeResponse(const Fixture& fixture) {
  Reader reader(fixture.frame);
  const Result<std::int32_t> id =
      DecodeResponseHeader(Response::kInfo.api, fixture.version, reader);
  EXPECT_TRUE(id.ok());
  const Result<Response> body = Decode<Response>(reader, fixture.version);
  EXPECT_TRUE(body.ok()) << body.error();
  if (!body.ok()) return {};
  Writer writer;
  EncodeResponseHeader(Response::kInfo.api, fixture.version, *id, writer);
  EXPECT_TRUE(Encode(*body, fixture.version, writer).ok());
  return std::move(writer).Take();
}

using Recode = std::function<Frame(const Fixture&)>;

/// By the API's name and whether it is the request.
std::map<std::pair<std::string, bool>, Recode> Codecs() {
  std::map<std::pair<std::string, bool>, Recode> codecs;
  ForEachRequest([&]<class Request>(TypeTag<Request>) {
    const std::string name(FindApi(Request::kInfo.api)->name);
    codecs[{name, true}] = &RecodeRequest<Request>;
    codecs[{name, false}] = &RecodeResponse<typename Request::Response>;
  });
  return codecs;
}

TEST(FixturesTest, FramesOfARealBrokerDecodeAndEncodeToTheSameBytes) {
  const auto codecs = Codecs();
  for (const Fixture& fixture : LoadAll()) {
    SCOPED_TRACE(fixture.name + " v" + std::to_string(fixture.version) +
                 (fixture.request ? " request" : " response"));
    const auto codec = codecs.find({fixture.name, fixture.request});
    ASSERT_NE(codec, codecs.end());
    EXPECT_EQ(codec->second(fixture), fixture.frame);
  }
}

/// Not offered by the broker that the fixtures come from.
bool IsNewer(std::string_view api, std::int16_t version) {
  return api == "UnregisterController" || (api == "StreamsGroupDescribe" && version == 1);
}

TEST(FixturesTest, EveryApiHasAFixtureOfEveryVersion) {
  std::set<std::pair<std::string, std::int16_t>> requests;
  std::set<std::pair<std::string, std::int16_t>> responses;
  for (const Fixture& one : LoadAll()) {
    (one.request ? requests : responses).insert({one.name, one.version});
  }
  EXPECT_EQ(requests, responses);
  for (const ApiInfo& api : KnownApis()) {
    for (std::int16_t version = api.min; version <= api.max; ++version) {
      // Versions 1 and 2 of ApiVersions are never used: they bring nothing over 0.
      const bool skipped = api.key == ApiKey::kApiVersions && (version == 1 || version == 2);
      if (skipped || IsNewer(api.name, version)) continue;
      EXPECT_TRUE(requests.contains({std::string(api.name), version}))
          << api.name << " v" << version << ": record it with tests/kafka/fixtures/record.py";
    }
  }
}

}  // namespace
}  // namespace levelwind::kafka
