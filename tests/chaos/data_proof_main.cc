#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/chaos/data_proof.h"

int main(int argc, char** argv) {
  using levelwind::testing::DataProof;
  std::uint64_t records = 1'000'000;
  std::uint64_t rate = 20'000;
  std::uint64_t seed = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    std::uint64_t* const value = flag == "--records" ? &records
                                 : flag == "--rate"  ? &rate
                                 : flag == "--seed"  ? &seed
                                                     : nullptr;
    if (value == nullptr || i + 1 == argc) {
      std::fprintf(stderr, "usage: levelwind-data-proof [--records N] [--rate R] [--seed S]\n");
      return 2;
    }
    *value = std::strtoull(argv[++i], nullptr, 10);
  }
  std::printf("data proof: %llu records, %llu per second, seed %llu\n",
              static_cast<unsigned long long>(records), static_cast<unsigned long long>(rate),
              static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  const auto proof = DataProof::Start(seed);
  if (!proof.ok()) {
    std::fprintf(stderr, "%s\n", proof.error().ToString().c_str());
    return 1;
  }
  // One broker less stops a partition whose min ISR is its replication factor: most of the time
  // goes by without it.
  const DataProof::Phase phases[] = {{"ledger-strict", 3, records / 5, rate},
                                     {"ledger", 2, records - records / 5, rate}};
  for (const DataProof::Phase& phase : phases) {
    const auto outcome = (*proof)->Run(phase);
    if (!outcome.ok()) {
      std::printf("data proof: FAILED, %s\n", outcome.error().ToString().c_str());
      return 1;
    }
    std::printf("data proof: %s\n", outcome->c_str());
    std::fflush(stdout);
  }
  return 0;
}
