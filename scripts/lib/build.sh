# shellcheck shell=bash
# Configure and build one preset; sourced after env.sh and step.sh, from the repository's root.

# build_preset PRESET [TARGET...]   Without targets: everything.
build_preset() {
  local preset=$1 logs=build/$1/logs targets=()
  shift
  [ $# -eq 0 ] || targets=(--target "$@")
  mkdir -p "$logs"
  step "configure ($preset)" "$logs/configure.log" cmake --preset "$preset"
  step "build ($preset)" "$logs/build.log" \
    cmake --build "build/$preset" ${targets[@]+"${targets[@]}"}
}
