#!/usr/bin/env bash
# npm run test:system: the product against servers and clients that other people wrote. Installs what is
# missing, starts a Postfix of its own on free loopback ports, runs src/**/*.system.test.ts, stops what it
# started. The machine's default Postfix, if it has one, is neither read nor touched.
# Arguments are passed on to vitest.
set -euo pipefail
cd "$(dirname "$0")/.."
# The Node of the `node` dev dependency, also when this is not started by npm.
export PATH="$PWD/node_modules/.bin:$PATH:/usr/sbin:/sbin"
export LC_ALL=C

# Cyrus SASL, not Dovecot: it is a library in smtpd, so there is no second server to start and to stop.
packages=(postfix sasl2-bin libsasl2-modules swaks libnet-ssleay-perl curl tshark)

# Reports are looked at in any browser of this family; Ubuntu has none among its packages, but mostly Chrome.
find_browser() {
  command -v chromium google-chrome chromium-browser | head -n 1
}
[[ -n $(find_browser) ]] || packages+=(chromium)

die() {
  echo "test:system: $1" >&2
  exit 1
}

# Two ports that are free now, both held until both are known.
free_ports() {
  node --input-type=module -e "
    import { createServer } from 'node:net'
    const servers = [0, 0].map(port => createServer().listen(port, '127.0.0.1'))
    await Promise.all(servers.map(server => new Promise(done => server.once('listening', done))))
    console.log(servers.map(server => server.address().port).join(' '))
    for (const server of servers) server.close()"
}

write_certificate() {
  CERTIFICATE_DIR="$work/tls" node --input-type=module -e "
    import { writeFileSync } from 'node:fs'
    import { createCertificate } from './src/sink/certificate.ts'
    for (const [name, pem] of Object.entries(await createCertificate()))
      writeFileSync(process.env.CERTIFICATE_DIR + '/' + name + '.pem', pem, { mode: 0o600 })"
}

# Debian's Postfix looks in sasl/ beside main.cf and nowhere else; others look where cyrus_sasl_config_path says.
write_users() {
  cat >"$work/etc/sasl/smtpd.conf" <<END
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: $work/etc/sasl/users
mech_list: PLAIN LOGIN
END
  printf '%s' "$password" | saslpasswd2 -p -c -f "$work/etc/sasl/users" -u "$realm" bench
  chown postfix "$work/etc/sasl/users"
}

write_main_cf() {
  cat >"$work/etc/main.cf" <<END
compatibility_level = 3.6
queue_directory = $work/queue
data_directory = $work/data
maillog_file = $work/mail.log
maillog_file_prefixes = $work
enable_long_queue_ids = yes

myhostname = $realm
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
alias_maps =
alias_database =
local_recipient_maps =
smtpd_peername_lookup = no
disable_dns_lookups = yes

# Nothing leaves: every route ends in discard(8), which logs as if it had been delivered.
default_transport = discard:mailbench
# What goes to this domain is kept, to be compared with what was sent.
transport_maps = inline:{ { $kept_domain = keep: } }
keep_destination_recipient_limit = 1
relay_transport = discard:mailbench
local_transport = discard:mailbench
virtual_transport = discard:mailbench

smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = $work/tls/cert.pem
smtpd_tls_key_file = $work/tls/key.pem
smtpd_tls_loglevel = 1

smtpd_sasl_auth_enable = yes
smtpd_sasl_type = cyrus
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = $realm
smtpd_sasl_security_options = noanonymous
cyrus_sasl_config_path = $work/etc/sasl
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = check_recipient_access inline:{ { $refused_domain = 550 5.1.1 no such user } }

# What protects a public server would measure itself here.
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_client_message_rate_limit = 0
smtpd_client_recipient_rate_limit = 0
smtpd_client_new_tls_session_rate_limit = 0
smtpd_client_auth_rate_limit = 0
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 100000
smtpd_hard_error_limit = 100000
in_flow_delay = 0
# A test kills smtpd: after a crash on its first client the service would rest for a minute.
service_throttle_time = 1s
# A test stops it: what that cut off is deferred, and would be tried again after five minutes.
minimal_backoff_time = 1s
queue_run_delay = 1s
transport_retry_time = 1s
END
}

