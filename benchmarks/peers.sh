#!/bin/sh
# Fetches the servers that the locks benchmark compares with and Maven Central does not have: Debian's packages, unpacked
# into .covenant/peers (or the directory named), nothing installed. What is there already, or on the PATH, need not be.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
peers=${1:-${COVENANT_HOME:-$root/.covenant}/peers}
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
mkdir -p "$peers/packages/partial" "$peers/lists/partial"

say() { printf '%s\n' "$*" >&2; }

command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || {
    say "This needs apt-get and dpkg-deb. Elsewhere: put etcd and redis-server on the PATH."
    exit 1
}

# apt with a list of sources and a state of its own: nothing of the system is touched.
apt() {
    suite=$1
    shift
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$peers/$suite.list"
    mkdir -p "$peers/lists/$suite/partial"
    (cd "$peers/packages" && apt-get -qq -o Dir::Etc::SourceList="$peers/$suite.list" -o Dir::Etc::SourceParts=- \
        -o Dir::State::Lists="$peers/lists/$suite" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
        -o APT::Sandbox::User=root "$@")
}

# Unpacks these packages of a suite; the one after the other is tried until one's packages are had.
unpack() {
    into=$peers/$1
    suite=$2
    shift 2
    rm -rf "$peers/packages"/*.deb "$into.new"
    apt "$suite" update && apt "$suite" download "$@" || return 1
    mkdir -p "$into.new"
    for package in "$peers/packages"/*.deb; do dpkg-deb -x "$package" "$into.new"; done
    rm -rf "$into"
    mv "$into.new" "$into"
}

# Needs libc 2.34 and nothing else.
[ -x "$peers/etcd/usr/bin/etcd" ] || unpack etcd trixie etcd-server || unpack etcd bookworm etcd-server ||
    say "etcd-server cannot be had; the benchmark goes without etcd."
[ -x "$peers/redis/usr/bin/redis-server" ] ||
    unpack redis bookworm redis-server redis-tools liblzf1 libjemalloc2 liblua5.1-0 lua-bitop lua-cjson libhiredis0.14 libatomic1 ||
    say "redis-server cannot be had; the benchmark goes without Redis."
rm -rf "$peers/packages" "$peers/lists" "$peers"/*.list

# Where Debian keeps libraries on this machine.
libraries=$(echo "$peers"/redis/usr/lib/*-linux-gnu*)
[ ! -x "$peers/etcd/usr/bin/etcd" ] || say "$("$peers/etcd/usr/bin/etcd" --version | head -n 1)"
[ ! -x "$peers/redis/usr/bin/redis-server" ] ||
    say "$(LD_LIBRARY_PATH=$libraries "$peers/redis/usr/bin/redis-server" --version)"
