# ./trinity test
# shellcheck shell=bash

TEST_DIR=$ROOT/build/test-run       # results of this run, and what the tests have started
PASSED=0
FAILED=0
ALL_GROUPS_RAN=
ONLY=
DURATIONS=                          # "what seconds", one line each, for the end
FUZZ_SECONDS=${TRINITY_FUZZ_SECONDS:-30}
FINDINGS=$ROOT/build/fuzz-findings  # inputs that broke a fuzzer; tried first by the next run
TSAN_ROOMS="base db http fleet live logs conversation"

verb_test() {
  local groups=''
  while [ $# -gt 0 ]; do
    case $1 in
      lint | unit | web | tsan | fuzz | integration | e2e) groups+=" $1" ;;
      --only) [ $# -ge 2 ] || die "--only needs a name"; ONLY=$2; shift ;;
      --only=*) ONLY=${1#*=} ;;
      *) die "test does not know \"$1\". See ./trinity help" ;;
    esac
    shift
  done
  case $FUZZ_SECONDS in '' | *[!0-9]*) die "TRINITY_FUZZ_SECONDS must be a number of seconds, not \"$FUZZ_SECONDS\"" ;; esac
  require_root
  make_folders
  one_at_a_time
  make_test_folders
  trap finish_tests EXIT
  run_groups "${groups:- lint web unit tsan fuzz integration e2e}"
  ALL_GROUPS_RAN=1
  [ "$FAILED" = 0 ] && [ "$PASSED" -gt 0 ]
}

# Sockets' addresses and some engines' folders must be short, however deep this project lies: what is temporary lies in
# /tmp. The link tells the next run what one that was killed left there.
make_test_folders() {
  [ ! -L "$TEST_DIR/tmp" ] || rm -rf "$(readlink -f "$TEST_DIR/tmp")"
  rm -rf "$TEST_DIR"
  mkdir -p "$TEST_DIR"/{started,status}
  ln -s "$(mktemp -d /tmp/trinity-test-XXXXXX)" "$TEST_DIR/tmp" || die "cannot write to /tmp"
}

# Also the end of a run that broke off: what broke it counts as a failure, and what the tests made is taken away.
finish_tests() {
  local status=$?
  trap - EXIT
  stop_running_step
  remove_leftovers
  stop_engine_started_here
  rm -rf "$(readlink -f "$TEST_DIR/tmp")"
  [ -n "$ALL_GROUPS_RAN" ] || FAILED=$((FAILED + 1))
  [ -z "$DURATIONS" ] || printf 'durations:\n%s' "$DURATIONS"
  if [ -n "$ONLY" ] && [ $((PASSED + FAILED)) = 0 ]; then warn "no test has \"$ONLY\" in its name"; fi
  printf '%d passed, %d failed\n' "$PASSED" "$FAILED"
  [ "$FAILED" = 0 ] || [ "$status" != 0 ] || status=1
  exit "$status"
}

# What is cheap and fails often comes first, then all builds, so that a fault there shows before an hour of tests; a
# build never runs beside a test that measures time.
run_groups() {
  local group groups
  timed installing install_for "$1"
  groups=$(groups_with_tests "$1")
  [ -n "$groups" ] || die "no test of these groups has \"$ONLY\" in its name: $1"
  case $groups in *lint*) timed lint test_lint ;; esac
  timed building build_for "$groups"
  for group in $groups; do
    [ "$group" = lint ] || timed "$group" "test_$group"
  done
}

# Those of the groups that may have a test with the wanted name. What the compiled ones have shows only when they run.
groups_with_tests() {
  local group
  for group in $1; do
    case $group in
      integration | e2e) [ -n "$(test_files "$group")" ] || { note "no test of $group has \"$ONLY\" in its name" >&2; continue; } ;;
    esac
    printf ' %s' "$group"
  done
}

# timed WHAT COMMAND...: says what comes, and notes how long it took.
timed() {
  local what=$1 since=$SECONDS
  shift
  say "$what"
  "$@"
  DURATIONS+=$(printf '  %-12s %5ds' "$what" $((SECONDS - since)))$'\n'
}

install_for() {
  # shellcheck disable=SC2086
  ensure_packages $PACKAGES_BASE $PACKAGES_BUILD $PACKAGES_TEST
  ensure_node
  case $1 in *web* | *lint*) npm_modules web ;; esac
  case $1 in *integration* | *e2e*) npm_modules tests ;; esac
}