write_master_cf() {
  cat >"$work/etc/master.cf" <<END
127.0.0.1:$submission_port inet n - n - - smtpd
127.0.0.1:$smtps_port inet n - n - - smtpd
  -o syslog_name=postfix/smtps -o smtpd_tls_wrappermode=yes
pickup    unix       n - n 60   1 pickup
cleanup   unix       n - n -    0 cleanup
qmgr      unix       n - n 300  1 qmgr
tlsmgr    unix       - - n 1000 1 tlsmgr
rewrite   unix       - - n -    - trivial-rewrite
bounce    unix       - - n -    0 bounce
defer     unix       - - n -    0 bounce
trace     unix       - - n -    0 bounce
error     unix       - - n -    - error
retry     unix       - - n -    - error
discard   unix       - - n -    - discard
keep      unix       - n n -    - pipe user=nobody argv=/bin/sh $work/etc/keep.sh \${queue_id}
postlog   unix-dgram n - n -    1 postlogd
END
}

# Master leads a process group of its own: when the group is empty, nothing writes to the folder any more.
stop_postfix() {
  local master i
  # A stale pid file may by now name somebody else's process.
  postfix -c "$work/etc" status >/dev/null 2>&1 || return 0
  master=$(tr -d ' ' <"$work/queue/pid/master.pid")
  postfix -c "$work/etc" stop >"$work/stop.log" 2>&1 || true
  for ((i = 0; i < 50; i++)); do
    kill -0 -- "-$master" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL -- "-$master" 2>/dev/null || true
}

stop() {
  local status=$?
  trap - EXIT
  if [[ -f $work/etc/main.cf ]]; then
    stop_postfix
    ((status == 0)) || show_log
  fi
  rm -rf "$work"
  exit "$status"
}

show_log() {
  echo '--- the last warnings of Postfix' >&2
  grep -E 'warning|error|fatal|panic' "$work/mail.log" 2>/dev/null | tail -n 20 >&2 || true
}

((EUID == 0)) || die 'root is needed: Postfix cannot be started by another user'
[[ -x node_modules/.bin/node ]] || die 'node_modules is missing: run npm ci first'
bash scripts/debian-packages.sh "${packages[@]}"

work=$(mktemp -d "${TMPDIR:-/tmp}/mailbench-system.XXXXXX")
trap stop EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

readonly realm=mail.mailbench.test refused_domain=refused.mailbench.test kept_domain=kept.mailbench.test
password=$(head -c 18 /dev/urandom | base64 | tr '+/' 'xy')
read -r submission_port smtps_port < <(free_ports)

# Postfix's own users must be able to walk in; what is secret in it is closed file by file.
chmod 755 "$work"
mkdir -p "$work/etc/sasl" "$work/tls" "$work/queue" "$work/data" "$work/runs"
# A Postfix that was stopped while it took mail leaves an unfinished file in its queue. At the next start postsuper
# warns of it, no longer as root, and fails if it may not write to the log.
install -m 666 /dev/null "$work/mail.log"
chown postfix "$work/data"
install -d -o nobody -m 755 "$work/kept"
# pipe(8) hands each message to it, as nobody; what is not whole yet has another name.
cat >"$work/etc/keep.sh" <<END
cat >"$work/kept/.\$1" && mv "$work/kept/.\$1" "$work/kept/\$1"
END
write_certificate
write_users
write_main_cf
write_master_cf
postfix -c "$work/etc" start >"$work/start.log" 2>&1 || {
  cat "$work/start.log" "$work/mail.log" 2>/dev/null | tail -n 15 >&2
  die 'Postfix did not start'
}

MAILBENCH_SYSTEM_DIR=$work \
  MAILBENCH_SYSTEM_PASSWORD=$password \
  MAILBENCH_SYSTEM_SUBMISSION_PORT=$submission_port \
  MAILBENCH_SYSTEM_SMTPS_PORT=$smtps_port \
  MAILBENCH_SYSTEM_BROWSER=$(find_browser) \
  MAILBENCH_SYSTEM_REFUSED_DOMAIN=$refused_domain \
  MAILBENCH_SYSTEM_KEPT_DOMAIN=$kept_domain \
  node node_modules/vitest/vitest.mjs run --config vitest.system.config.ts "$@"
