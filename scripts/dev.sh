# ./trinity dev: for work on Trinity itself. Data of its own, so that it does not disturb what `up` runs.
# shellcheck shell=bash

DEV_PORT=${TRINITY_DEV_PORT:-8001}

verb_dev() {
  [ $# = 0 ] || die "dev takes nothing more"
  require_root
  make_folders
  # shellcheck disable=SC2086
  ensure_packages $PACKAGES_BASE $PACKAGES_BUILD $PACKAGES_TEST
  ensure_node
  ensure_engine
  build_server
  build_image
  npm_modules web
  step "Building trinityd (debug)" 1800 build-dev compile dev trinityd
  local taken
  taken=$(listener_on "$DEV_PORT")
  [ -z "$taken" ] || die "port $DEV_PORT is taken ($taken). Choose another one: TRINITY_DEV_PORT=N ./trinity dev"
  trap end_dev EXIT
  mkdir -p "$HOME_DIR/dev"
  "$ROOT/build/dev/bin/trinityd" --home "$HOME_DIR/dev" --bind 127.0.0.1 --port "$DEV_PORT" --web-dir "$ROOT/web/dist" \
    --templates-dir "$ROOT/config/agent-templates" --container-prefix trinity-dev- --network trinity-dev-network --subnet '' &
  DEV_SERVER=$!
  (cd "$ROOT/web" && TRINITY_DEV_SERVER=http://127.0.0.1:$DEV_PORT exec node node_modules/vite/bin/vite.js) &
  DEV_WEB=$!
  say "server: http://127.0.0.1:$DEV_PORT   UI with hot reload: the address that Vite prints below. Ctrl-C ends both."
  wait -n "$DEV_SERVER" "$DEV_WEB"
}

end_dev() {
  kill -TERM "${DEV_SERVER:-}" "${DEV_WEB:-}" 2>/dev/null
  wait
}
