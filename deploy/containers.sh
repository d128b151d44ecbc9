#!/usr/bin/env bash
# Builds both images, runs the demo through the compose stack over HTTP, and takes everything down again.
# Uses `docker compose`, else `podman-compose`; COMPOSE names another one, with its options.
#
#   COMPOSE         the compose command, quoted as for a shell    docker compose | podman-compose
#   PUBLISHED_PORT  port of the stack while it is checked         18080
#   OUTPUT          where the demo's stems go                     demo-output
#   KEEP=1          leave the stack running at the end
# Where no registry can be reached: PIP_INDEX_URL, PIP_FIND_LINKS, TORCH_INDEX_URL (see DEPLOYMENT.md).
set -euo pipefail
cd "$(dirname "$0")/.."

export COMPOSE_PROJECT_NAME=${COMPOSE_PROJECT_NAME:-stemify-check}
export PUBLISHED_PORT=${PUBLISHED_PORT:-18080} FRONT_SUBNET=${FRONT_SUBNET:-172.30.98.0/24}
url=http://localhost:$PUBLISHED_PORT
output=${OUTPUT:-demo-output}

find_compose() {
    if [[ -n ${COMPOSE:-} ]]; then eval "compose=($COMPOSE)"
    elif docker compose version >/dev/null 2>&1; then compose=(docker compose)
    elif command -v podman-compose >/dev/null; then compose=(podman-compose)
    else echo "Neither 'docker compose' nor 'podman-compose' is here; install one, or name it with COMPOSE=." >&2; exit 2
    fi
    # Podman's name server answers at the first address of the network, Docker's always at the same one.
    [[ ${compose[*]} != *podman* ]] || export NGINX_RESOLVER=${NGINX_RESOLVER:-${FRONT_SUBNET%.*}.1}
}

step() { printf '\n== %s\n' "$*"; }

show_why() {
    step "The stack did not work; its last words:"
    "${compose[@]}" ps || true
    "${compose[@]}" logs --tail 40 || true
}

finish() {
    local status=$?
    ((status == 0)) || show_why
    [[ ${KEEP:-} == 1 ]] || { step "Taking the stack down"; "${compose[@]}" down --volumes >/dev/null 2>&1 || true; }
    exit "$status"
}

find_compose
step "Building both images with ${compose[*]}"
"${compose[@]}" build api worker

trap finish EXIT
step "Starting valkey, api, worker and nginx"
"${compose[@]}" up -d

step "Waiting for $url/health/ready"
.venv/bin/python deploy/check_stack.py "$url"

step "What the API's image must not hold"
"${compose[@]}" exec -T api python -c '
import importlib.util
held = [name for name in ("torch", "demucs", "worker", "cli", "training", "pip") if importlib.util.find_spec(name)]
raise SystemExit(f"the image of the API holds {held}" if held else None)'
echo "no torch, demucs, worker, cli, training, pip"

step "The demo, through nginx, over HTTP"
.venv/bin/stemify demo --server "$url" -o "$output"
