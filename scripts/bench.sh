# ./trinity bench
# shellcheck shell=bash

BENCH_PID=
BENCH_SECONDS=900    # what the full form may take
MEMORY_DIR=
MEMORY_KIB=2000000   # what a folder in memory must have free

verb_bench() {
  require_root
  make_folders
  one_at_a_time
  # shellcheck disable=SC2086
  ensure_packages $PACKAGES_BASE $PACKAGES_BUILD $PACKAGES_BENCH
  ensure_node
  ensure_engine
  build_server
  step "Building what it is measured with" 600 build-bench compile release scripted-engine sql_trace short-turns
  build_web
  build_image
  TEST_DIR=$ROOT/build/bench-run
  make_test_folders
  trap finish_bench EXIT
  make_memory_folder
  # In the background, so that a signal to this script is heard at once.
  TMPDIR=$(readlink -f "$TEST_DIR/tmp") TRINITY_ROOT=$ROOT TRINITY_TEST_STARTED=$TEST_DIR/started \
    TRINITY_SCRIPTED_DIR=${MEMORY_DIR:-$(readlink -f "$TEST_DIR/tmp")} \
    timeout --foreground --kill-after=60 $BENCH_SECONDS node "$ROOT/bench/run.mjs" "$@" &
  BENCH_PID=$!
  wait $BENCH_PID
}

# Where the scripted engine shows the kernel's files of 10,000 containers. On ext4, which looks through what was deleted in the
# last seconds for each new file, a second run soon after the first takes a minute for them.
make_memory_folder() {
  local free
  free=$(df --output=avail -k /dev/shm 2>/dev/null | tail -1)
  [ "${free:-0}" -lt $MEMORY_KIB ] || MEMORY_DIR=$(mktemp -d /dev/shm/trinity-bench.XXXXXX)
}

# Also after Ctrl-C: the measurement takes away what it made; what one that was killed left is taken away here.
finish_bench() {
  local status=$?
  trap - EXIT
  if kill -TERM "$BENCH_PID" 2>/dev/null; then wait "$BENCH_PID"; fi
  stop_running_step
  remove_leftovers
  stop_engine_started_here
  rm -rf "$(readlink -f "$TEST_DIR/tmp")" "$TEST_DIR" ${MEMORY_DIR:+"$MEMORY_DIR"}
  exit "$status"
}
