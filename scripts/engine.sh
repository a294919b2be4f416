# The container engine: found, or started. Sourced by ./trinity.
# shellcheck shell=bash

ENGINE_SOCKET=/var/run/docker.sock
ENGINE_PID_FILE=/var/run/trinity-dockerd.pid   # of the machine, not of one clone: there is one engine

# Another client may stand first in PATH, and DOCKER_HOST may name another machine: neither is ours.
docker() {
  local client=/usr/bin/docker
  [ -x $client ] || client=$(type -P docker) || return 127
  env -u DOCKER_CONTEXT DOCKER_HOST="unix://$ENGINE_SOCKET" "$client" "$@"
}

engine_answers() { [ "$(curl -s --max-time 5 --unix-socket $ENGINE_SOCKET http://localhost/_ping 2>/dev/null)" = OK ]; }

ensure_engine() {
  if engine_answers; then
    type -P docker >/dev/null || ensure_packages docker.io
    return
  fi
  # shellcheck disable=SC2046
  type -P dockerd >/dev/null || ensure_packages docker.io iptables
  exec 8>/run/lock/trinity-engine.lock
  flock -w 120 8 || die "another start of the container engine takes too long"
  if ! engine_answers; then
    if [ -d /run/systemd/system ]; then start_engine_by_service; else start_engine_by_hand; fi
  fi
  exec 8>&-
}

start_engine_by_service() {
  note "no container engine answers on $ENGINE_SOCKET: starting the docker service"
  systemctl start docker || die "the docker service does not start: see 'journalctl -u docker'"
  wait_for 60 engine_answers || die "the docker service does not answer on $ENGINE_SOCKET"
}

start_engine_by_hand() {
  local log=$LOG_DIR/dockerd.log pid
  note "no container engine answers on $ENGINE_SOCKET: starting dockerd (log: $(shown_path "$log"))"
  # A pid file of an engine that was killed would stop the new one.
  if pid=$(cat /var/run/docker.pid 2>/dev/null) && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != dockerd ]; then rm -f /var/run/docker.pid; fi
  setsid dockerd >>"$log" 2>&1 </dev/null 8>&- 9>&- &
  pid=$!
  disown "$pid"
  local end=$((SECONDS + 60))
  until engine_answers; do
    if ! kill -0 "$pid" 2>/dev/null || [ "$SECONDS" -ge "$end" ]; then
      show_log_end "$log"
      die "the container engine does not start. The full log: $log"
    fi
    sleep 0.1
  done
  write_pid "$ENGINE_PID_FILE" "$pid"
  ENGINE_STARTED_HERE=1
  note "the container engine runs (pid $pid); it stays when trinity goes down. To stop it: kill $pid"
}

# Only ./trinity test calls this, and only for an engine that this very run has started.
stop_engine_started_here() {
  local pid
  [ -n "${ENGINE_STARTED_HERE:-}" ] || return 0
  pid=$(read_pid "$ENGINE_PID_FILE") || return 0
  kill -TERM "$pid" 2>/dev/null
  wait_for 30 test ! -d "/proc/$pid" || warn "the container engine (pid $pid) does not stop"
  rm -f "$ENGINE_PID_FILE"
}
