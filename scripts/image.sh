# The images of the agents, and ./trinity image. Sourced by ./trinity.
#
# There are two variants, slim and full (docs/image.md), each made in two steps: the tools, which take minutes and change
# rarely, and on top of them agentd, which takes a second. Every image carries a hash of all that went into it, so that
# "is it current" is one question to the engine.
# shellcheck shell=bash

IMAGE=trinity-agent-base
TOOLS=trinity-agent-tools
LOCAL_BASE=trinity-debian:bookworm
PULLED_BASE=debian:bookworm-slim
IMAGE_HASH=trinity.source-hash      # label

verb_image() {
  [ $# -le 1 ] || die "image takes one word: full or slim"
  case ${1:-} in
    '') list_images; return ;;
    full | slim) ;;
    *) die "image does not know \"$1\". See ./trinity help" ;;
  esac
  require_root
  make_folders
  one_at_a_time
  # shellcheck disable=SC2086
  ensure_packages $PACKAGES_BASE $PACKAGES_BUILD
  ensure_engine
  build_server
  [ "$1" = full ] || drop_full_image
  build_image "$1"
  list_images
}

list_images() {
  engine_answers || die "the container engine does not answer on $ENGINE_SOCKET (or this user may not ask it)"
  local variant id programs
  for variant in slim full; do
    if ! id=$(image_id $IMAGE:$variant); then
      say "$variant:  not built. To build it: ./trinity image $variant"
      continue
    fi
    say "$variant:  $(docker image inspect -f '{{.Size}}' $IMAGE:$variant | awk '{printf "%.0f MB", $1 / 1e6}')$([ "$id" != "$(image_id $IMAGE:latest)" ] || printf ', the one that agents are made from')"
    programs=$(docker image inspect -f '{{range $name, $value := .Config.Labels}}{{$name}} {{$value}}{{"\n"}}{{end}}' $IMAGE:$variant |
      sed -n 's/^trinity\.program\.//p' | paste -sd, - | sed 's/,/, /g')
    [ -z "$programs" ] || note "$programs"
  done
}

image_id() { docker image inspect -f '{{.Id}}' "$1" 2>/dev/null; }
image_hash() { docker image inspect -f "{{index .Config.Labels \"$IMAGE_HASH\"}}" "$1" 2>/dev/null; }

# build_image [full]: the slim image, and the full one when it is asked for or is there already. What agents are made from
# when nobody says otherwise is the fullest one that is there.
build_image() {
  local best=slim
  build_variant slim
  if [ "${1:-}" = full ] || image_id $IMAGE:full >/dev/null; then best=full; build_variant full; fi
  if [ "$(docker image inspect -f '{{.Id}}' $IMAGE:{$best,latest,"$(version)"} 2>&1 | sort -u | wc -l)" != 1 ]; then
    docker tag $IMAGE:$best $IMAGE:latest && docker tag $IMAGE:$best "$IMAGE:$(version)" || die "the agents' image cannot be named"
  fi
  forget_old_images
}

drop_full_image() {
  docker image rm $IMAGE:full $TOOLS:full >/dev/null 2>&1 || true
}

build_variant() {
  local wanted context=$ROOT/build/image
  wanted=$(cd "$ROOT" && { tools_hash "$1"; hash_of images/agent/Dockerfile images/agent/meta-prompt; version; sha256sum build/release/bin/agentd; } | sha256sum | cut -d' ' -f1)
  [ "$(image_hash "$IMAGE:$1")" != "$wanted" ] || return 0
  build_tools "$1"
  rm -rf "$context"
  mkdir -p "$context" && install -m 0755 "$ROOT/build/release/bin/agentd" "$context/agentd" &&
    install -m 0644 -D -t "$context/meta-prompt" "$ROOT/images/agent/meta-prompt/"* || die "cannot put together $context"
  step "Building the agents' image ($1)" 300 "build-image-$1" docker_build "$IMAGE:$1" "$wanted" "$ROOT/images/agent/Dockerfile" "$context" \
    --build-arg "TOOLS=$TOOLS:$1" --build-arg "VERSION=$(version)"
}

# docker_build TAG HASH DOCKERFILE CONTEXT [OPTION...]
docker_build() {
  local tag=$1 hash=$2 file=$3 context=$4
  shift 4
  DOCKER_BUILDKIT=0 docker build --label "$IMAGE_HASH=$hash" -t "$tag" -f "$file" "$@" "$context"
}

