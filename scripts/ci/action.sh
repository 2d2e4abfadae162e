#!/usr/bin/env bash
# What action.yml does, all of it: runs a plan, compares with a baseline, and tells GitHub. Its inputs come as variables,
# never as text of the script; those that hold several words have one on a line:
#   MAILBENCH_PLAN, MAILBENCH_ARGUMENTS, MAILBENCH_THRESHOLDS, MAILBENCH_BASELINE, MAILBENCH_COMPARE, MAILBENCH_HISTORY,
#   MAILBENCH_FAIL_WITHIN
# Of GitHub it uses RUNNER_TEMP, GITHUB_STEP_SUMMARY and GITHUB_OUTPUT, and does without where they are not set.
# Ends with the graver status of `run` and `compare`. For bash 3.2, which macOS has.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
[[ -z ${GITHUB_WORKSPACE:-} ]] || cd "$GITHUB_WORKSPACE" || exit 2

mailbench() { node "$root/src/cli/main.ts" "$@"; }

# each_line TEXT COMMAND…: calls COMMAND with each line of TEXT that is not blank, without the space around it.
each_line() {
  local line text=$1
  shift
  while IFS= read -r line || [[ -n $line ]]; do
    line="${line#"${line%%[![:space:]]*}"}"
    line="${line%"${line##*[![:space:]]}"}"
    [[ -z $line ]] || "$@" "$line"
  done <<<"$text"
}

output() { [[ -z ${GITHUB_OUTPUT:-} ]] || printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

if [[ ! -d $root/node_modules ]]; then
  npm ci --prefix "$root" --omit=dev --no-audit --no-fund || exit 2
fi

temp=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/mailbench.XXXXXX") || exit 2
export NO_COLOR=1

run_words=(run "${MAILBENCH_PLAN:-quick}" --out "$temp/artifact" --json --quiet)
add_word() { run_words+=("$1"); }
add_threshold() { run_words+=(--threshold "$1"); }
each_line "${MAILBENCH_THRESHOLDS:-}" add_threshold
each_line "${MAILBENCH_ARGUMENTS:-}" add_word
[[ -z ${MAILBENCH_HISTORY:-} ]] || run_words+=(--history "$MAILBENCH_HISTORY")

status=0
mailbench "${run_words[@]}" >"$temp/run.json" 2>"$temp/run.err" || status=$?
cat "$temp/run.err" >&2

run=
for found in "$temp"/artifact/*/; do [[ ! -f $found/run.json ]] || run=${found%/}; done
# For people who read the log.
if [[ -n $run ]]; then mailbench report "$run" || true; fi

compare_words=()
add_compare_word() { compare_words+=("$1"); }
each_line "${MAILBENCH_BASELINE:-}" add_compare_word
# A run that is invalid, or of which nothing arrived, is compared with nothing.
if ((${#compare_words[@]} > 0)) && [[ -n $run && $status =~ ^[01]$ ]]; then
  each_line "${MAILBENCH_COMPARE:-}" add_compare_word
  compared=0
  mailbench compare "${compare_words[@]}" --json -- "$run" >"$temp/compare.json" 2>"$temp/compare.err" || compared=$?
  cat "$temp/compare.err" >&2
  if [[ -s $temp/compare.json ]]; then mailbench compare "${compare_words[@]}" -- "$run" || true; fi
  # 3 (invalid) and 2 (refused) tell more than a threshold that failed.
  if ((compared > status)); then status=$compared; fi
fi

if [[ -n ${MAILBENCH_HISTORY:-} && -s ${MAILBENCH_HISTORY:-} ]]; then
  cp "$MAILBENCH_HISTORY" "$temp/artifact/history.csv" || true
  trend=0
  mailbench history --file "$MAILBENCH_HISTORY" ${MAILBENCH_FAIL_WITHIN:+--fail-within "$MAILBENCH_FAIL_WITHIN"} \
    >"$temp/history.txt" 2>"$temp/history.err" || trend=$?
  cat "$temp/history.err" >&2
  if ((trend == 1)); then
    echo "mailbench: a figure became worse in one of the latest $MAILBENCH_FAIL_WITHIN runs, see the history" >"$temp/history.err"
  fi
  if ((trend > status)); then status=$trend; fi
fi

output run "$run"
output artifact "${run:+$temp/artifact}"
output status "$status"
node "$root/scripts/ci/report.ts" "$temp" ${run:+"$run"} || true
exit "$status"
