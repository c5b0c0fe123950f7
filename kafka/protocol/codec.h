#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "kafka/protocol/api.h"
#include "kafka/protocol/field.h"
#include "kafka/protocol/reader.h"
#include "kafka/protocol/writer.h"

namespace levelwind::kafka {

// Encode and Decode work for every request and response of kafka/protocol/messages_*.h, in both
// directions. They are instantiated in the messages_*.cc files, so that including this header costs
// nothing.

/// Appends the body of `message`. InvalidArgument when the version is not in Message::kInfo, a null
/// is not allowed in it, or a text is too long for it.
template <class Message>
Status Encode(const Message& message, std::int16_t version, Writer& writer);

/// Reads a body up to the end of the frame. DataLoss, with the field's name, when the bytes are not
/// a whole message of that version or when bytes are left over.
template <class Message>
Result<Message> Decode(Reader& reader, std::int16_t version);

// ---- Frames: INT32 length, header, body ---------------------------------------------------------

struct RequestHeader {
  ApiKey api = ApiKey::kApiVersions;
  std::int16_t version = 0;
  std::int32_t correlation_id = 0;
  std::optional<std::string> client_id;
};

/// Request header v2 for flexible versions, else v1. Unknown APIs count as not flexible.
void EncodeRequestHeader(const RequestHeader& header, Writer& writer);
Result<RequestHeader> DecodeRequestHeader(Reader& reader);

/// Response header v1 for flexible versions, else v0. ApiVersions is always v0.
void EncodeResponseHeader(ApiKey api, std::int16_t version, std::int32_t correlation_id,
                          Writer& writer);
/// The correlation id; the reader stands at the body afterwards.
Result<std::int32_t> DecodeResponseHeader(ApiKey api, std::int16_t version, Reader& reader);

/// Begins a frame (leaves room for the length) and ends it (fills the length in).
std::size_t BeginFrame(Writer& writer);
void EndFrame(std::size_t begin, Writer& writer);

/// A whole request frame, ready to be written to a socket.
template <class Request>
Result<std::vector<std::uint8_t>> EncodeRequestFrame(const Request& request, std::int16_t version,
                                                     std::int32_t correlation_id,
                                                     const std::optional<std::string>& client_id) {
  Writer writer;
  const std::size_t begin = BeginFrame(writer);
  EncodeRequestHeader({Request::kInfo.api, version, correlation_id, client_id}, writer);
  LW_RETURN_IF_ERROR(Encode(request, version, writer));
  EndFrame(begin, writer);
  return std::move(writer).Take();
}

/// A whole response frame: what a broker answers.
template <class Response>
Result<std::vector<std::uint8_t>> EncodeResponseFrame(const Response& response,
                                                      std::int16_t version,
                                                      std::int32_t correlation_id) {
  Writer writer;
  const std::size_t begin = BeginFrame(writer);
  EncodeResponseHeader(Response::kInfo.api, version, correlation_id, writer);
  LW_RETURN_IF_ERROR(Encode(response, version, writer));
  EndFrame(begin, writer);
  return std::move(writer).Take();
}

}  // namespace levelwind::kafka
