# ./trinity status and ./trinity logs
# shellcheck shell=bash

verb_status() {
  [ $# = 0 ] || die "status takes nothing more"
  require_reading
  local pid
  if pid=$(server_pid); then
    if server_answers; then say "server:  up, http://$(server_address) (pid $pid, up for $(ps_elapsed "$pid"))"
    else say "server:  runs (pid $pid) but does not answer on http://$(server_address)"; fi
  else say "server:  down"; fi
  if engine_answers; then say "engine:  answers on $ENGINE_SOCKET"; else say "engine:  does not answer on $ENGINE_SOCKET (or this user may not ask it)"; fi
  if [ -n "$(instance_id)" ] && engine_answers; then
    say "agents:"
    docker ps -a --filter "label=$INSTANCE_LABEL=$(instance_id)" --format '{{.Label "trinity.agent-name"}}\t{{.State}}\t{{.Status}}' | sort | expand -t 30,42 | sed 's/^ */  /'
  fi
  say "data:    $HOME_DIR"
  say "logs:    $LOG_DIR"
  [ -n "${pid:-}" ]
}

# The data folder is its owner's alone.
require_reading() { [ ! -e "$HOME_DIR" ] || [ -r "$HOME_DIR" ] || require_root; }

ps_elapsed() {
  local ticks seconds
  ticks=$(start_time_of "$1")
  seconds=$(awk -v t="$ticks" -v hz="$(getconf CLK_TCK)" '{printf "%d", $1 - t / hz}' /proc/uptime)
  if [ "$seconds" -ge 3600 ]; then printf '%dh %dm' $((seconds / 3600)) $((seconds % 3600 / 60))
  elif [ "$seconds" -ge 60 ]; then printf '%dm %ds' $((seconds / 60)) $((seconds % 60))
  else printf '%ds' "$seconds"; fi
}

verb_logs() {
  local follow=''
  case ${1:-} in '') ;; -f | --follow) follow=-F ;; *) die "logs does not know \"$1\". See ./trinity help" ;; esac
  require_reading
  [ -f "$SERVER_LOG" ] || die "there is no log yet: $SERVER_LOG"
  # shellcheck disable=SC2086
  exec tail -n 200 $follow "$SERVER_LOG"
}
