"""Prints what Python's email package shows of each letter of an mbox, as NDJSON: subject, text, hosts of links."""

import email
import email.policy
import html.parser
import json
import mailbox
import re
import sys


INLINE = "a abbr b bdo big code em font i ins label mark o:p q s small span strike strong sub sup tt u".split()


class Text(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts, self.hidden, self.hosts = [], 0, []

    def handle_starttag(self, tag, attrs):
        self.hidden += tag in ("script", "style", "title")
        for name, value in attrs:
            if name == "href" and tag in ("a", "area"):
                found = re.match(r"\s*https?://([^/?#:\s@]+)", value or "", re.I)
                self.hosts += [found.group(1).lower().rstrip(".")] if found else []
        self.parts.append("" if tag in INLINE else " ")

    def handle_endtag(self, tag):
        self.hidden = max(0, self.hidden - (tag in ("script", "style", "title")))
        self.parts.append("" if tag in INLINE else " ")

    def handle_data(self, data):
        if not self.hidden:
            self.parts.append(data)


def content(part):
    try:
        return part.get_content()
    except (LookupError, KeyError, ValueError):
        return (part.get_payload(decode=True) or b"").decode("latin-1")


for letter in mailbox.mbox(sys.argv[1], create=False):
    message = email.message_from_bytes(letter.as_bytes(), policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    text, hosts = "", []
    pages = [part for part in message.walk() if part.get_content_type() == "text/html" and not part.is_attachment()]
    for page in pages:
        parser = Text()
        parser.feed(content(page))
        hosts += parser.hosts
        if page is body or (body is not None and page.as_bytes() == body.as_bytes()):
            text = "".join(parser.parts)
    if body is not None and body.get_content_type() != "text/html":
        text = content(body)
    print(json.dumps({"subject": str(message["subject"] or ""), "text": text, "hosts": hosts}))
