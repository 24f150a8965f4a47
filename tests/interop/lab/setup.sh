#!/bin/sh
# Makes ready what the lab needs, by itself and as often as you like (quick when it is done).
#
#   setup.sh host   Debian packages this machine itself needs; none of them starts a service
#   setup.sh lab    the lab's programs, unpacked under build/lab/tree and never installed
#   setup.sh watch  Prometheus and rsyslog, unpacked under build/watch/tree and never installed
#   setup.sh        all of them
#
# The lab's programs include IKE and PPTP daemons. Installed, Debian would start them on the
# developer's machine; unpacked, they exist only in the lab, which lays the tree over the host's root.
set -eu

HOST="user-mode-linux iproute2 iptables nftables libnetfilter-queue-dev gcc libc6-dev make python3 python3-dev python3-venv mtools xorriso"
LAB="strongswan-charon strongswan-swanctl libcharon-extra-plugins libstrongswan-standard-plugins \
libstrongswan-extra-plugins xl2tpd ppp pptpd pptp-linux iperf3 tcpdump conntrack iputils-ping fping \
busybox kmod procps libnss3-tools tshark freeradius"
APART="libreswan" # apt would not take it beside strongSwan; they share no file but /usr/sbin/ipsec, which nobody here runs
# What they link to beside what every Debian has; Prometheus' own web pages are not needed.
WATCH="prometheus rsyslog rsyslog-openssl libestr0 libfastjson4 liblognorm5"

CHECKOUT=$(cd "$(dirname "$0")/../../.." && pwd)
BUILD=$CHECKOUT/build/lab
TREE=$CHECKOUT/build/watch

say() { echo "lab: $*"; }

must_be_root() {
    [ "$(id -u)" = 0 ] || { say "setting up needs root: run this again as root"; exit 1; }
}

# apt with the lists as they are; if that does not do, with fresh lists.
with_fresh_lists() {
    "$@" >"$BUILD/apt.log" 2>&1 && return 0
    apt-get -q update >"$BUILD/apt.log" 2>&1 || true
    "$@" >"$BUILD/apt.log" 2>&1 && return 0
    tail -n 20 "$BUILD/apt.log"
    say "apt-get failed (above); its whole output is in $BUILD/apt.log"
    exit 1
}

set_up_host() {
    missing=
    for package in $HOST; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] ||
            missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    must_be_root
    say "installing$missing"
    # shellcheck disable=SC2086  # a list of words
    DEBIAN_FRONTEND=noninteractive with_fresh_lists \
        apt-get -qy -o DPkg::Lock::Timeout=300 --no-install-recommends install $missing
}

download() {
    with_fresh_lists apt-get -qy -o DPkg::Lock::Timeout=300 --no-install-recommends --download-only \
        -o Dir::Cache::archives="$BUILD/debs" install "$@"
}

unpack() { # links such as /lib -> usr/lib stay links, as on the host
    for deb in "$BUILD"/debs/*.deb; do
        dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$BUILD/tree.new" \
            --exclude './usr/share/doc/*' --exclude './usr/share/man/*' --exclude './usr/share/locale/*'
    done
}

# What apt gives depends on what the host has: an installed package is not downloaded.
wanted_stamp() {
    { echo "$LAB $APART"; cat "$0"; dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\n'; } |
        sha256sum | cut -d' ' -f1
}

set_up_lab() {
    stamp=$(wanted_stamp)
    [ "$(cat "$BUILD/stamp" 2>/dev/null || true)" != "$stamp" ] || return 0
    must_be_root
    say "fetching the lab's programs (strongSwan, libreswan, xl2tpd, pppd, pptpd and more)"
    rm -rf "$BUILD/debs" "$BUILD/tree.new" "$BUILD/stamp"
    mkdir -p "$BUILD/debs/partial" "$BUILD/tree.new/usr/bin" "$BUILD/tree.new/usr/sbin" \
        "$BUILD/tree.new/usr/lib" "$BUILD/tree.new/usr/lib64"
    for name in bin sbin lib lib64; do ln -s "usr/$name" "$BUILD/tree.new/$name"; done
    # shellcheck disable=SC2086
    download $LAB
    # shellcheck disable=SC2086
    download $APART
    unpack
    rm -rf "$BUILD/tree" "$BUILD/debs"
    mv "$BUILD/tree.new" "$BUILD/tree"
    echo "$stamp" >"$BUILD/stamp"
    say "ready: $(du -sm "$BUILD/tree" | cut -f1) MB in $BUILD/tree"
}

# By name and without what they depend on: these are programs to start by hand.
set_up_watch() {
    stamp=$({ echo "$WATCH"; cat "$0"; } | sha256sum | cut -d' ' -f1)
    [ "$(cat "$TREE/stamp" 2>/dev/null || true)" != "$stamp" ] || return 0
    must_be_root
    say "fetching Prometheus and rsyslog"
    rm -rf "$TREE"
    mkdir -p "$TREE/debs" "$TREE/tree"
    cd "$TREE/debs"
    # shellcheck disable=SC2086
    with_fresh_lists apt-get -q -o APT::Sandbox::User=root download $WATCH
    for deb in ./*.deb; do dpkg-deb -x "$deb" "$TREE/tree"; done
    cd "$CHECKOUT"
    rm -rf "$TREE/debs"
    echo "$stamp" >"$TREE/stamp"
    say "ready: $(du -sm "$TREE/tree" | cut -f1) MB in $TREE/tree"
}

mkdir -p "$BUILD"
case ${1:-all} in
host) set_up_host ;;
lab) set_up_lab ;;
watch) set_up_watch ;;
all) set_up_host; set_up_lab; set_up_watch ;;
*) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
