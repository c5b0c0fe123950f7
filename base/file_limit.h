#pragma once

namespace levelwind {

/// Raises this process's limit of open files to the most that it is allowed. A connection is a
/// file: a thousand brokers need two thousand, and many shells start with 1,024. Any thread; does
/// nothing where it is not allowed.
void AllowManyFiles();

}  // namespace levelwind
