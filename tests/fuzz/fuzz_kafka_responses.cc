// Every message decoder against arbitrary bytes. The first byte picks the message, the second its
// version, the rest is the body. What decodes must encode, and decode to the same bytes again: so
// not only crashes are found but also values that do not survive.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kafka/protocol/all_messages.h"
#include "kafka/protocol/codec.h"
#include "tests/fuzz/require.h"

namespace {

using namespace levelwind::kafka;  // NOLINT: this file is about nothing else

template <class Message>
void TryMessage(std::int16_t version, std::span<const std::uint8_t> body) {
  Reader reader(body);
  const auto message = Decode<Message>(reader, version);
  if (!message.ok()) return;
  Writer first;
  Require(Encode(*message, version, first).ok());
  Reader again(first.bytes());
  const auto second = Decode<Message>(again, version);
  Require(second.ok());
  Writer twice;
  Require(Encode(*second, version, twice).ok());
  Require(first.bytes() == twice.bytes());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::span<const std::uint8_t> body(data + 2, size - 2);
  std::size_t wanted = data[0] % (2 * KnownApis().size());
  ForEachMessage([&]<class Message>(TypeTag<Message>) {
    if (wanted-- != 0) return;
    const int versions = Message::kInfo.max - Message::kInfo.min + 1;
    TryMessage<Message>(static_cast<std::int16_t>(Message::kInfo.min + data[1] % versions), body);
  });
  return 0;
}
