# Printing, steps with a time limit, and small things that every verb uses. Sourced by ./trinity.
# shellcheck shell=bash

LOG_DIR=$HOME_DIR/log      # the full output of every long step
RUN_DIR=$HOME_DIR/run      # pids and what is needed to come back up
CACHE_DIR=${TRINITY_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/trinity}
STAMP_DIR=$ROOT/build/.stamps
STEP_PID=                  # process group of the step that runs now

if [ -t 1 ]; then IS_TERMINAL=1; else IS_TERMINAL=; fi

say()  { printf '%s\n' "$*"; }
note() { printf '  %s\n' "$*"; }
warn() { printf 'trinity: %s\n' "$*" >&2; }
die()  { printf 'trinity: %s\n' "$*" >&2; exit 1; }

make_folders() {
  [ -d "$HOME_DIR" ] || (umask 077 && mkdir -p "$HOME_DIR")
  mkdir -p "$LOG_DIR" "$RUN_DIR" || die "cannot write to $HOME_DIR"
}

# Work that changes the machine needs root. The whole script starts again through sudo, so that no step in
# the middle waits for a password. Only the named variables go along.
require_root() {
  [ "$(id -u)" = 0 ] && return
  command -v sudo >/dev/null || die "this needs root: run it as root, or install sudo"
  exec sudo --preserve-env="$KEPT_VARIABLES" -- "$ROOT/trinity" "${ORIGINAL_ARGUMENTS[@]}"
}

# Ends a process group, first politely. Bounded: 5 s.
end_group() {
  local group=$1 i
  kill -TERM -- "-$group" 2>/dev/null || return 0
  for ((i = 0; i < 50; i++)); do kill -0 -- "-$group" 2>/dev/null || return 0; sleep 0.1; done
  kill -KILL -- "-$group" 2>/dev/null || true
}

stop_running_step() { if [ -n "$STEP_PID" ]; then end_group "$STEP_PID"; STEP_PID=; fi; }

# The newest line of a log that says how far a build is, at most 60 characters.
progress_of() { tail -c 2000 "$1" 2>/dev/null | tr '\r' '\n' | grep -aoE '^\[[0-9]+/[0-9]+\]|^(Get|Unpacking|Setting up|Step) ?[^ ]* ?[^ ]*' | tail -n 1 | cut -c1-60; }

# try_step TITLE SECONDS LOGNAME COMMAND...
# Runs the command (a function, too) in a process group of its own with its output in $LOG_DIR/LOGNAME.log. Shows
# that it is alive. Returns the command's status, 124 when the limit was reached.
try_step() {
  local title=$1 limit=$2 log=$LOG_DIR/$3.log status=0 started=$SECONDS next_line=15 elapsed limit_hit=
  shift 3
  : >"$log"
  if [ -n "$IS_TERMINAL" ]; then printf '  %s ...' "$title"; else printf '  %s ... (log: %s)\n' "$title" "$(shown_path "$log")"; fi
  set -m
  ("$@") >"$log" 2>&1 </dev/null &
  STEP_PID=$!
  set +m
  while kill -0 "$STEP_PID" 2>/dev/null; do
    sleep 0.2
    elapsed=$((SECONDS - started))
    if [ "$elapsed" -ge "$limit" ]; then limit_hit=1; end_group "$STEP_PID"; break; fi
    if [ -n "$IS_TERMINAL" ]; then
      [ "$elapsed" -ge 1 ] && printf '\r\033[K  %s ... %ss %s' "$title" "$elapsed" "$(progress_of "$log")"
    elif [ "$elapsed" -ge "$next_line" ]; then
      printf '  %s ... %ss %s\n' "$title" "$elapsed" "$(progress_of "$log")"
      next_line=$((next_line + (next_line < 60 ? 15 : 30)))
    fi
  done
  wait "$STEP_PID" 2>/dev/null || status=$?
  STEP_PID=
  [ -z "$limit_hit" ] || status=124
  elapsed=$((SECONDS - started))
  [ -n "$IS_TERMINAL" ] && printf '\r\033[K'
  if [ "$status" = 0 ]; then printf '  %s: done in %ss\n' "$title" "$elapsed"
  elif [ -n "$limit_hit" ]; then printf '  %s: stopped, over its limit of %ss\n' "$title" "$limit"
  else printf '  %s: failed after %ss\n' "$title" "$elapsed"; fi
  return "$status"
}

# Like try_step, but the script ends when the step fails, with the end of its log.
step() {
  local log=$LOG_DIR/$3.log
  try_step "$@" && return
  show_log_end "$log"
  die "\"$1\" failed. The full log: $log"
}

show_log_end() {
  local log=$1 lines=${2:-25}
  [ -s "$log" ] || return 0
  printf '  --- the last lines of %s\n' "$(shown_path "$log")" >&2
  tail -n "$lines" "$log" | cut -c1-400 | sed 's/^/  | /' >&2
}

shown_path() { case $1 in "$ROOT"/*) printf '%s' "${1#"$ROOT"/}" ;; *) printf '%s' "$1" ;; esac; }

# One hash over the content and names of all files below the given paths. Paths that do not exist count as empty.
hash_of() {
  (cd "$ROOT" && find "$@" \( -name node_modules -o -path web/dist \) -prune -o -type f -print0 2>/dev/null |
    LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum | cut -d' ' -f1)
}

stamp_is() { [ -f "$STAMP_DIR/$1" ] && [ "$(cat "$STAMP_DIR/$1")" = "$2" ]; }
set_stamp() { mkdir -p "$STAMP_DIR" && printf '%s\n' "$2" >"$STAMP_DIR/$1"; }

# wait_for SECONDS COMMAND...: until the command succeeds, every 50 ms.
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.05
  done
}

# A process by pid and start time, so that a number given to another process later is not taken for ours.
start_time_of() { local stat; stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1; stat=${stat##*) }; set -- $stat; printf '%s' "${20}"; }
write_pid() { printf '%s %s\n' "$2" "$(start_time_of "$2")" >"$1"; }
read_pid() {
  local pid started
  [ -f "$1" ] || return 1
  read -r pid started <"$1" || return 1
  [ -n "$started" ] && [ "$(start_time_of "$pid")" = "$started" ] || return 1
  printf '%s' "$pid"
}
