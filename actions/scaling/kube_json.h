#pragma once

// Internal to actions/scaling: members of Kubernetes' JSON, which may be absent or of another kind.

#include <string>

#include <nlohmann/json.hpp>

namespace levelwind::actions {

/// The member, or null.
inline const nlohmann::json& At(const nlohmann::json& json, const char* key) {
  static const nlohmann::json kNothing;
  if (!json.is_object()) return kNothing;
  const auto found = json.find(key);
  return found == json.end() ? kNothing : *found;
}

/// Empty where it is no text.
inline std::string Text(const nlohmann::json& json, const char* key) {
  const nlohmann::json& value = At(json, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

}  // namespace levelwind::actions
