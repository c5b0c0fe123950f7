#pragma once

namespace levelwind {

// A look at a large cluster needs a few hundred megabytes for some seconds; these two keep the
// process at what it holds between looks. Both do nothing where the C library is not glibc.

/// Once, at the start of the process: blocks of a megabyte and more go back to the system when they
/// are freed, instead of leaving holes in the heap; and the threads share two heaps.
void ReturnLargeBlocks();

/// Gives free memory back to the system. Any thread; takes milliseconds.
void ReturnFreeMemory();

}  // namespace levelwind
