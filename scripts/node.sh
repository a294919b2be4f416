# Node and npm of a fixed major version, from the npm registry into a cache folder. A Node that happens to be on the
# machine is used for nothing but this installation: it would hide what a fresh machine lacks. Sourced by ./trinity.
# shellcheck shell=bash

NODE_MAJOR=22
NPM_MAJOR=11
NODE_DIR=$CACHE_DIR/node-$NODE_MAJOR-npm-$NPM_MAJOR

node_architecture() {
  case $(uname -m) in
    x86_64) echo x64 ;;
    aarch64) echo arm64 ;;
    *) die "no Node package for this processor: $(uname -m)" ;;
  esac
}

ensure_node() {
  if [ ! -x "$NODE_DIR/bin/node" ]; then
    type -P npm >/dev/null || ensure_packages nodejs npm
    step "Fetching Node $NODE_MAJOR and npm $NPM_MAJOR" 600 node install_node
  fi
  PATH=$NODE_DIR/bin:$PATH
}

# Into a folder beside the final one first: an interrupted download leaves nothing that looks complete.
install_node() {
  local partial=$NODE_DIR.partial.$$ architecture
  architecture=$(node_architecture)
  rm -rf "$partial"
  mkdir -p "$partial/bin" &&
    npm install --prefix "$partial" --ignore-scripts --no-audit --no-fund --no-save \
      "node-linux-$architecture@$NODE_MAJOR" "npm@$NPM_MAJOR" &&
    ln -s "../node_modules/node-linux-$architecture/bin/node" "$partial/bin/node" &&
    ln -s ../node_modules/npm/bin/npm-cli.js "$partial/bin/npm" &&
    ln -s ../node_modules/npm/bin/npx-cli.js "$partial/bin/npx" &&
    "$partial/bin/node" --version &&
    rm -rf "$NODE_DIR" && mv "$partial" "$NODE_DIR"
}

# npm_modules FOLDER: what its lock file names, installed once per change of the lock file.
npm_modules() {
  local folder=$1 wanted
  wanted=$(hash_of "$folder/package.json" "$folder/package-lock.json")
  if [ -d "$ROOT/$folder/node_modules" ] && stamp_is "modules-${folder//\//-}" "$wanted"; then return 0; fi
  step "Installing the npm packages of $folder/" 600 "npm-install-${folder//\//-}" npm_install_locked "$ROOT/$folder"
  set_stamp "modules-${folder//\//-}" "$wanted"
}

# The versions and checksums of the lock file, which stays as it is. Not `npm ci`: it refuses a lock file without the
# optional packages of other systems, and registry mirrors do not always have those.
npm_install_locked() { cd "$1" && npm install --no-save --ignore-scripts --no-audit --no-fund; }