build_for() {
  case $1 in *fuzz*) step "Building the fuzzers" 1200 build-fuzz compile fuzz fuzzers ;; esac
  case $1 in *unit*) step "Building the unit tests (address sanitizer)" 2400 build-asan compile asan unit_tests ;; esac
  # shellcheck disable=SC2046
  case $1 in *tsan*) step "Building tests (thread sanitizer)" 2400 build-tsan compile tsan $(printf '%s_test ' $TSAN_ROOMS) ;; esac
  case $1 in *integration* | *e2e*)
    ensure_engine
    build_server
    step "Building what they are tested with" 600 build-test-support compile release scripted-engine sql_trace
    build_web
    build_image full ;;
  esac
}

# A check without counts of its own: one passed, or one failed with the end of its log.
check() {
  if try_step "$@"; then PASSED=$((PASSED + 1)); return; fi
  FAILED=$((FAILED + 1))
  show_log_end "$LOG_DIR/$3.log" 40
}

# count RESULT-FILE STATUS LOG: adds the counts of a runner's result file. A runner that broke without naming a failed
# test counts as one failure.
count() {
  local passed=0 failed=0
  read -r passed failed < <(node "$ROOT/tests/support/count.mjs" "$1")
  if [ "$2" != 0 ] && [ "${failed:-0}" = 0 ]; then failed=1; fi
  PASSED=$((PASSED + ${passed:-0}))
  FAILED=$((FAILED + ${failed:-0}))
  [ "${failed:-0}" = 0 ] || show_log_end "$3" 60
}

# ---------------------------------------------------------------- groups

test_lint() {
  check "Format of the C++ sources" 300 lint-format lint_format
  check "Coroutine rules" 60 lint-coroutines lint_coroutines
  check "Dependencies between rooms" 60 lint-rooms node "$ROOT/tests/support/rooms.mjs" "$ROOT"
  check "That wrong dependencies are found" 60 lint-rooms-test node --test "$ROOT/tests/support/rooms.test.mjs"
  check "That tests are found by their names" 60 lint-named-test node --test "$ROOT/tests/support/named.test.mjs"
  check "Shell scripts" 60 lint-shell lint_shell
  check "Lint of tests, measurements and viewer" 120 lint-programs lint_programs
  check "Lint and types of the web UI" 300 lint-web npm_run web lint
  check "clang-tidy of the C++ sources" 1800 lint-tidy lint_tidy
}

cxx_sources() {
  local folder
  for folder in src agentd cli tests/unit tests/support tests/fuzz; do
    [ ! -d "$ROOT/$folder" ] || find "$ROOT/$folder" \( -name '*.cpp' -o -name '*.h' \) -print0
  done
}

lint_format() { cxx_sources | xargs -0 -r clang-format-19 --dry-run -Werror; }

