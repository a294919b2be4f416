# ./trinity ctl: trinityctl with the server of this folder. Sourced by ./trinity.
# shellcheck shell=bash

# What the caller says comes first: the flag --server and TRINITY_SERVER. Needs no root.
verb_ctl() {
  local program=$ROOT/build/release/bin/trinityctl address
  [ -x "$program" ] || die "trinityctl is not built yet: ./trinity up builds it"
  if [ -z "${TRINITY_SERVER:-}" ] && address=$(server_address 2>/dev/null); then export TRINITY_SERVER=http://$address; fi
  exec "$program" "$@"
}
