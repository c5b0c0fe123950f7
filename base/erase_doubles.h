#pragma once

#include <algorithm>
#include <functional>
#include <vector>

namespace levelwind {

/// Of neighbours whose `key` is equal keeps the first. In a header of its own because clang 14 does
/// not take what libstdc++'s std::ranges::unique returns.
template <class T, class Key>
void EraseDoubles(std::vector<T>& values, Key key) {
  const auto same = [&](const T& a, const T& b) {
    return std::invoke(key, a) == std::invoke(key, b);
  };
  values.erase(std::unique(values.begin(), values.end(), same), values.end());
}

}  // namespace levelwind
