#pragma once

#include <string>
#include <string_view>

namespace levelwind {

/// `text` as a JSON string with its quotes. Invalid UTF-8 is replaced by U+FFFD, so that the output
/// is always valid JSON whatever a broker sent. For places that write JSON by hand (large arrays,
/// folders that do not link a JSON library); everything else uses nlohmann/json.
std::string JsonQuoted(std::string_view text);

/// `text` with every byte that is not valid UTF-8 replaced by U+FFFD.
std::string RepairUtf8(std::string_view text);

}  // namespace levelwind
