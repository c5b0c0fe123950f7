// Whole frames without their length: what a simulated broker reads (a request with its header) and
// what the client reads (a response with its header). The first byte picks which and, for a
// response, the second and third the request that it answers.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "kafka/protocol/all_messages.h"
#include "kafka/protocol/codec.h"
#include "tests/fuzz/require.h"

namespace {

using namespace levelwind::kafka;  // NOLINT: this file is about nothing else

void DecodeBody(std::string_view kind, ApiKey api, std::int16_t version, Reader& reader) {
  ForEachMessage([&]<class Message>(TypeTag<Message>) {
    if (Message::kInfo.api != api || !Message::kInfo.name.ends_with(kind)) return;
    const auto message = Decode<Message>(reader, version);
    if (message.ok()) Require(Message::kInfo.Supports(version));
  });
}

void TryRequest(std::span<const std::uint8_t> frame) {
  Reader reader(frame);
  const auto header = DecodeRequestHeader(reader);
  if (!header.ok()) return;
  DecodeBody("Request", header->api, header->version, reader);
}

void TryResponse(const ApiInfo& api, std::int16_t version, std::span<const std::uint8_t> frame) {
  Reader reader(frame);
  if (!DecodeResponseHeader(api.key, version, reader).ok()) return;
  DecodeBody("Response", api.key, version, reader);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  if (data[0] % 2 == 0) {
    TryRequest({data + 1, size - 1});
    return 0;
  }
  const ApiInfo& api = KnownApis()[data[1] % KnownApis().size()];
  TryResponse(api, static_cast<std::int16_t>(data[2] % (api.max + 2)), {data + 3, size - 3});
  return 0;
}
