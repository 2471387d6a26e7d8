#!/usr/bin/env bash
# The Dockerfile's steps without Docker: builds in a clean folder, keeps only what the image keeps, starts it with a read-only root
# and a writable data folder, and asks /ready. Needs Node 24 and the right to unshare mounts. Prints what it found; exit 1 when it fails.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
pid=""
finish() {
  [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

# What .dockerignore lets through, of the files that are committed.
mkdir -p "$work/build" "$work/app" "$work/data"
git archive HEAD package.json package-lock.json server.ts vite.config.ts tsconfig.json lib public scripts | tar -x -C "$work/build"

echo "stage 1: all packages, and the page"
(cd "$work/build" && npm ci --no-audit --no-fund --loglevel=error >/dev/null && npm run --silent build >/dev/null)

echo "stage 2: production packages"
cp "$work/build/package.json" "$work/build/package-lock.json" "$work/app/"
node24="$work/build/node_modules/node/bin/node"
(cd "$work/app" && PATH="$work/build/node_modules/.bin:$PATH" npm ci --omit=dev --no-audit --no-fund --loglevel=error >/dev/null)

echo "stage 3: what runs"
mkdir -p "$work/app/dist"
cp -r "$work/build/dist/public" "$work/app/dist/public"
cp -r "$work/build/server.ts" "$work/build/lib" "$work/build/scripts" "$work/app/"
# One short life fills the cache of compiled code, as in the image by the user who runs the server later.
export NODE_COMPILE_CACHE="$work/app/compile-cache"
(cd "$work/app" && "$node24" scripts/first-life.mjs)
ls -d "$work/app/compile-cache/"*-"$(id -u)" >/dev/null

log="$work/log"
unshare --mount bash -c '
  set -e
  mount --bind "$1/data" "$1/data"
  mount -o remount,bind,ro / 2>/dev/null || { mount --bind "$1/app" "$1/app"; mount -o remount,bind,ro "$1/app"; }
  cd "$1/app"
  ! touch "$1/app/probe" 2>/dev/null || { echo "the root can be written"; exit 1; }
  exec env -i PATH=/usr/bin:/bin NODE_ENV=production PORT=0 HOST=127.0.0.1 DATA_DIR="$1/data" NODE_COMPILE_CACHE="$1/app/compile-cache" "$2" --import ./scripts/early-signals.mjs server.ts
' rehearse "$work" "$node24" >"$log" 2>&1 &
pid=$!

for _ in $(seq 100); do
  port=$(grep -o 'ready on http://localhost:[0-9]*' "$log" | grep -o '[0-9]*$' || true)
  [ -n "$port" ] && break
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.1
done
[ -n "${port:-}" ] || { echo "it did not start:"; cat "$log"; exit 1; }
"$node24" --input-type=module -e "
  import { readdirSync } from 'node:fs';
  const base = 'http://127.0.0.1:$port';
  const [ready, page] = await Promise.all([fetch(base + '/ready'), fetch(base + '/')]);
  console.log('ready:', ready.status, '- page:', page.status, '- data:', readdirSync('$work/data').join(' '));
  process.exit(ready.ok && page.ok ? 0 : 1);
"
echo "production packages: $(du -sm "$work/app/node_modules" | cut -f1) MB, page: $(du -sm "$work/app/dist" | cut -f1) MB"
