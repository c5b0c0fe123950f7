# Every dependency is found on the machine; nothing is downloaded here. scripts/setup installs them,
# and docs/dependencies.md gives the reason and the minimum version of each.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(fmt 9.1 REQUIRED)
find_package(spdlog 1.10 REQUIRED)
find_package(yaml-cpp 0.7 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl>=7.85)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)

# The codecs of record batches. snappy through its C interface; found by hand, since not every Debian
# ships a description of it.
find_package(ZLIB 1.2.13 REQUIRED)
pkg_check_modules(LZ4 REQUIRED IMPORTED_TARGET liblz4>=1.9.4)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd>=1.5.4)
find_path(LEVELWIND_SNAPPY_INCLUDE snappy-c.h REQUIRED)
find_library(LEVELWIND_SNAPPY_LIBRARY snappy REQUIRED)
add_library(levelwind_codecs INTERFACE)
target_include_directories(levelwind_codecs SYSTEM INTERFACE ${LEVELWIND_SNAPPY_INCLUDE})
target_link_libraries(levelwind_codecs INTERFACE ZLIB::ZLIB PkgConfig::LZ4 PkgConfig::ZSTD
                                                 ${LEVELWIND_SNAPPY_LIBRARY})

# KEDA's external scaler. The packages and CI have it; without it the build is quicker.
if(LEVELWIND_KEDA)
  pkg_check_modules(GRPC REQUIRED IMPORTED_TARGET grpc++>=1.51 protobuf>=3.21)
  find_program(LEVELWIND_PROTOC protoc REQUIRED)
  find_program(LEVELWIND_GRPC_PLUGIN grpc_cpp_plugin REQUIRED)
endif()

# Debian 12 packages it without a version file; the minimum (1.0.1) is what both Debians ship.
find_package(prometheus-cpp CONFIG REQUIRED COMPONENTS core)

# librdkafka (data plane only) and cpp-httplib (HTTP client only). Debian 12's own are too old;
# scripts/setup keeps Debian 13's in LEVELWIND_DEPS_PREFIX, which scripts/lib/env.sh exports.
set(LEVELWIND_DEPS_PREFIX "$ENV{LEVELWIND_DEPS_PREFIX}" CACHE PATH
    "Where scripts/setup put the libraries that this Debian has only in too old a version")
if(LEVELWIND_DEPS_PREFIX)
  set(ENV{PKG_CONFIG_PATH} "${LEVELWIND_DEPS_PREFIX}/lib/pkgconfig:$ENV{PKG_CONFIG_PATH}")
endif()
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka>=2.6.1)
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib>=0.18.7)

add_library(levelwind_httplib INTERFACE)
target_link_libraries(levelwind_httplib INTERFACE PkgConfig::HTTPLIB OpenSSL::SSL OpenSSL::Crypto
                                                  Threads::Threads)
