#!/usr/bin/env bash
# Builds the documentation as a site, from the Markdown as it stands: artifacts/site (or $SITE_OUTPUT), which any web server can serve.
# Needs Node.js 20 or later with npm. With --check every link of the site is followed in Chromium (Debian's package, or $CHROMIUM).
# $SITE_BASE is the folder below which the site will stand, "/" unless it is said.
set -euo pipefail
cd "$(dirname "$0")/site"

# Installed anew only if the lockfile is another than last time.
if ! cmp -s package-lock.json node_modules/installed-lock.json; then
    npm ci --no-audit --no-fund
    cp package-lock.json node_modules/installed-lock.json
fi

npx --no-install vitepress build .
[ "${1:-}" != --check ] || node check.mjs
