# ./trinity up --demo: first-time setup, and three agents that work without any account. Sourced by ./trinity.
# shellcheck shell=bash

ADMIN_USER=${ADMIN_USERNAME:-admin}
DEMO_AGENTS="demo-writer demo-tester demo-reviewer"
DEMO_TEMPLATE=local:demo-worker
DEMO_PASSWORD_FILE=$HOME_DIR/demo-password   # only a password that this script made, only for its owner
PASSWORD_PLACE="the one that was set at the first-time setup"

ensure_demo() {
  [ ! -f "$DEMO_PASSWORD_FILE" ] || PASSWORD_PLACE="in $(shown_path "$DEMO_PASSWORD_FILE")"
  finish_setup
  demo_agents_run && return
  sign_in_for_demo
  local name
  for name in $DEMO_AGENTS; do agent_runs "$name" || ensure_demo_agent "$name"; done
  wait_for 40 demo_agents_run || die "the demo agents do not run. See ./trinity logs"
}

demo_agents_run() {
  local name
  for name in $DEMO_AGENTS; do agent_runs "$name" || return 1; done
}

agent_runs() { own_containers --filter "label=trinity.agent-name=$1" | grep -q .; }

finish_setup() {
  local password answer
  case $(api GET /api/setup/status) in *'"setup_completed"'*true*) return ;; esac
  password=${ADMIN_PASSWORD:-}
  if [ -z "$password" ]; then
    password=$(LC_ALL=C tr -dc 'a-km-zA-HJ-NP-Z2-9' </dev/urandom | head -c 20)
    (umask 077 && printf '%s\n' "$password" >"$DEMO_PASSWORD_FILE") || die "cannot write $DEMO_PASSWORD_FILE"
    PASSWORD_PLACE="$password   (kept in $(shown_path "$DEMO_PASSWORD_FILE"), readable by root only)"
  else
    PASSWORD_PLACE="the one in ADMIN_PASSWORD"
  fi
  answer=$(api POST /api/setup/admin-password "{\"password\":$(json_text "$password"),\"confirm_password\":$(json_text "$password")}")
  [ "$(tail -n 1 <<<"$answer")" = 200 ] || die "first-time setup failed: $(head -n 1 <<<"$answer")"
  note "first-time setup is done"
}

sign_in_for_demo() {
  local password=${ADMIN_PASSWORD:-}
  [ -n "$password" ] || password=$(cat "$DEMO_PASSWORD_FILE" 2>/dev/null)
  [ -n "$password" ] || die "first-time setup was done before, with a password that is not known here. Run again with it: ADMIN_PASSWORD=... ./trinity up --demo"
  sign_in "$ADMIN_USER" "$password" || die "signing in as $ADMIN_USER failed: ADMIN_PASSWORD (or $(shown_path "$DEMO_PASSWORD_FILE")) is not the administrator's password"
}

ensure_demo_agent() {
  local name=$1 answer status
  answer=$(api POST /api/agents "{\"name\":\"$name\",\"template\":\"$DEMO_TEMPLATE\",\"resources\":{\"cpu\":\"1\",\"memory\":\"256m\"}}")
  status=$(tail -n 1 <<<"$answer")
  case $status$answer in
    200*) note "agent $name: created" ; return ;;
    400*'Agent already exists'*) ;;
    *) die "agent $name cannot be created (status $status): $(head -c 400 <<<"$answer" | head -n 1)" ;;
  esac
  answer=$(api POST "/api/agents/$name/start")
  status=$(tail -n 1 <<<"$answer")
  [ "$status" = 200 ] || die "agent $name cannot be started (status $status): $(head -n 1 <<<"$answer")"
  note "agent $name: started"
}
