# Start and stop of trinityd, and a few requests to it. Sourced by ./trinity.
# shellcheck shell=bash

SERVER_PID_FILE=$RUN_DIR/trinityd.pid
SERVER_LOG=$LOG_DIR/trinityd.log
STARTED_WITH=$RUN_DIR/started-with     # what the running server was started from: a change means a restart
STOPPED_AGENTS=$RUN_DIR/stopped-agents # containers that the last `down` stopped
INSTANCE_LABEL=trinity.instance

server_pid() { read_pid "$SERVER_PID_FILE"; }
instance_id() { [ -f "$HOME_DIR/instance-id" ] && tr -d ' \n' <"$HOME_DIR/instance-id"; }
server_address() { [ -f "$RUN_DIR/address" ] && cat "$RUN_DIR/address"; }

# An address to reach a server that listens on every address of the machine.
reachable() { case $1 in 0.0.0.0) echo 127.0.0.1 ;; ::) echo '[::1]' ;; *:*) echo "[$1]" ;; *) echo "$1" ;; esac; }

server_answers() { curl -sf --max-time 2 -o /dev/null "http://$(server_address)/health"; }

# The listener on a port, as "address process", or nothing.
listener_on() { ss -Hltnp "sport = :$1" 2>/dev/null | awk '{print $4, $6}' | head -n 1; }

started_with() {
  printf '%s %s ' "$BIND" "$PORT"
  stat -c '%i %Y' "$ROOT/build/release/bin/trinityd"
  cat "$STAMP_DIR/web"
}

start_server() {
  local taken pid end ssh=()
  mkdir -p "$RUN_DIR"
  # What is on the loopback stays there: the agents' SSH ports too, unless the operator says otherwise.
  case ${TRINITY_SSH_ADDRESS:-}$BIND in 127.* | ::1) ssh=(--ssh-address 127.0.0.1) ;; esac
  taken=$(listener_on "$PORT")
  [ -z "$taken" ] || die "port $PORT is taken by something else ($taken). Choose another one: ./trinity up --port N"
  [ ! -f "$SERVER_LOG" ] || [ "$(stat -c %s "$SERVER_LOG")" -lt 20000000 ] || mv -f "$SERVER_LOG" "$SERVER_LOG.1"
  # Sockets are descriptors; the usual soft limit of 1024 is for programs that use select().
  ulimit -Sn "$(ulimit -Hn)" 2>/dev/null
  printf '%s:%s\n' "$(reachable "$BIND")" "$PORT" >"$RUN_DIR/address"
  setsid "$ROOT/build/release/bin/trinityd" --home "$HOME_DIR" --bind "$BIND" --port "$PORT" --web-dir "$ROOT/web/dist" \
    --templates-dir "$ROOT/config/agent-templates" "${ssh[@]}" >>"$SERVER_LOG" 2>&1 </dev/null 9>&- &
  pid=$!
  disown "$pid"
  write_pid "$SERVER_PID_FILE" "$pid"
  end=$((SECONDS + 30))
  until server_answers; do
    if ! server_pid >/dev/null; then
      show_log_end "$SERVER_LOG"
      die "trinityd ended at its start. The full log: $SERVER_LOG"
    fi
    if [ "$SECONDS" -ge "$end" ]; then
      show_log_end "$SERVER_LOG"
      stop_server
      die "trinityd does not answer within 30s. The full log: $SERVER_LOG"
    fi
    sleep 0.05
  done
  started_with >"$STARTED_WITH"
}

# Asks the server to end; it finishes what it has begun. Bounded: 25 s, then it is killed.
stop_server() {
  local pid
  pid=$(server_pid) || { rm -f "$SERVER_PID_FILE"; return 0; }
  kill -TERM "$pid" 2>/dev/null
  if ! wait_for 25 server_is_gone; then
    warn "trinityd (pid $pid) does not end by itself: killing it"
    kill -KILL "$pid" 2>/dev/null
    wait_for 5 server_is_gone
  fi
  rm -f "$SERVER_PID_FILE"
}
server_is_gone() { ! server_pid; }

# Containers of this instance, by engine filters: own_containers [docker ps options]
own_containers() {
  local id
  id=$(instance_id) && [ -n "$id" ] || return 0
  docker ps --no-trunc -q --filter "label=$INSTANCE_LABEL=$id" "$@"
}

# ---------------------------------------------------------------- requests

# Text as a JSON string.
json_text() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  text=${text//$'\t'/\\t}
  printf '"%s"' "$text"
}

# One text field of a flat JSON answer.
json_field() { sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p" | head -n 1; }

# api METHOD PATH [BODY]: prints the body and, on a last line, the status. Token and body travel through pipes: process
# arguments can be read by everyone on the machine.
api() {
  local body=${3:-}
  printf '%s\n' "url = \"http://$(server_address)$2\"" "request = \"$1\"" ${TOKEN:+"header = \"Authorization: Bearer $TOKEN\""} |
    curl -s --max-time 60 -K - -H 'Content-Type: application/json' -w '\n%{http_code}\n' \
      ${body:+--data-binary @<(printf '%s' "$body")}
}

# sign_in USER PASSWORD: sets TOKEN.
sign_in() {
  TOKEN=$(curl -s --max-time 20 --data-urlencode "username=$1" --data-urlencode "password@"<(printf '%s' "$2") \
    "http://$(server_address)/token" | json_field access_token)
  [ -n "$TOKEN" ]
}
