# Debian packages, by what they are for. Sourced by ./trinity.
# shellcheck shell=bash

PACKAGES_BASE="ca-certificates curl git iproute2"
PACKAGES_BUILD="g++ cmake ninja-build ccache mold pkg-config
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libsoci-dev libsqlite3-dev libsodium-dev libjwt-dev
  libcrypt-dev libcurl4-openssl-dev libyaml-cpp-dev libcli11-dev libspdlog-dev libfmt-dev libarchive-dev
  prometheus-cpp-dev libhiredis-dev libhowardhinnant-date-dev zlib1g-dev libssl-dev"
PACKAGES_IMAGE="mmdebstrap"
# redis-tools has the server's program too, under another name; the package redis-server would add a service.
PACKAGES_TEST="redis-tools busybox-static libgtest-dev libgmock-dev chromium clang-format-19 clang-tidy-19 clang-19 libclang-rt-19-dev
  shellcheck sqlite3"
PACKAGES_BENCH="wrk nginx-light"

missing_packages() {
  local name
  # dpkg-query prints what it knows even when some names are unknown to it.
  local installed
  installed=" $(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' | tr '\n' ' ') "
  for name in "$@"; do case $installed in *" $name "*) ;; *) printf '%s ' "$name" ;; esac; done
}

# ensure_packages NAME...: installs what is not there. Nothing is asked and no service is started.
ensure_packages() {
  local missing
  command -v dpkg-query >/dev/null || die "this is not a Debian machine; see docs/operations.md for what is needed"
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  note "missing packages: $missing"
  if [ -z "${PACKAGE_LISTS_READ:-}" ]; then
    try_step "Reading the package lists" 300 apt-update apt-get -o Acquire::Retries=3 update ||
      warn "apt-get update had errors; going on with the lists that are there"
    PACKAGE_LISTS_READ=1
  fi
  # shellcheck disable=SC2086
  step "Installing packages" 1200 apt-install install_quietly $missing
}

# Packages may want to start their service. A policy file that says no (exit 101) is the usual way to stop that;
# one that is already there stays.
install_quietly() {
  local policy=/usr/sbin/policy-rc.d made=
  if [ ! -e $policy ]; then printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy && made=1; fi
  local status=0
  DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" || status=$?
  [ -z "$made" ] || rm -f $policy
  return $status
}
