#include "kafka/protocol/api.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "kafka/protocol/all_messages.h"

namespace levelwind::kafka {

namespace {

template <class Request>
constexpr ApiInfo Row() {
  constexpr MessageInfo kRequest = Request::kInfo;
  constexpr MessageInfo kResponse = Request::Response::kInfo;
  static_assert(kRequest.api == kResponse.api && kRequest.min == kResponse.min &&
                kRequest.max == kResponse.max && kRequest.flexible == kResponse.flexible);
  static_assert(kRequest.name.ends_with("Request"));
  std::string_view name = kRequest.name;
  name.remove_suffix(std::string_view("Request").size());
  return {kRequest.api, name, kRequest.min, kRequest.max, kRequest.flexible};
}

template <class... Request>
constexpr auto MakeTable(std::tuple<TypeTag<Request>...>) {
  return std::array{Row<Request>()...};
}

constexpr auto kTable = MakeTable(AllRequests{});
static_assert(std::is_sorted(kTable.begin(), kTable.end(),
                             [](const ApiInfo& a, const ApiInfo& b) { return a.key < b.key; }));

}  // namespace

std::span<const ApiInfo> KnownApis() { return kTable; }

const ApiInfo* FindApi(std::int16_t key) {
  const auto it = std::ranges::lower_bound(kTable, static_cast<ApiKey>(key), {}, &ApiInfo::key);
  return it != kTable.end() && it->key == static_cast<ApiKey>(key) ? &*it : nullptr;
}

std::string_view ApiName(ApiKey key) {
  const ApiInfo* info = FindApi(key);
  return info != nullptr ? info->name : "an unknown API";
}

}  // namespace levelwind::kafka
