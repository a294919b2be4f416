# Builds of the server and the web UI, each only when its sources changed. Sourced by ./trinity.
# shellcheck shell=bash

SERVER_SOURCES="src agentd cli api cmake CMakeLists.txt CMakePresets.json VERSION"
WEB_SOURCES="web api/openapi.yaml VERSION"

version() { cat "$ROOT/VERSION" 2>/dev/null || echo 0.1.0; }

# One job per core, but 1.5 GiB of memory for each.
build_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable/ {print int($2 / 1572864)}' /proc/meminfo)
  [ "$memory" -ge 1 ] || memory=1
  if [ "$memory" -lt "$cores" ]; then echo "$memory"; else echo "$cores"; fi
}

# compile PRESET TARGET...
compile() {
  local preset=$1
  shift
  cd "$ROOT" && cmake --preset "$preset" && cmake --build "build/$preset" -j "$(build_jobs)" --target "$@"
}

build_server() {
  local wanted
  # shellcheck disable=SC2086
  wanted=$(hash_of $SERVER_SOURCES)
  if programs_are_there && stamp_is server "$wanted"; then return 0; fi
  step "Building trinityd, agentd and trinityctl" 1800 build-release compile release trinityd agentd trinityctl
  set_stamp server "$wanted"
}

programs_are_there() {
  local name
  for name in trinityd agentd trinityctl; do [ -x "$ROOT/build/release/bin/$name" ] || return 1; done
}

build_web() {
  local wanted
  # shellcheck disable=SC2086
  wanted=$(hash_of $WEB_SOURCES)
  if [ -f "$ROOT/web/dist/index.html" ] && stamp_is web "$wanted"; then return 0; fi
  ensure_node
  npm_modules web
  step "Building the web UI" 600 build-web npm_run web build
  set_stamp web "$wanted"
}

npm_run() { cd "$ROOT/$1" && shift && npm run "$@"; }
