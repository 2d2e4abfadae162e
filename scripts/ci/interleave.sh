#!/usr/bin/env bash
# Benchmarks two checkouts in turns on one machine, so that what drifts hits both alike, and compares them:
#   scripts/ci/interleave.sh [--rounds N] [--out DIR] BASE HEAD -- WORDS OF RUN…
# Each round (10 by default) runs both, base first and head first by turns, with the same seed; give the plan a
# repetition or two. MAILBENCH is the command that is called in each checkout's folder with `run …`, by default the
# mailbench that it holds; set it to a script of yours that starts what the checkout builds, and benchmarks that.
# Results: DIR/base/* and DIR/head/*. Status: of `compare`, 1 when head is worse; or of the run that failed.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

usage() {
  echo "usage: interleave.sh [--rounds N] [--out DIR] BASE HEAD -- WORDS OF RUN..." >&2
  exit 2
}

rounds=10 out=
while (($# > 0)); do
  case $1 in
    --rounds) rounds=${2:-}; shift 2 || usage ;;
    --out) out=${2:-}; shift 2 || usage ;;
    -*) usage ;;
    *) break ;;
  esac
done
(($# >= 3)) && [[ $3 == -- && $rounds =~ ^[1-9][0-9]*$ ]] || usage
base=$1 head=$2
shift 3
[[ -n $out ]] || out=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/mailbench-interleave.XXXXXX")
mkdir -p "$out/base" "$out/head"
out=$(cd "$out" && pwd)

# one SIDE CHECKOUT ROUND WORDS…: a threshold that fails (1) is no reason to stop, everything else is.
one() {
  local side=$1 checkout=$2 round=$3 status=0
  shift 3
  echo "round $round of $rounds: $side" >&2
  (cd "$checkout" && ${MAILBENCH:-node src/cli/main.ts} run "$@" --out "$out/$side" --seed "$round" --quiet >"$out/$side.log") ||
    status=$?
  ((status <= 1)) || { tail -n 40 "$out/$side.log" >&2; exit "$status"; }
}

for ((round = 1; round <= rounds; round++)); do
  if ((round % 2 == 1)); then
    one base "$base" "$round" "$@"
    one head "$head" "$round" "$@"
  else
    one head "$head" "$round" "$@"
    one base "$base" "$round" "$@"
  fi
done

echo "runs: $out/base $out/head"
node "$root/src/cli/main.ts" compare "$out"/base/*/ -- "$out"/head/*/
