#!/usr/bin/env bash
# scripts/debian-packages.sh NAME...: installs those packages that are missing. Servers that come with them are
# not configured, not started, and not touched when they were there before.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
readonly policy=/usr/sbin/policy-rc.d

die() {
  echo "debian-packages: $1" >&2
  exit 1
}

is_installed() {
  [[ $(dpkg-query --show --showformat '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

command -v dpkg-query >/dev/null || die "$*: Debian or Ubuntu is needed: there is no dpkg here"
missing=()
for name in "$@"; do is_installed "$name" || missing+=("$name"); done
((${#missing[@]} > 0)) || exit 0
((EUID == 0)) || die "not installed, and only root can: apt-get install --no-install-recommends ${missing[*]}"
command -v apt-get >/dev/null || die "${missing[*]}: not installed, and there is no apt-get to install them"

log=$(mktemp "${TMPDIR:-/tmp}/debian-packages.XXXXXX")
trap 'rm -f "$log"' EXIT
echo "debian-packages: installing ${missing[*]}"
# A Postfix without a configuration is not started.
[[ " ${missing[*]} " != *' postfix '* ]] ||
  echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections 2>/dev/null ||
  die 'debconf-set-selections failed'
# Nor is anything else where this file says so (Debian Policy §9.3.3.1); one that is there says enough.
if [[ ! -e $policy ]]; then
  trap 'rm -f "$log" "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi
apt=(apt-get -q -y -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3)
{
  "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "${missing[@]}"
} >"$log" 2>&1 </dev/null || {
  tail -n 15 "$log" >&2
  die "apt-get could not install ${missing[*]}"
}