# Images whose name went to a newer one. One that a container still uses stays until the next time.
forget_old_images() {
  local id
  for id in $(docker images -q --no-trunc --filter dangling=true --filter "label=$IMAGE_HASH"); do
    docker image rm "$id" >/dev/null 2>&1 || true
  done
}

# ---------------------------------------------------------------- the tools

tools_hash() {
  case $1 in
    slim) hash_of images/agent/slim ;;
    full) { hash_of images/agent/slim images/agent/full; uname -m; } | sha256sum | cut -d' ' -f1 ;;
  esac
}

build_tools() {
  local wanted
  wanted=$(tools_hash "$1")
  [ "$(image_hash "$TOOLS:$1")" != "$wanted" ] || return 0
  case $1 in
    slim)
      ensure_base_image
      step "Building what agents' containers have" 600 build-tools-slim docker_build $TOOLS:slim "$wanted" \
        "$ROOT/images/agent/slim/Dockerfile" "$ROOT/images/agent/slim" --build-arg "BASE=$BASE_IMAGE" ;;
    full)
      build_tools slim
      ensure_programs
      # shellcheck disable=SC2046
      step "Building what agents with AI command lines have" 1800 build-tools-full docker_build $TOOLS:full "$wanted" \
        "$ROOT/images/agent/full/Dockerfile" "$PROGRAMS_DIR" --build-arg "TOOLS=$TOOLS:slim" $(program_labels) ;;
  esac
}

# The programs that come from the npm registry, in the cache folder: laid out as the image has them. Their versions and
# checksums are in images/agent/full. What other versions left there goes.
ensure_programs() {
  local name
  name=agent-programs-$({ hash_of images/agent/full/package.json images/agent/full/package-lock.json; uname -m; } | sha256sum | cut -c1-16)
  PROGRAMS_DIR=$CACHE_DIR/$name
  [ ! -d "$PROGRAMS_DIR" ] || return 0
  ensure_node
  mkdir -p "$CACHE_DIR"
  find "$CACHE_DIR" -maxdepth 1 -name 'agent-programs-*' -exec rm -rf {} +
  step "Fetching Claude Code, Gemini CLI, Codex and Node for the agents" 900 agent-programs fetch_programs
}

# Into a folder beside the final one first: an interrupted download leaves nothing that looks complete.
fetch_programs() {
  local partial=$PROGRAMS_DIR.partial modules architecture
  architecture=$(node_architecture)
  modules=$partial/programs/lib/node_modules
  umask 022
  mkdir -p "$partial"/{node/bin,node/lib/node_modules,programs/bin,programs/lib,claude/bin} &&
    cp "$ROOT"/images/agent/full/package*.json "$partial/programs/lib/" &&
    npm_install_locked "$partial/programs/lib" &&
    mv "$modules/node-linux-$architecture/bin/node" "$partial/node/bin/" &&
    mv "$modules/npm" "$partial/node/lib/node_modules/" &&
    ln -s ../lib/node_modules/npm/bin/npm-cli.js "$partial/node/bin/npm" &&
    ln -s ../lib/node_modules/npm/bin/npx-cli.js "$partial/node/bin/npx" &&
    mv "$modules/@anthropic-ai/claude-code-linux-$architecture/claude" "$partial/claude/bin/" &&
    rm -rf "$modules"/{.bin,.package-lock.json,@anthropic-ai} "$modules"/node-linux-* "$partial"/programs/lib/package*.json &&
    ln -s ../lib/node_modules/@google/gemini-cli/bundle/gemini.js "$partial/programs/bin/gemini" &&
    ln -s ../lib/node_modules/@openai/codex/bin/codex.js "$partial/programs/bin/codex" &&
    chmod 0755 "$partial"/{node,claude}/bin/* "$partial"/programs/bin/* &&
    mv "$partial" "$PROGRAMS_DIR"
}

# Versions as labels of the image: trinity.program.codex=0.1.2 and so on.
program_labels() {
  sed -nE 's|^ *"(@[^/]+/)?([a-z0-9-]+)": "([0-9][^"]*)",?$|\2 \3|p' "$ROOT/images/agent/full/package.json" |
    sed -E 's/-linux-(x64|arm64) / /' | sort -u | while read -r name version; do printf -- '--label trinity.program.%s=%s ' "$name" "$version"; done
}

# ---------------------------------------------------------------- the base

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
