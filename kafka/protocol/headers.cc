#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "kafka/protocol/codec.h"

namespace levelwind::kafka {

namespace {

bool IsFlexible(ApiKey api, std::int16_t version) {
  const ApiInfo* info = FindApi(api);
  return info != nullptr && version >= info->flexible;
}

/// A broker of another version may answer ApiVersions, so its response header can never change.
bool HasFlexibleResponseHeader(ApiKey api, std::int16_t version) {
  return api != ApiKey::kApiVersions && IsFlexible(api, version);
}

void SkipTags(Reader& reader) {
  const std::uint32_t count = reader.Uvarint();
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    reader.Uvarint();
    const std::uint32_t size = reader.Uvarint();
    reader.Raw(size);
  }
}

}  // namespace

void EncodeRequestHeader(const RequestHeader& header, Writer& writer) {
  writer.Int16(static_cast<std::int16_t>(header.api));
  writer.Int16(header.version);
  writer.Int32(header.correlation_id);
  // The client id keeps its classic encoding in flexible headers.
  if (header.client_id) {
    writer.String(false, *header.client_id);
  } else {
    writer.StringLength(false, Writer::kNull);
  }
  if (IsFlexible(header.api, header.version)) writer.Uvarint(0);
}

Result<RequestHeader> DecodeRequestHeader(Reader& reader) {
  RequestHeader header;
  header.api = static_cast<ApiKey>(reader.Int16());
  header.version = reader.Int16();
  header.correlation_id = reader.Int32();
  const std::int32_t length = reader.StringLength(false);
  if (length >= 0) header.client_id = std::string(reader.Text(static_cast<std::size_t>(length)));
  if (IsFlexible(header.api, header.version)) SkipTags(reader);
  if (!reader.ok()) return reader.failure().Wrap("decoding a request header");
  return header;
}

void EncodeResponseHeader(ApiKey api, std::int16_t version, std::int32_t correlation_id,
                          Writer& writer) {
  writer.Int32(correlation_id);
  if (HasFlexibleResponseHeader(api, version)) writer.Uvarint(0);
}

Result<std::int32_t> DecodeResponseHeader(ApiKey api, std::int16_t version, Reader& reader) {
  const std::int32_t correlation_id = reader.Int32();
  if (HasFlexibleResponseHeader(api, version)) SkipTags(reader);
  if (!reader.ok()) return reader.failure().Wrap("decoding a response header");
  return correlation_id;
}

std::size_t BeginFrame(Writer& writer) {
  const std::size_t begin = writer.size();
  writer.Int32(0);
  return begin;
}

void EndFrame(std::size_t begin, Writer& writer) {
  const std::size_t body = writer.size() - begin - 4;
  if (body > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    return writer.Fail("a frame above 2 GiB");
  }
  writer.PatchInt32(begin, static_cast<std::int32_t>(body));
}

}  // namespace levelwind::kafka
