#include "tests/sim_cluster/sim_dispatch.h"

#include <cstddef>
#include <type_traits>
#include <utility>

#include "kafka/protocol/all_messages.h"
#include "tests/sim_cluster/sim_fault_answers.h"

namespace levelwind::testing {
namespace {

constexpr std::int16_t kUnsupportedVersion = 35;

SimReply Closing() {
  SimReply reply;
  reply.close = true;
  return reply;
}

template <class Response>
SimReply Framed(const Response& response, std::int16_t version, std::int32_t correlation_id) {
  SimReply reply;
  auto frame = kafka::EncodeResponseFrame(response, version, correlation_id);
  // An answer that this version cannot hold is a bug of the simulation; the test sees a closed
  // connection and the message.
  if (!frame.ok()) return Closing();
  reply.frame = std::move(frame).value();
  return reply;
}

/// Whether there are an answer, a refusal and a half answer of this API here. What there is not is
/// not offered, as by a broker that is older than it.
template <class Request>
concept SimulatedRequest = requires(SimContext& context, const Request& request,
                                    typename Request::Response& response) {
  Answer(context, request);
  Refuse(request, std::int16_t{0});
  MakePartial(response);
};

bool Offers(const SimWorld& world, kafka::ApiKey api, std::int16_t version) {
  const auto found = world.options.versions.find(api);
  if (found == world.options.versions.end()) {
    const kafka::ApiInfo* known = kafka::FindApi(api);
    return known != nullptr && IsSimulated(api) && version >= known->min && version <= known->max;
  }
  return found->second && version >= found->second->min && version <= found->second->max;
}

// The frame of a Metadata answer about everything, with this request's correlation id.
SimReply WholeMetadata(SimWorld& world, const kafka::RequestHeader& header) {
  if (world.metadata_frames_of != world.state.version()) world.metadata_frames.clear();
  world.metadata_frames_of = world.state.version();
  const auto [kept, fresh] = world.metadata_frames.try_emplace(header.version);
  if (fresh) kept->second = Framed(FullMetadata(world), header.version, 0).frame;
  SimReply reply;
  reply.frame = kept->second;
  constexpr std::size_t kIdAt = 4;  // After the length.
  for (std::size_t i = 0; i < 4 && !reply.frame.empty(); ++i) {
    const auto id = static_cast<std::uint32_t>(header.correlation_id);
    reply.frame[kIdAt + i] = static_cast<std::uint8_t>(id >> (24 - 8 * i));
  }
  return reply;
}

template <class Request>
SimReply ServeAs(SimWorld& world, BrokerId broker, const kafka::RequestHeader& header,
                 kafka::Reader& reader, const SimFault& fault) {
  auto request = kafka::Decode<Request>(reader, header.version);
  if (!request.ok()) return Closing();
  SimContext context{world, broker, header.version};
  if constexpr (std::is_same_v<Request, kafka::MetadataRequest>) {
    const bool plain = fault.error == 0 && fault.late_error == 0 && !fault.partial;
    if (plain && !request->topics && !world.frozen.contains(broker)) {
      return WholeMetadata(world, header);
    }
  }
  typename Request::Response response;
  if (fault.error != 0) {
    response = Refuse(*request, fault.error);
  } else {
    response = Answer(context, *request);
    if (fault.late_error != 0) response = Refuse(*request, fault.late_error);
    if (fault.partial) MakePartial(response);
  }
  return Framed(response, header.version, header.correlation_id);
}

SimReply UnsupportedApiVersions(SimWorld& world, BrokerId broker,
                                const kafka::RequestHeader& header) {
  SimContext context{world, broker, 0};
  kafka::ApiVersionsResponse response = Answer(context, kafka::ApiVersionsRequest{});
  std::erase_if(response.api_keys, [](const auto& api) {
    return api.api_key != static_cast<std::int16_t>(kafka::ApiKey::kApiVersions);
  });
  response.error_code = kUnsupportedVersion;
  return Framed(response, 0, header.correlation_id);
}

}  // namespace

bool IsSimulated(kafka::ApiKey api) {
  bool simulated = false;
  kafka::ForEachRequest([&]<class Request>(kafka::TypeTag<Request>) {
    if (Request::kInfo.api == api) simulated = SimulatedRequest<Request>;
  });
  return simulated;
}

std::optional<kafka::RequestHeader> ReadHeader(std::span<const std::uint8_t> frame) {
  kafka::Reader reader(frame);
  auto header = kafka::DecodeRequestHeader(reader);
  if (!header.ok() && frame.size() >= 8) {
    // An ApiVersions version from the future may have a header that we cannot read to its end; its
    // first fields never change.
    kafka::Reader start(frame);
    kafka::RequestHeader minimal;
    minimal.api = static_cast<kafka::ApiKey>(start.Int16());
    minimal.version = start.Int16();
    minimal.correlation_id = start.Int32();
    if (minimal.api == kafka::ApiKey::kApiVersions) return minimal;
  }
  if (!header.ok()) return std::nullopt;
  return std::move(header).value();
}

SimReply Serve(SimWorld& world, BrokerId broker, std::span<const std::uint8_t> frame,
               const SimFault& fault) {
  if (fault.close_unread) return Closing();
  const std::optional<kafka::RequestHeader> header = ReadHeader(frame);
  if (!header) return Closing();
  if (!Offers(world, header->api, header->version)) {
    if (header->api != kafka::ApiKey::kApiVersions) return Closing();
    return UnsupportedApiVersions(world, broker, *header);
  }
  SimReply reply = Closing();
  kafka::ForEachRequest([&]<class Request>(kafka::TypeTag<Request>) {
    if constexpr (SimulatedRequest<Request>) {
      if (Request::kInfo.api != header->api) return;
      kafka::Reader reader(frame);
      if (!kafka::DecodeRequestHeader(reader).ok()) return;
      reply = ServeAs<Request>(world, broker, *header, reader, fault);
    }
  });
  if (fault.drop_reply) return Closing();
  if (fault.hang) reply.frame.clear();
  reply.latency = fault.latency;
  return reply;
}

}  // namespace levelwind::testing
