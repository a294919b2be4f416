# ./trinity up
# shellcheck shell=bash

verb_up() {
  local demo='' asked_port='' asked_bind='' before=$SECONDS
  while [ $# -gt 0 ]; do
    case $1 in
      --demo) demo=1 ;;
      --port) [ $# -ge 2 ] || die "--port needs a number"; asked_port=$2; shift ;;
      --port=*) asked_port=${1#*=} ;;
      --bind) [ $# -ge 2 ] || die "--bind needs an address"; asked_bind=$2; shift ;;
      --bind=*) asked_bind=${1#*=} ;;
      *) die "up does not know \"$1\". See ./trinity help" ;;
    esac
    shift
  done
  choose_address "$asked_port" "$asked_bind"
  require_root
  make_folders
  one_at_a_time
  # shellcheck disable=SC2086
  ensure_packages $PACKAGES_BASE $PACKAGES_BUILD
  ensure_engine
  ensure_node
  build_server
  build_web
  build_image
  bring_up_server
  start_stopped_agents
  [ -z "$demo" ] || ensure_demo
  print_address "$demo" $((SECONDS - before))
}

# What was asked for; else what the running server has; else the environment; else loopback and 8000.
choose_address() {
  local running=''
  if server_pid >/dev/null && [ -f "$STARTED_WITH" ]; then running=$(head -n 1 "$STARTED_WITH"); fi
  # shellcheck disable=SC2086
  set -- "$1" "$2" $running
  BIND=${2:-${3:-${TRINITY_BIND:-127.0.0.1}}}
  PORT=${1:-${4:-${TRINITY_PORT:-8000}}}
  case $PORT in '' | *[!0-9]*) die "the port must be a number from 1 to 65535, not \"$PORT\"" ;; esac
  [ "$PORT" -ge 1 ] && [ "$PORT" -le 65535 ] || die "the port must be a number from 1 to 65535, not \"$PORT\""
  case $BIND in *[!0-9a-fA-F.:]* | '') die "--bind wants an IP address of this machine, not \"$BIND\"" ;; esac
}

# Two runs at once would build into the same folder.
one_at_a_time() {
  exec 9>"$RUN_DIR/lock"
  flock -n 9 || { note "another ./trinity works here; waiting for it"; flock -w 1800 9 || die "the other ./trinity does not end"; }
}

bring_up_server() {
  if server_pid >/dev/null; then
    if [ "$(started_with)" = "$(cat "$STARTED_WITH" 2>/dev/null)" ] && wait_for 5 server_answers; then return; fi
    note "trinityd runs from other sources or at another address: restarting it"
    stop_server
  fi
  start_server
  note "trinityd runs (pid $(server_pid); log: $(shown_path "$SERVER_LOG"))"
}

start_stopped_agents() {
  local names
  [ -s "$STOPPED_AGENTS" ] || return 0
  names=$(docker ps -a --filter "label=$INSTANCE_LABEL=$(instance_id)" --format '{{.Names}}' | grep -Fx -f "$STOPPED_AGENTS" | tr '\n' ' ')
  if [ -n "$names" ]; then
    # shellcheck disable=SC2086
    try_step "Starting the agents that the last \"down\" stopped" 120 start-agents docker start $names || show_log_end "$LOG_DIR/start-agents.log"
  fi
  rm -f "$STOPPED_AGENTS"
}

print_address() {
  local demo=$1 seconds=$2
  say ""
  say "Trinity is up (${seconds}s):  http://$(server_address)"
  if [ -n "$demo" ]; then
    say "  sign in as:  $ADMIN_USER"
    say "  password:    $PASSWORD_PLACE"
  else
    case $(api GET /api/setup/status) in
      *'"setup_completed"'*true*) say "  sign in as:  $ADMIN_USER" ;;
      *) say "  next:        open the address and choose the administrator's password" ;;
    esac
  fi
  [ -n "$demo" ] || say "  three agents to look at:  ./trinity up --demo"
  [ -n "$(image_id $IMAGE:full)" ] || say "  Claude Code, Gemini CLI, Codex for agents:  ./trinity image full"
  say "  in a shell:  build/release/bin/trinityctl (or ./trinity ctl), see docs/cli.md"
  say "  see also:    ./trinity status | logs -f | down | help"
}
