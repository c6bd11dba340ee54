"""The facts that hold beyond the guide, in the order of the list of what real clients do: one test or more a fact."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from fixtures.waiting import until
from fixtures.programs import Engine, Gavel
from fixtures.services import CHECKS, ENDPOINTS, HAM, SPAM, Service, client, serve
from fixtures.upstream import CHECK, KEY, STATS, Upstream

MINUTE = b'{"error":"Rate Limit Exceeded","message":"Too many requests","remaining":0}'
MONTH = (
    b'{"error":"Rate Limit Exceeded","message":"Monthly request limit exceeded",'
    b'"limit":50000,"used":50000,"remaining":0}'
)


# 1. Keys arrive five ways.


def styles(key: str) -> dict[str, dict[str, Any]]:
    return {
        "Bearer": {"headers": {"Authorization": f"Bearer {key}"}},
        "bearer in lower case": {"headers": {"Authorization": f"bearer {key}"}},
        "X-API-Key": {"headers": {"X-API-Key": key}},
        "the vendor's WordPress plugin": {"headers": {"X-API-Key": key, "User-Agent": "WordPress/6.8; ActiveLayer"}},
        "query": {"params": {"api_key": key}},
        "body": {"json": {"api_key": key}},
    }


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("style", styles(""))
def test_fact_01_a_key_is_taken_where_clients_put_it(service: Service, endpoint: str, style: str) -> None:
    placed = styles(service.key)[style]
    body = {"message": HAM}
    if endpoint == "feedback":
        body = {"detection_id": service.check().json()["detection_id"], "is_spam": False}
    if ENDPOINTS[endpoint] == "POST" or "json" in placed:
        placed["json"] = {**body, **placed.get("json", {})}
    with service.anonymous as http:
        answer = http.request(ENDPOINTS[endpoint], endpoint, **placed)
    assert answer.status_code == 200, answer.text
    assert service.key not in answer.text


@pytest.mark.parametrize("style", styles(""))
@pytest.mark.parametrize("endpoint", ["check", "check-comment", "feedback"])
def test_fact_01_a_key_is_never_forwarded(gateway: Service, upstream: Upstream, endpoint: str, style: str) -> None:
    with gateway.anonymous as http:
        placed = styles(gateway.key)[style]
        body = {"message": HAM, "detection_id": "4b6c9c42-63d6-4eac-9ff7-1965b0dbc1c9", "is_spam": True}
        placed["json"] = {**body, **placed.get("json", {})}
        gateway.check()
        assert http.post(endpoint, **placed).status_code == 200
    asked = upstream.asked(endpoint)[-1]
    assert gateway.key not in repr(asked)
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert "api_key" not in repr(asked) and "x-api-key" not in asked.headers


def test_fact_01_a_key_is_never_stored_logged_or_echoed(kind: str) -> None:
    stray = "a-key-that-opens-nothing-9f2d"
    with serve(kind) as service, service.anonymous as http:
        post, answers = http.post, []
        for placed in styles(service.key).values():
            placed["json"] = {"message": HAM, **placed.get("json", {})}
            answers.append(post(f"{service.program.base_url}/check", **placed))
        # A second key beside the one that opens, and one that opens nothing.
        answers.append(service.http.post("check", json={"message": HAM, "api_key": stray}, params={"api_key": stray}))
        for placed in styles(stray).values():
            answers.append(post(f"{service.program.base_url}/check", **placed))
        metrics = service.http.get(f"{service.program.origin}/metrics")
        told = "".join(answer.text + repr(answer.headers) for answer in answers) + metrics.text
        service.program.stop()
        kept = service.program.files() if isinstance(service.program, Gavel) else b""
        for secret in (service.key, stray, *([Engine.KEY] if kind == "gateway" else [])):
            assert secret not in told
            assert secret not in service.program.output
            assert secret.encode() not in kept


def test_fact_01_the_upstreams_key_is_in_no_answer_log_metric_or_file() -> None:
    flags = ("--log-level", "trace")
    with Upstream() as upstream, Gavel(*flags, upstream=upstream.base_url, upstream_key=KEY) as gavel:
        token = gavel.token("shop")
        with client(gavel.base_url, token) as http:
            assert http.post("check", json={"message": HAM}).content == CHECK
            # An upstream that repeats the key in an error, as a careless one does.
            careless = json.dumps({"error": "Invalid API key", "message": f"Key {KEY} is not valid"}).encode()
            upstream.answer("check", 401, careless)
            upstream.answer("stats", 401, careless)
            answers = [http.post("check", json={"message": HAM}), http.get("stats"), http.get("verify")]
            answers += [http.get(f"{gavel.origin}{path}") for path in ("/metrics", "/readyz", "/healthz")]
        gavel.stop()
        assert KEY not in "".join(answer.text + repr(answer.headers) for answer in answers)
        assert "TRACE" in gavel.output
        assert KEY not in gavel.output
        assert token not in gavel.output
        assert HAM not in gavel.output
        assert KEY.encode() not in gavel.files()


# 2. Optional fields arrive as empty strings.


@pytest.mark.parametrize("endpoint", CHECKS)
@pytest.mark.parametrize("blank", ["", " ", None])
def test_fact_02_blank_fields_are_absent(service: Service, endpoint: str, blank: str | None) -> None:
    names = ("email", "name", "ip", "timestamp", "user_agent", "website_url", "domain")
    answer = service.http.post(endpoint, json={"message": HAM, **dict.fromkeys(names, blank)})
    assert answer.status_code == 200, answer.text


def test_fact_02_blank_fields_are_not_forwarded(gateway: Service, upstream: Upstream) -> None:
    gateway.check(email="", name=" ", ip="", website_url="", user_agent=None, domain="", timestamp="")
    assert upstream.asked("check")[-1].json == {"message": HAM, "ip": "127.0.0.1"}


# 3. Unknown fields arrive.

UNKNOWN = {
    "data_type": "comment",
    "context": {"depth": {"keys": [1, 2.5, None, True, "Ж"]}, "": {}, "1": []},
    "behavior": {"typed_ms": 812, "pasted": False},
    "environment": [],
    "blank": "",
    "nothing": None,
    "large": 9007199254740993,
    "small": 0.1,
}


@pytest.mark.parametrize("endpoint", CHECKS)
def test_fact_03_unknown_fields_are_taken(service: Service, endpoint: str) -> None:
    assert service.check(endpoint=endpoint, **UNKNOWN).status_code == 200


@pytest.mark.parametrize("endpoint", CHECKS)
def test_fact_03_unknown_fields_are_forwarded_unchanged_and_kept(
    gateway: Service, upstream: Upstream, endpoint: str
) -> None:
    row = gateway.program.row(gateway.check(endpoint=endpoint, **UNKNOWN))
    forwarded = upstream.asked(endpoint)[-1].json
    assert {name: value for name, value in forwarded.items() if name not in ("message", "ip")} == UNKNOWN
    assert json.loads(row["extra"]) == UNKNOWN


def test_fact_03_unknown_fields_of_feedback_are_forwarded(gateway: Service, upstream: Upstream) -> None:
    body = {"detection_id": gateway.check().json()["detection_id"], "is_spam": True, "comment": {"by": "Ana"}}
    assert gateway.http.post("feedback", json=body).status_code == 200
    assert upstream.asked("feedback")[-1].json == body


# 4. Unknown fields come back.


@pytest.mark.parametrize("endpoint", CHECKS)
def test_fact_04_a_verdict_comes_back_byte_for_byte_and_is_kept(gateway: Service, endpoint: str) -> None:
    answer = gateway.check(endpoint=endpoint)
    assert answer.content == CHECK
    with gateway.program.database() as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        held = [
            value
            for table in tables
            if table in ("detections", "detection_contents", "detection_answers")
            for row in database.execute(f"SELECT * FROM {table}")
            for value in row
        ]
    assert CHECK.decode() in held


def test_fact_04_stats_come_back_byte_for_byte(gateway: Service) -> None:
    """The plan of `/stats` is for life: its period has neither month nor year."""
    assert gateway.http.get("stats").content == STATS


def test_fact_04_a_receipt_comes_back_with_what_the_guide_does_not_name(gateway: Service) -> None:
    assert gateway.call("feedback").json()["has_payment_method"] is False


# 5. Base URLs are given with and without a trailing slash.


@pytest.mark.parametrize("slash", ["", "/"])
def test_fact_05_the_upstreams_base_url(slash: str) -> None:
    with Upstream() as upstream, Gavel(upstream=upstream.base_url + slash, upstream_key=KEY) as gavel:
        with client(gavel.base_url, gavel.token("shop")) as http:
            assert http.post("check", json={"message": HAM}).content == CHECK
            assert http.get("verify").json()["upstream_key_valid"] is True


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("slash", ["", "/"])
def test_fact_05_our_base_url(service: Service, endpoint: str, slash: str) -> None:
    """Clients that put base URL and `/check` together as they stand ask for `/api/v1//check`."""
    url = f"{service.program.base_url}{slash}/{endpoint}"
    body = {"message": HAM, "detection_id": service.check().json()["detection_id"], "is_spam": False}
    answer = service.http.request(ENDPOINTS[endpoint], url, json=body)
    assert answer.status_code == 200, answer.text


# 6. Clients treat anything but HTTP 200 as failure, and give up after 5 to 10 s.


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_fact_06_success_is_200(service: Service, endpoint: str) -> None:
    assert service.call(endpoint).status_code == 200


@pytest.mark.parametrize("trouble", ["hangs", "refuses", "answers with a page", "answers 500", "breaks off"])
def test_fact_06_an_answer_comes_in_time_whatever_the_upstream_does(trouble: str) -> None:
    with Upstream() as upstream, Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
        if trouble == "hangs":
            upstream.hang()
        elif trouble == "refuses":
            upstream.close()
        elif trouble == "breaks off":
            for endpoint in CHECKS:
                upstream.answer(endpoint, 200, b'{"detection_id":', content_length="9000")
        else:
            status, body = (500, b"") if "500" in trouble else (200, b"<html>Welcome to nginx!</html>")
            for endpoint in CHECKS:
                upstream.answer(endpoint, status, body)
        with client(gavel.base_url, gavel.token("shop")) as http, ThreadPoolExecutor(20) as callers:

            def ask(number: int) -> tuple[float, httpx.Response]:
                started = time.monotonic()
                answer = http.post(CHECKS[number % 2], json={"message": f"{HAM} {number}"})
                return time.monotonic() - started, answer

            answers = list(callers.map(ask, range(20)))
        assert {answer.status_code for _, answer in answers} == {200}
        assert {answer.json()["is_spam"] for _, answer in answers} == {False}
        assert max(took for took, _ in answers) < 5
        assert gavel.count() == 20


# 7. `ip` defaults to the request's address.


def test_fact_07_ip_is_the_callers_when_it_is_not_given(gateway: Service, upstream: Upstream) -> None:
    row = gateway.program.row(gateway.check())
    assert upstream.asked("check")[-1].json["ip"] == "127.0.0.1"
    assert row["ip"][-4:] == bytes([127, 0, 0, 1])


def test_fact_07_a_stranger_cannot_name_another_address(gateway: Service, upstream: Upstream) -> None:
    gateway.http.post("check", json={"message": HAM}, headers={"X-Forwarded-For": "203.0.113.9"})
    assert upstream.asked("check")[-1].json["ip"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("forwarded", "given", "ip"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9", None, "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9, 127.0.0.1", None, "203.0.113.9"),
        ("203.0.113.9", "2001:db8::1", "2001:db8::1"),
        ("nonsense", None, "127.0.0.1"),
    ],
)
def test_fact_07_a_trusted_proxy_names_the_caller(
    proxied: tuple[Upstream, Service], forwarded: str, given: str | None, ip: str
) -> None:
    upstream, service = proxied
    service.http.post("check", json={"message": HAM, "ip": given}, headers={"X-Forwarded-For": forwarded})
    assert upstream.asked("check")[-1].json["ip"] == ip


@pytest.fixture(scope="module")
def proxied():
    with Upstream() as upstream:
        with Gavel("--trusted-proxies", "127.0.0.1", upstream=upstream.base_url, upstream_key=KEY) as gavel:
            key = gavel.token("shop")
            with client(gavel.base_url, key) as http:
                yield upstream, Service("gateway", gavel, key, http)


# 8. Two limits, one status.


def test_fact_08_the_payload_tells_which_limit(kind: str) -> None:
    minute = {"token_flags": ("--per-minute", "1")} if kind != "engine" else {"per_minute": "1"}
    with serve(kind, **minute) as service:
        service.check()
        by_minute = service.check()
    quota = "--embedded-quota" if kind == "embedded" else "--monthly-quota"
    with serve(kind, quota, "1", token_flags=("--fallback", "reject")) as service:
        service.check()
        by_month = service.check()
    assert by_minute.status_code == by_month.status_code == 429
    assert "Monthly" not in by_minute.json()["message"]
    assert not {"limit", "used"} & set(by_minute.json())
    assert by_month.json()["message"].startswith("Monthly ")
    assert [by_month.json()[name] for name in ("limit", "used", "remaining")] == [1, 1, 0]
    assert "retry-after" in by_minute.headers and "retry-after" not in by_month.headers


def test_fact_08_by_the_minute_wants_seconds_and_is_asked_again() -> None:
    with Upstream() as upstream, Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
        upstream.answer("check", 429, MINUTE, retry_after="1")
        with client(gavel.base_url, gavel.token("shop")) as http:
            answer = http.post("check", json={"message": HAM})
            assert answer.status_code == 200
            assert gavel.row(answer)["judged_by"] == "fallback"
            upstream.recover()
            judged = until("the verdict", lambda: gavel.row(answer)["judged_by"] == "activelayer")
    assert judged


def test_fact_08_by_the_month_waits_for_the_next_period() -> None:
    with Upstream() as upstream:
        upstream.answer("stats", 429, MONTH)
        upstream.answer("check", 429, MONTH)
        with Gavel(upstream=upstream.base_url, upstream_key=KEY) as gavel:
            with client(gavel.base_url, gavel.token("shop", "--fallback", "reject")) as http:
                for number in range(5):
                    answer = http.post("check", json={"message": f"{HAM} {number}"})
                    assert (answer.status_code, answer.content) == (429, MONTH)
                # The same submission again meets its row.
                answer = http.post("check", json={"message": f"{HAM} 0"})
                assert (answer.status_code, answer.content) == (429, MONTH)
            # Asked once, told, and not asked again, neither for the callers nor for what is to be judged later.
            assert len(upstream.asked("check")) == 1
            assert gavel.count() == 5


# 9. Numbers.


@pytest.mark.parametrize(
    ("score", "threshold", "is_spam"), [("12.5", "50", True), ("86.40", "50.0", False), ("0", "0", False)]
)
def test_fact_09_is_spam_is_the_upstreams_word(
    gateway: Service, upstream: Upstream, score: str, threshold: str, is_spam: bool
) -> None:
    verdict = json.dumps({"detection_id": f"d-{score}-{threshold}", "is_spam": is_spam})[:-1]
    verdict += (
        f',"total_score":{score},"threshold":{threshold},"execution_time":64,"timestamp":"2025-02-15T11:34:09Z"}}'
    )
    upstream.answer("check", 200, verdict.encode())
    answer = gateway.check()
    assert answer.text == verdict
    row = gateway.program.row(answer)
    assert (bool(row["is_spam"]), row["score"], row["threshold"]) == (is_spam, float(score), float(threshold))
    assert row["execution_ms"] == 64


@pytest.mark.parametrize(
    "written", ["2025-02-15T11:34:09Z", "2025-02-15T11:34:09.817Z", "2025-02-15T11:34:09.817123+00:00"]
)
def test_fact_09_timestamps_come_with_or_without_fractions(gateway: Service, upstream: Upstream, written: str) -> None:
    verdict = {"detection_id": written, "is_spam": True, "total_score": 86.4, "threshold": 50, "execution_time": 1.5}
    upstream.answer("check", 200, json.dumps({**verdict, "timestamp": written}).encode())
    answer = gateway.check()
    assert answer.json()["timestamp"] == written
    assert gateway.program.row(answer)["judged_by"] == "activelayer"


# 10. Feedback.


@pytest.mark.parametrize("endpoint", CHECKS)
def test_fact_10_user_status_echoes_the_label_and_may_change_again(service: Service, endpoint: str) -> None:
    detection = service.check(endpoint=endpoint).json()["detection_id"]
    for is_spam in (True, False, False, True):
        answer = service.http.post("feedback", json={"detection_id": detection, "is_spam": is_spam})
        assert answer.status_code == 200
        assert answer.json()["data"]["user_status"] is is_spam


def test_fact_10_an_unknown_detection_is_404(service: Service) -> None:
    answer = service.http.post("feedback", json={"detection_id": "unknown", "is_spam": True})
    assert answer.status_code == 404
    assert answer.json()["error"] == "Detection not found"


# 11. The quota warns at 80 % and is exhausted at 100 %.


def test_fact_11_the_marks_of_the_quota(kind: str) -> None:
    quota = "--embedded-quota" if kind == "embedded" else "--monthly-quota"
    with serve(kind, quota, "5", token_flags=("--fallback", "reject")) as service:
        percentages = []
        for _ in range(5):
            assert service.check().status_code == 200
            percentages.append(service.http.get("stats").json()["data"]["usage"]["usage_percentage"])
        assert percentages == [20, 40, 60, 80, 100]
        assert service.check().status_code == 429


@pytest.mark.parametrize(("checks", "mark"), [(3, "fill-accent"), (4, "fill-unsure"), (5, "fill-spam")])
def test_fact_11_the_dashboard_has_the_same_marks(checks: int, mark: str) -> None:
    """Calm, warning, exhausted: the colour of the bar on the page of figures."""
    with serve("embedded", "--embedded-quota", "5") as service:
        gavel = service.program
        assert isinstance(gavel, Gavel)
        password = "correct horse battery"
        gavel.command(
            *("user", "add", "--email", "ana@example.com", "--name", "Ana", "--role", "viewer", "--password-stdin"),
            told=password,
        )
        for _ in range(checks):
            assert service.check().status_code == 200
        # The figures are asked for at the start, and every few minutes.
        gavel.stop()
        gavel.start()
        entered = service.http.post(f"{gavel.origin}/login", data={"email": "ana@example.com", "password": password})
        assert entered.status_code == 303
        used = f'aria-label="{checks} of 5 checks used"'
        page = until("the figures", lambda: used in (page := service.http.get(f"{gavel.origin}/stats").text) and page)
    bar = re.search(rf"{used}.*?</svg>", page, re.DOTALL)
    assert bar
    assert re.findall(r'class="(fill-\w+)"', bar[0]) == ["fill-track", mark]


# 12. When the service is unreachable, submissions are answered, kept, and judged again when it returns. The embedded detector answers:
# fact 13, clients publish what is not spam.


def test_fact_12_submissions_are_answered_kept_and_judged_again() -> None:
    with Engine() as engine, Gavel(upstream=engine.base_url) as gavel:
        with client(gavel.base_url, gavel.token("shop")) as http:
            engine.kill()
            answers = [http.post("check", json={"message": message}) for message in (SPAM, HAM)]
            assert [answer.status_code for answer in answers] == [200, 200]
            assert [answer.json()["is_spam"] for answer in answers] == [True, False]
            assert {gavel.row(answer)["judged_by"] for answer in answers} == {"fallback"}
            # An app's last word meanwhile: kept, delivered later.
            word = {"detection_id": answers[0].json()["detection_id"], "is_spam": True}
            receipt = http.post("feedback", json=word)
            assert (receipt.status_code, receipt.json()["data"]["user_status"]) == (200, True)
            engine.start()
            rows = until(
                "the verdicts",
                lambda: (
                    (rows := [gavel.row(answer) for answer in answers])
                    and all(row["judged_by"] == "activelayer" for row in rows)
                    and rows
                ),
            )
            assert [bool(row["is_spam"]) for row in rows] == [True, False]
            # The app may still name the detection as it came to know it.
            assert http.post("feedback", json=word).status_code == 200
