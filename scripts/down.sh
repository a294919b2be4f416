# ./trinity down
# shellcheck shell=bash

verb_down() {
  local purge=''
  while [ $# -gt 0 ]; do
    case $1 in --purge) purge=1 ;; *) die "down does not know \"$1\". See ./trinity help" ;; esac
    shift
  done
  require_root
  [ -d "$HOME_DIR" ] || { say "Trinity is not set up in $HOME_DIR: nothing to stop."; return; }
  make_folders
  one_at_a_time
  if server_pid >/dev/null; then
    note "stopping trinityd"
    stop_server
  fi
  if [ -z "$(instance_id)" ]; then :
  elif engine_answers; then stop_agents; else warn "the container engine does not answer: agents cannot be looked at"; fi
  if [ -n "$purge" ]; then purge_instance; fi
  say "Trinity is down."
  if read_pid "$ENGINE_PID_FILE" >/dev/null; then
    note "the container engine that trinity started still runs; to stop it: kill $(read_pid "$ENGINE_PID_FILE")"
  fi
}

stop_agents() {
  local ids
  ids=$(own_containers) || die "the container engine does not list its containers"
  [ -n "$ids" ] || return 0
  # Added to what an earlier, interrupted `down` wrote.
  docker ps --filter "label=$INSTANCE_LABEL=$(instance_id)" --format '{{.Names}}' >>"$STOPPED_AGENTS"
  # shellcheck disable=SC2086
  step "Stopping $(wc -w <<<"$ids") agents" 90 stop-agents in_parallel docker stop -t 10 $ids
}

# in_parallel COMMAND... IDS: the ids are the 64-digit words at the end; at most 16 at a time.
in_parallel() {
  local command=() ids=() word
  for word in "$@"; do if [ ${#word} = 64 ]; then ids+=("$word"); else command+=("$word"); fi; done
  local id pids=() status=0
  for id in "${ids[@]}"; do
    "${command[@]}" "$id" & pids+=($!)
    if [ ${#pids[@]} -ge 16 ]; then wait "${pids[0]}" || status=1; pids=("${pids[@]:1}"); fi
  done
  for id in "${pids[@]}"; do wait "$id" || status=1; done
  return $status
}

purge_instance() {
  local id
  id=$(instance_id)
  if [ -n "$id" ]; then
    engine_answers || die "the container engine does not answer: containers and volumes cannot be removed, so the data stays too"
    remove_instance "$id" || die "something of this instance could not be removed: the data stays, so that it can be tried again"
  fi
  # Only what Trinity made: TRINITY_HOME may be a folder with other things in it.
  rm -rf "$HOME_DIR"/{trinity.db,trinity.db-wal,trinity.db-shm,lock,instance-id,secret.key,agents.key,demo-password,agents,templates}
  rm -f "$STOPPED_AGENTS" "$STARTED_WITH" "$RUN_DIR/address"
  note "containers, volumes, network and data of this instance are removed; logs stay in $(shown_path "$LOG_DIR")"
}

# remove_instance ID: everything in the engine that carries its label.
remove_instance() {
  local filter="label=$INSTANCE_LABEL=$1" found status=0
  found=$(docker ps -aq --no-trunc --filter "$filter") || return 1
  # shellcheck disable=SC2086
  [ -z "$found" ] || docker rm -f -v $found >/dev/null || status=1
  found=$(docker volume ls -q --filter "$filter") || return 1
  # shellcheck disable=SC2086
  [ -z "$found" ] || docker volume rm $found >/dev/null || status=1
  found=$(docker network ls -q --filter "$filter") || return 1
  # shellcheck disable=SC2086
  [ -z "$found" ] || docker network rm $found >/dev/null || status=1
  return $status
}
