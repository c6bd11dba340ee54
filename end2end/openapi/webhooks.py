"""Every webhook of the document is sent by a running Gavel, with the headers and the body that the document describes."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import httpx
import jsonschema_rs

from fixtures.programs import Gavel
from fixtures.receivers import Posted, Webhook
from fixtures.services import client
from fixtures.upstream import KEY, Upstream
from fixtures.waiting import until
from soak.people import Moderator

SITE = "shop.example.com"


def sent(events: set[str]) -> tuple[list[Posted], str]:
    """What an app is sent when all of this has happened, and the secret that signs it."""
    with ExitStack() as stack:
        app, upstream = stack.enter_context(Webhook()), stack.enter_context(Upstream())
        flags = ("--feedback-undo", "0s", "--callback-hosts", "any")
        gavel = stack.enter_context(Gavel(*flags, upstream=upstream.base_url, upstream_key=KEY))
        set_up = ("callback", "set", "--site", SITE, "--url", app.url, "--callback-hosts", "any")
        secret = gavel.command(*set_up).splitlines()[-1]
        person = stack.enter_context(closing(Moderator("ana", "webhooks", gavel, "admin")))
        shop = stack.enter_context(client(gavel.base_url, gavel.token("shop", site=SITE)))

        def told() -> set[str]:
            return {posted.headers["gavel-event"] for posted in app.taken}

        def check(number: int) -> httpx.Response:
            return shop.post("check", json={"message": f"message {number}", "external_id": f"post-{number}"})

        def seen(answer: httpx.Response) -> str:
            row = gavel.row(answer)
            return f"{row['id']}~{row['version']}"

        answer = check(1)
        assert person.call("labels/rows", {"one": f"ham:{seen(answer)}"})
        until("the label", lambda: "decision.label" in told())
        assert person.call("labels/remove", {"row": seen(answer)})
        until("the undo", lambda: "decision.undo" in told())
        # The detector answers while the upstream is away; it is asked again when it is back.
        upstream.answer("check", 500, b"{}")
        check(2)
        upstream.recover()
        assert person.call("callbacks/try", {"site": SITE})
        until("every event of the document", lambda: told() >= events)
        return list(app.taken), secret


def problems(document: dict[str, Any]) -> Iterator[str]:
    """What is not as the document says."""
    posts = {event: item["post"] for event, item in document["webhooks"].items()}
    taken, secret = sent(set(posts))
    for posted in taken:
        event = posted.headers["gavel-event"]
        if event not in posts:
            yield f"{event} is not in the document"
            continue
        for header in posts[event]["parameters"]:
            if header["required"] and header["name"].lower() not in posted.headers:
                yield f"{event} has no header {header['name']}"
        if not posted.is_signed_by(secret):
            yield f"{event} is not signed as the document says"
        described = posts[event]["requestBody"]["content"]["application/json"]
        schema = described["schema"] | {"components": document["components"]}
        for body in (posted.json, described["example"]):
            for error in jsonschema_rs.validator_for(schema).iter_errors(body):
                yield f"{event}: {error.message}"
        if unknown := posted.json.keys() - document["components"]["schemas"]["Decision"]["properties"].keys():
            yield f"{event} has fields that the document does not name: {sorted(unknown)}"