# g++ 12 frees a capturing lambda inside a co_await expression twice; and every coroutine is started by spawn(), which
# logs what escapes.
lint_coroutines() {
  local status=0
  # A lambda is an argument that starts with [something; the expression may go over several lines.
  if cxx_sources | xargs -0 -r perl -0777 -ne '
      s{//[^\n]*}{}g;
      while (/co_await(?:[^;{}]|\{[^;{}]*\})*?[(,]\s*\[[^\]\[]/g) {
        print "$ARGV:", 1 + (substr($_, 0, $-[0]) =~ tr/\n//), "\n"; $found = 1;
      }
      END { exit !$found }'; then
    echo "a capturing lambda inside a co_await expression: store it in a named variable first"
    status=1
  fi
  # `while (co_await ...)` compiles to code that dies: the result goes into a variable first.
  if cxx_sources | xargs -0 -r grep -nE 'while \([^)]*co_await' /dev/null; then
    echo "co_await in a loop's condition: store its result in a variable first"
    status=1
  fi
  # The exception of `throw X(co_await ...)` is destroyed while it flies.
  if cxx_sources | xargs -0 -r grep -nE '\bthrow [^;]*co_await' /dev/null; then
    echo "co_await in what is thrown: store its result in a variable first"
    status=1
  fi
  if cxx_sources | grep -zv '/src/base/spawn\.cpp$' | xargs -0 -r grep -nE '\bdetached\b' /dev/null | grep -vE ':[0-9]+: *(//|\*)'; then
    echo "asio::detached outside src/base/spawn.cpp: use spawn()"
    status=1
  fi
  return $status
}

# With the flags of the fuzzers' build, which are clang's.
lint_tidy() {
  cd "$ROOT" && cmake --preset fuzz && node tests/support/tidy.mjs "$ROOT" build/fuzz "$CACHE_DIR/tidy"
}

# The JavaScript outside of web/, with the tools that are installed there.
lint_programs() {
  cd "$ROOT" &&
    node web/node_modules/eslint/bin/eslint.js --config web/eslint.scripts.config.js --max-warnings 0 tests bench api/viewer &&
    node web/node_modules/prettier/bin/prettier.cjs --config web/.prettierrc.scripts.json --check \
      'tests/**/*.mjs' 'bench/*.mjs' 'api/viewer/*'
}

# SC2034: the parts of the script use each other's variables.
lint_shell() { shellcheck --severity=warning --exclude=SC2034 -s bash "$ROOT"/trinity "$ROOT"/scripts/*.sh "$ROOT"/.ci/run; }

# side_by_side TITLE COUNT LIMIT FUNCTION KIND NAME...: FUNCTION NAME for every name, COUNT of them at a time, each within
# LIMIT seconds, with a log (KIND-NAME) and a status of its own. Says when each ends.
side_by_side() {
  local title=$1 count=$2 limit=$3 run=$4 kind=$5
  shift 5
  [ $# = 0 ] && return
  [ $# = 1 ] || title+=" ($#, $count at a time)"
  try_step "$title" $((limit * ($# + count - 1) / count + 60)) "$kind" lanes "$count" "$limit" "$run" "$kind" "$@"
}

lanes() {
  local count=$1 limit=$2 run=$3 kind=$4 name
  shift 4
  for name in "$@"; do
    while [ "$(jobs -rp | wc -l)" -ge "$count" ]; do wait -n; done
    lane "$limit" "$run" "$kind" "$name" &
  done
  wait
  ! grep -qvx 0 "${@/#/$TEST_DIR/status/$kind-}"
}

lane() {
  local limit=$1 log=$LOG_DIR/$3-$4.log since=$SECONDS status=0 work
  "$2" "$4" >"$log" 2>&1 </dev/null &
  work=$!
  while kill -0 $work 2>/dev/null && [ $((SECONDS - since)) -lt "$limit" ]; do sleep 0.3; done
  if kill -TERM $work 2>/dev/null; then
    echo "stopped, over its limit of ${limit}s" >>"$log"
    sleep 3
    kill -KILL $work 2>/dev/null
  fi
  wait $work || status=$?
  echo $status >"$TEST_DIR/status/$3-$4"
  echo "$3 $4: status $status after $((SECONDS - since))s"
}

status_of() { cat "$TEST_DIR/status/$1" 2>/dev/null || echo 1; }

test_unit() {
  local binary name names=()
  for binary in "$ROOT"/build/asan/bin/*_test; do
    [ -x "$binary" ] || { warn "there is no unit test binary"; FAILED=$((FAILED + 1)); return; }
    names+=("$(basename "$binary" _test)")
  done
  side_by_side "unit tests" 2 300 unit_test_binary unit "${names[@]}"
  for name in "${names[@]}"; do count "$TEST_DIR/unit-$name.json" "$(status_of "unit-$name")" "$LOG_DIR/unit-$name.log"; done
}

unit_test_binary() {
  ASAN_OPTIONS=detect_stack_use_after_return=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
    exec "$ROOT/build/asan/bin/$1_test" --gtest_brief=1 "--gtest_output=json:$TEST_DIR/unit-$1.json" ${ONLY:+"--gtest_filter=*$ONLY*"}
}

test_tsan() {
  local name
  # shellcheck disable=SC2086
  side_by_side "tests under the thread sanitizer" 2 300 tsan_test_binary tsan $TSAN_ROOMS
  for name in $TSAN_ROOMS; do count "$TEST_DIR/tsan-$name.json" "$(status_of "tsan-$name")" "$LOG_DIR/tsan-$name.log"; done
}

# What measures time and memory says nothing under a sanitizer that makes everything ten times slower.
tsan_test_binary() {
  local measuring='Wire.SlowReadersNeitherDelayOthersNorFillTheMemory'
  local known=$ROOT/tests/support/tsan.supp
  TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:external_symbolizer_path=/usr/bin/addr2line:suppressions=$known \
    exec "$ROOT/build/tsan/bin/$1_test" --gtest_brief=1 "--gtest_output=json:$TEST_DIR/tsan-$1.json" "--gtest_filter=*$ONLY*-$measuring"
}

# Two at a time, one per core.
test_fuzz() {
  local names=() name
  for name in "$ROOT"/build/fuzz/bin/*_fuzzer; do
    name=$(basename "$name" _fuzzer)
    case $name in *"$ONLY"*) names+=("$name") ;; esac
  done
  side_by_side "fuzzers" 2 $((FUZZ_SECONDS + 120)) fuzz_one fuzz "${names[@]}"
  for name in "${names[@]}"; do
    if [ "$(status_of "fuzz-$name")" = 0 ]; then PASSED=$((PASSED + 1)); continue; fi
    FAILED=$((FAILED + 1))
    show_log_end "$LOG_DIR/fuzz-$name.log" 60
    note "try it again: build/fuzz/bin/${name}_fuzzer $(shown_path "$FINDINGS")/$name/FILE"
  done
}

# From the small examples in tests/fuzz/corpus on. An input that takes over 10 s, or 2 GB, is a fault.
fuzz_one() {
  local found=$TEST_DIR/fuzz-$1 dictionary=$ROOT/tests/fuzz/$1.dict
  mkdir -p "$found" "$FINDINGS/$1"
  [ -f "$dictionary" ] || dictionary=
  TMPDIR=$(readlink -f "$TEST_DIR/tmp") ASAN_OPTIONS=detect_stack_use_after_return=1:external_symbolizer_path=/usr/bin/addr2line \
    UBSAN_OPTIONS=print_stacktrace=1 exec "$ROOT/build/fuzz/bin/$1_fuzzer" "-max_total_time=$FUZZ_SECONDS" -timeout=10 \
    -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1 ${dictionary:+"-dict=$dictionary"} "-artifact_prefix=$FINDINGS/$1/" \
    "$found" "$FINDINGS/$1" "$ROOT/tests/fuzz/corpus/$1"
}

test_web() {
  local status=0
  try_step "vitest" 300 web-unit vitest || status=$?
  count "$TEST_DIR/vitest.json" $status "$LOG_DIR/web-unit.log"
}

vitest() {
  cd "$ROOT/web" && NO_COLOR=1 node node_modules/vitest/vitest.mjs run --reporter=default --reporter=json \
    "--outputFile.json=$TEST_DIR/vitest.json" ${ONLY:+-t "$ONLY"}
}

test_integration() { node_tests integration; }
test_e2e() { node_tests e2e; }

# Each test file has a server and containers of its own, so several run side by side; those that measure time say so in
# their head and run alone, on a quiet machine.
node_tests() {
  local group=$1 file name together=() alone=()
  for file in $(test_files "$group"); do
    name=$(basename "$file" .test.mjs)
    if head -n 5 "$file" | grep -qx '// Measures time: runs alone.'; then alone+=("$name"); else together+=("$name"); fi
  done
  side_by_side "$group" 3 900 "node_test_$group" "$group" "${together[@]}"
  for name in "${together[@]}"; do count "$TEST_DIR/$group-$name.tap" "$(status_of "$group-$name")" "$LOG_DIR/$group-$name.log"; done
  remove_leftovers
  for name in "${alone[@]}"; do
    side_by_side "$group: $name" 1 900 "node_test_$group" "$group" "$name"
    count "$TEST_DIR/$group-$name.tap" "$(status_of "$group-$name")" "$LOG_DIR/$group-$name.log"
    # What a killed test left would disturb the next one.
    remove_leftovers
  done
}

node_test_integration() { node_test_file integration "$1"; }
node_test_e2e() { node_test_file e2e "$1"; }

# The files of a group that have a test with the wanted name. Only these run: node makes ready what a file needs also
# when it then runs none of its tests.
test_files() {
  if [ -z "$ONLY" ]; then printf '%s\n' "$ROOT/tests/$1"/*.test.mjs; return; fi
  node "$ROOT/tests/support/named.mjs" "$ONLY" "$ROOT/tests/$1"/*.test.mjs
}

# A file that has the wanted name itself runs as a whole.
node_test_file() {
  local pattern=
  case $2 in *"$ONLY"*) ;; *) pattern=$(printf '%s' "$ONLY" | sed 's/[^A-Za-z0-9 _-]/\\&/g') ;; esac
  TMPDIR=$(readlink -f "$TEST_DIR/tmp") TRINITY_ROOT=$ROOT TRINITY_TEST_STARTED=$TEST_DIR/started exec node --test \
    --test-concurrency=1 --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap "--test-reporter-destination=$TEST_DIR/$1-$2.tap" \
    ${pattern:+"--test-name-pattern=$pattern"} "$ROOT/tests/$1/$2.test.mjs"
}

# ---------------------------------------------------------------- cleaning up

# The harness leaves one file for each server that it starts: "pid start-time" or the instance id. What it ended itself it
# also took away.
remove_leftovers() {
  local file pid
  for file in "$TEST_DIR"/started/pid-*; do
    [ -f "$file" ] || continue
    if pid=$(read_pid "$file"); then kill -KILL "$pid" 2>/dev/null; fi
    rm -f "$file"
  done
  for file in "$TEST_DIR"/started/container-*; do
    [ -f "$file" ] || continue
    docker rm --force --volumes "$(cat "$file")" >/dev/null 2>&1
    rm -f "$file"
  done
  for file in "$TEST_DIR"/started/instance-*; do
    [ -f "$file" ] || continue
    remove_instance "$(cat "$file")" >/dev/null 2>&1
    rm -f "$file"
  done
  rm -rf "$TEST_DIR"/tmp/*
}
