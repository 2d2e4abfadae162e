#!/usr/bin/env bash
# Runs a plan and holds what is counted (round trips, octets, connections, calls, lost and doubled messages) against a
# baseline: any difference has a cause, on a busy machine as on a quiet one. The last line says what is worse, or gone.
#   scripts/ci/counted-gate.sh [PLAN [BASELINE]]     by default the plan `counted` and results/baseline/counted
# Status: 0 nothing is worse, 1 something is; otherwise what `run` or `compare` ended with.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
plan=${1:-counted} baseline=${2:-$root/results/baseline/counted}

out=$(mktemp -d "${TMPDIR:-/tmp}/mailbench-gate.XXXXXX")
trap 'rm -rf "$out"' EXIT

status=0
node "$root/src/cli/main.ts" run "$plan" --out "$out/runs" --quiet >"$out/run.log" || status=$?
if ((status != 0)); then
  tail -n 40 "$out/run.log"
  exit "$status"
fi
node "$root/src/cli/main.ts" compare "$baseline" "$out"/runs/* --counted --baseline
