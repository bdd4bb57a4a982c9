"""Holds the simulator to its own description: schemathesis makes thousands of requests from /openapi.json, good and bad,
and nothing may fail, break its schema or be taken that the description forbids.

Usage: run.py PROGRAM, where PROGRAM is waycore-connect; run by the Python that has schemathesis.
"""

import json
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

# Together at least, so that a change cannot quietly make it a formality.
LEAST_CASES = 2_000
SEED = "1"

# Whether an institution exists or a cursor belongs to a query is nothing that a schema can say, so a request that fits
# the schema may still be refused with 400.
NOT_CHECKED = "positive_data_acceptance"


def call(base, method, path, body=None, key=None):
    request = urllib.request.Request(base + path, method=method)
    request.data = None if body is None else json.dumps(body).encode()
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    with urllib.request.urlopen(request, timeout=20) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def populate(base, key):
    """A synced connection, so that single objects are found; gives the configuration that names them."""
    entity = call(base, "POST", "/v1/entities", {"externalEntityId": "described"}, key)["entityId"]
    create = {"entityId": entity, "institutionId": "sim-instant"}
    connection = call(base, "POST", "/v1/connections", create, key)["id"]
    call(base, "PUT", f"/v1/connections/{connection}/setupCompletion", {}, key)
    call(base, "POST", "/_sim/clock", {"advanceSeconds": 3600})
    account = call(base, "GET", "/v1/accounts?limit=1", key=key)["data"][0]["id"]
    transaction = call(base, "GET", "/v1/transactions?limit=1", key=key)["data"][0]["id"]
    known = {
        "GET /v1/entities/{id}": entity,
        "GET /v1/institutions/{id}": "sim-standard",
        "GET /v1/connections/{id}": connection,
        "GET /v1/accounts/{id}": account,
        "GET /v1/transactions/{id}": transaction,
        "PUT /v1/connections/{id}/credentials": connection,
        "PUT /v1/connections/{id}/sync": connection,
    }
    parts = [f'[[operations]]\ninclude-name = "{name}"\nparameters = {{ id = "{value}" }}\n' for name, value in known.items()]
    return "\n".join(parts)


def fuzz(base, scopes, examples, folder):
    """Gives the number of cases, and whether nothing was found."""
    keys = call(base, "POST", "/_sim/organizations", {} if scopes is None else {"scopes": scopes})
    config = Path(folder) / "schemathesis.toml"
    config.write_text(populate(base, keys["apiKey"]) if scopes is None else "")
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(config), "run", f"{base}/openapi.json",
        "--header", f"Authorization: Bearer {keys['apiKey']}", "--seed", SEED, "--max-examples", str(examples),
        "--checks", "all", "--exclude-checks", NOT_CHECKED, "--no-color", "--continue-on-failure",
    ]
    run = subprocess.run(command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    found = re.search(r"(\d[\d,]*) generated", run.stdout)
    cases = int(found.group(1).replace(",", "")) if found else 0
    if run.returncode != 0 or cases == 0:
        print(run.stdout)
    return cases, run.returncode == 0 and cases > 0


def main(program):
    command = [program, "sim", "--port", "0", "--speed", "0"]
    with tempfile.TemporaryDirectory() as folder, subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as simulator:
        try:
            base = simulator.stdout.readline().split(": ", 1)[1].strip().rstrip("/")
            with_scopes, good = fuzz(base, None, 45, folder)
            without, also_good = fuzz(base, [], 10, folder)
        finally:
            simulator.terminate()
    total = with_scopes + without
    print(f"{total} requests made from the description: {with_scopes} with all scopes, {without} without any")
    if total < LEAST_CASES:
        print(f"that is fewer than {LEAST_CASES}")
    return good and also_good and total >= LEAST_CASES


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1]) else 1)
