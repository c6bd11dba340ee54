"""Schemathesis asks every endpoint of the contract what its OpenAPI document allows, and what it does not.

The document is the gateway's; the engine, which serves the same contract without a document, is held to it, too. What Gavel
sends is held to the document's webhooks.
"""

import json
import subprocess
import sys
from pathlib import Path

import httpx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from fixtures.programs import environment  # noqa: E402
from fixtures.services import TLS, serve  # noqa: E402
from openapi import webhooks  # noqa: E402


def main() -> int:
    document = HERE / "../test-results/openapi.json"
    document.parent.mkdir(exist_ok=True)
    codes = []
    # The gateway with the engine inside is the same code as the one before an upstream.
    for kind in ("gateway", "engine"):
        with serve(kind) as service:
            if service.is_gateway:
                answer = httpx.get(f"{service.program.origin}/api/openapi.json", verify=TLS)
                document.write_bytes(answer.raise_for_status().content)
            print(f"schemathesis asks the {kind}", flush=True)
            command = [
                Path(sys.executable).with_name("schemathesis"), "run", document.resolve(),
                "--url", service.program.base_url, "--header", f"Authorization: Bearer {service.key}", *sys.argv[1:],
            ]  # fmt: skip
            codes.append(subprocess.run(command, cwd=HERE, env=environment()).returncode)
    print("what is sent is compared with the webhooks", flush=True)
    wrong = list(webhooks.problems(json.loads(document.read_text("utf-8"))))
    print("\n".join(wrong or ["all as described"]), flush=True)
    return max(*codes, int(bool(wrong)))


if __name__ == "__main__":
    sys.exit(main())
