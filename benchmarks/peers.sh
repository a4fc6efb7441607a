#!/bin/sh
# Fetches the programs that the benchmarks compare with and Maven Central does not have: Debian's packages, unpacked
# into .covenant/peers (or the directory named first), nothing installed. What is there already, or on the PATH, need
# not be. All of them, or those named behind the directory: etcd redis nginx haproxy.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
peers=${1:-${COVENANT_HOME:-$root/.covenant}/peers}
[ $# -eq 0 ] || shift
wanted=" ${*:-etcd redis nginx haproxy} "
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
mkdir -p "$peers/packages/partial" "$peers/lists/partial"

say() { printf '%s\n' "$*" >&2; }

command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || {
    say "This needs apt-get and dpkg-deb. Elsewhere: put$wanted(the server of each) on the PATH."
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

# Whether a program is asked for and not there yet.
lacks() { case $wanted in *" $1 "*) [ ! -x "$peers/$1/usr/$2" ] ;; *) false ;; esac; }

# Needs libc 2.34 and nothing else.
! lacks etcd bin/etcd || unpack etcd trixie etcd-server || unpack etcd bookworm etcd-server ||
    say "etcd-server cannot be had; the benchmark goes without etcd."
! lacks redis bin/redis-server ||
    unpack redis bookworm redis-server redis-tools liblzf1 libjemalloc2 liblua5.1-0 lua-bitop lua-cjson libhiredis0.14 libatomic1 ||
    say "redis-server cannot be had; the benchmark goes without Redis."
! lacks nginx sbin/nginx || unpack nginx bookworm nginx libpcre2-8-0 libssl3 ||
    say "nginx cannot be had; the benchmark goes without it."
! lacks haproxy sbin/haproxy ||
    unpack haproxy bookworm haproxy liblua5.3-0 libopentracing-c-wrapper0 libopentracing1 libpcre2-8-0 libssl3 ||
    say "haproxy cannot be had; the benchmark goes without it."
rm -rf "$peers/packages" "$peers/lists" "$peers"/*.list

# What a program that was asked for says of itself.
tell() {
    program=$peers/$1/usr/$2
    libraries=$(echo "$peers/$1"/usr/lib/*-linux-gnu*)
    case $wanted in *" $1 "*) [ ! -x "$program" ] || say "$(LD_LIBRARY_PATH=$libraries "$program" "$3" 2>&1 | head -n 1)" ;; esac
}
tell etcd bin/etcd --version
tell redis bin/redis-server --version
tell nginx sbin/nginx -v
tell haproxy sbin/haproxy -v
