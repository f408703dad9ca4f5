#!/usr/bin/env bash
# Brings src/Runtime/PublicAPI/PublicAPI.Unshipped.txt up to date with the code: adds what is new, takes out what is gone.
set -euo pipefail
cd "$(dirname "$0")/.."
list=src/Runtime/PublicAPI/PublicAPI.Unshipped.txt
log=$(dotnet build src/Runtime --no-incremental || true)
gone=$(sed -nE "s/.*RS0017: Symbol '(.*)' is part of the declared API.*/\1/p" <<< "$log" | sort -u)
new=$(sed -nE "s/.*RS0016: Symbol '(.*)' is not part of the declared public API.*/\1/p" <<< "$log" | sort -u)
{
    echo '#nullable enable'
    { tail -n +2 "$list" | grep -vxFf <(printf '%s\n' "$gone" | grep .) || true; printf '%s\n' "$new" | grep . || true; } | LC_ALL=C sort -u
} > "$list.new"
mv "$list.new" "$list"
