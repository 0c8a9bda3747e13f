#!/bin/sh
# Makes a machine for one test: all of this one's files, where whatever is written goes to memory. Called as the first
# process of a mount and process namespace, so that nothing of it is left when it ends. Usage: machine.sh ROOT SCRIPT ARGS
set -eu
root=$1
shift
mount -t tmpfs -o mode=0755 machine "$root"
mkdir "$root/written" "$root/work" "$root/all"
mount -t overlay -o "lowerdir=/,upperdir=$root/written,workdir=$root/work" machine "$root/all"
mount -t proc proc "$root/all/proc"
mount --rbind /dev "$root/all/dev"
mount -t tmpfs -o mode=0755 run "$root/all/run"
exec chroot "$root/all" sh -eu "$@"
