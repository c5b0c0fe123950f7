#pragma once

#include <cstdlib>

/// What a fuzz target says must hold; a finding when it does not.
inline void Require(bool holds) {
  if (!holds) std::abort();
}
