# ./trinity bench
# shellcheck shell=bash

verb_bench() {
  require_root
  make_folders
  one_at_a_time
  # shellcheck disable=SC2086
  ensure_packages $PACKAGES_BASE $PACKAGES_BUILD $PACKAGES_BENCH
  ensure_node
  ensure_engine
  build_server
  build_web
  build_image
  TEST_DIR=$ROOT/build/bench-run
  rm -rf "$TEST_DIR"
  mkdir -p "$TEST_DIR"/{started,tmp}
  trap 'stop_running_step; remove_leftovers' EXIT
  # The table goes to the screen as it grows; 10 minutes are five times what it takes.
  TRINITY_ROOT=$ROOT TRINITY_TEST_STARTED=$TEST_DIR/started timeout --kill-after=30 600 node "$ROOT/bench/run.mjs" "$@"
}
