# Builds of the server, the web UI and the agent image, each only when its sources changed. Sourced by ./trinity.
# shellcheck shell=bash

SERVER_SOURCES="src agentd cli api cmake CMakeLists.txt CMakePresets.json VERSION"
WEB_SOURCES="web api/openapi.yaml"
IMAGE=trinity-agent-base
LOCAL_BASE=trinity-debian:bookworm
PULLED_BASE=debian:bookworm-slim

version() { cat "$ROOT/VERSION" 2>/dev/null || echo 0.1.0; }

# One job per core, but 1.5 GiB of memory for each.
build_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable/ {print int($2 / 1572864)}' /proc/meminfo)
  [ "$memory" -ge 1 ] || memory=1
  if [ "$memory" -lt "$cores" ]; then echo "$memory"; else echo "$cores"; fi
}

# compile PRESET TARGET...
compile() {
  local preset=$1
  shift
  cd "$ROOT" && cmake --preset "$preset" && cmake --build "build/$preset" -j "$(build_jobs)" --target "$@"
}

build_server() {
  local wanted
  # shellcheck disable=SC2086
  wanted=$(hash_of $SERVER_SOURCES)
  if programs_are_there && stamp_is server "$wanted"; then return 0; fi
  step "Building trinityd, agentd and trinityctl" 1800 build-release compile release trinityd agentd trinityctl
  set_stamp server "$wanted"
}

programs_are_there() {
  local name
  for name in trinityd agentd trinityctl; do [ -x "$ROOT/build/release/bin/$name" ] || return 1; done
}

build_web() {
  local wanted
  # shellcheck disable=SC2086
  wanted=$(hash_of $WEB_SOURCES)
  if [ -f "$ROOT/web/dist/index.html" ] && stamp_is web "$wanted"; then return 0; fi
  ensure_node
  npm_modules web
  step "Building the web UI" 600 build-web npm_run web build
  set_stamp web "$wanted"
}

npm_run() { cd "$ROOT/$1" && shift && npm run "$@"; }

# ---------------------------------------------------------------- the agent image

# The image carries a hash of all that went into it, so that "is it current" is one question to the engine.
build_image() {
  local wanted before context=$ROOT/build/image
  wanted=$(cd "$ROOT" && { hash_of images/agent; version; sha256sum build/release/bin/agentd; } | sha256sum | cut -d' ' -f1)
  [ "$(docker image inspect -f '{{index .Config.Labels "trinity.source-hash"}}' $IMAGE:slim 2>/dev/null)" != "$wanted" ] || return 0
  ensure_base_image
  rm -rf "$context"
  mkdir -p "$context"
  cp -r "$ROOT/images/agent/." "$context/" && install -m 0755 "$ROOT/build/release/bin/agentd" "$context/agentd" || die "cannot put together $context"
  before=$(docker image inspect -f '{{.Id}}' $IMAGE:slim 2>/dev/null)
  step "Building the agent image" 900 build-image docker_build "$context" "$wanted"
  # The former image has no name any more; it stays as long as a container uses it.
  [ -z "$before" ] || docker image rm "$before" >/dev/null 2>&1 || true
}

docker_build() {
  DOCKER_BUILDKIT=0 docker build --build-arg "BASE=$BASE_IMAGE" --build-arg "VERSION=$(version)" \
    --label "trinity.source-hash=$2" -t $IMAGE:slim -t $IMAGE:latest -t "$IMAGE:$(version)" "$1"
}

# A base that is there already, else one pulled, else one made from this machine's own package sources.
ensure_base_image() {
  local name
  for name in $PULLED_BASE $LOCAL_BASE; do
    if docker image inspect "$name" >/dev/null 2>&1; then BASE_IMAGE=$name; return; fi
  done
  if try_step "Pulling $PULLED_BASE (at most 20s)" 20 pull-base docker pull $PULLED_BASE; then
    BASE_IMAGE=$PULLED_BASE
    return
  fi
  note "no image registry is reachable: making a Debian base image from packages instead"
  # shellcheck disable=SC2086
  ensure_packages $PACKAGES_IMAGE
  step "Making the Debian base image" 600 make-base make_base_image
  BASE_IMAGE=$LOCAL_BASE
}

make_base_image() {
  set -o pipefail
  local sources
  sources=$(debian_sources)
  # Without any, mmdebstrap takes its own default.
  # shellcheck disable=SC2046
  printf '%s\n' "$sources" | mmdebstrap --variant=minbase $(apt_proxy_options) bookworm - ${sources:+-} | docker import - $LOCAL_BASE
}

# The Debian sources that apt uses on this machine, one line each: where apt works, this works.
debian_sources() {
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
    sort -u | while read -r uri suite component; do
      case $suite in bookworm*) printf 'deb %s %s %s\n' "$uri" "$suite" "$component" ;; esac
    done
}

apt_proxy_options() {
  local protocol proxy
  for protocol in http https; do
    eval "$(apt-config shell proxy "Acquire::$protocol::Proxy")"
    [ -z "${proxy:-}" ] || printf -- '--aptopt=Acquire::%s::Proxy="%s"\n' "$protocol" "$proxy"
    proxy=
  done
}
