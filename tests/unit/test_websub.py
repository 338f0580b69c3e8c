"""WebSub: offers, signatures, leases, and where a subscription may stand."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from monitor.domain import websub
from monitor.domain.websub import Offer, Standing, hub_of, lease_of, signature_valid

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEED = "https://news.example/feed.xml"
HUB = "https://hub.example/"


@pytest.mark.parametrize(
    ("header", "hub", "self_url", "expected"),
    [
        ("", "", "", None),
        ("", HUB, "", Offer(HUB, FEED)),
        ("", HUB, "https://news.example/atom", Offer(HUB, "https://news.example/atom")),
        ("", "/hub", "feed?full=1", Offer("https://news.example/hub", f"{FEED[:-4]}?full=1")),
        ("", "ftp://hub.example/", "", None),
        ("", "javascript:alert(1)", "", None),
        ("", "https://user:word@hub.example/", "", None),
        ("", HUB, "mailto:me@news.example", Offer(HUB, FEED)),
        ('<https://hub.example>; rel="hub"', "", "", Offer(HUB, FEED)),
        ("<https://hub.example>;rel=hub", "https://other.example/", "", Offer(HUB, FEED)),
        (
            '<https://hub.example/>; rel="hub", <https://news.example/a,b>; rel="self"',
            "",
            "https://news.example/atom",
            Offer(HUB, "https://news.example/a,b"),
        ),
        ('<https://hub.example/> ; REL = "Self HUB"', "", "", Offer(HUB, HUB)),
        ('<https://hub.example/>; title="a, \\"b; rel=x"; rel=hub', "", "", Offer(HUB, FEED)),
        ("<https://hub.example/>; rel=next; rel=hub", "", "", None),
        ("<https://hub.example/>; rel=hub; anchor=other", "", "", None),
        ("<gopher:x>; rel=hub, <https://hub.example/>; rel=hub", "", "", Offer(HUB, FEED)),
        ("<https://hub.example/; rel=hub", "", "", None),
        ("https://hub.example/; rel=hub", "", "", None),
        ("<https://hub.example/>; =; rel=hub", "", "", None),
        (f"<{HUB}{'x' * 5000}>; rel=hub", "", "", None),
    ],
)
def test_offers(header: str, hub: str, self_url: str, expected: Offer | None) -> None:
    assert hub_of(header, hub, self_url, FEED) == expected


def test_a_header_says_first_what_the_document_says_otherwise() -> None:
    offer = hub_of("<https://news.example/atom>; rel=self", HUB, "https://news.example/rss", FEED)
    assert offer == Offer(HUB, "https://news.example/atom")


@given(st.text(alphabet='<>;,="\\ \trelhubsf:/x\u00e9', max_size=400))
def test_any_header_is_read(header: str) -> None:
    offer = hub_of(header, "", "", FEED)
    assert offer is None or offer.hub.startswith(("http://", "https://"))


@pytest.mark.parametrize("part", ["<", "<>;", "<> ", "<>; a=", '<>; a="', "<>; a=\\", "; "])
def test_a_hostile_header_takes_no_time(part: str) -> None:
    """Were it quadratic, a header of this size would take minutes."""
    assert hub_of(part * 500_000 + " " * 500_000, "", "", FEED) is None


SECRET, BODY = "s3cret", b"<rss/>"


def signed(method: str, secret: str = SECRET, body: bytes = BODY) -> str:
    return f"{method}={hmac.new(secret.encode(), body, method).hexdigest()}"


@pytest.mark.parametrize(
    ("header", "valid"),
    [
        (signed("sha1"), True),
        (signed("sha256"), True),
        (signed("sha384"), True),
        (signed("sha512"), True),
        (signed("sha256").upper(), True),
        (signed("sha256", secret="other"), False),
        (signed("sha256", body=b"<rss />"), False),
        (signed("md5"), False),
        (signed("sha224"), False),
        (signed("sha256")[:-1], False),
        (signed("sha256")[:10], False),
        (signed("sha256") + "0", False),
        (signed("sha256").removeprefix("sha256="), False),
        (signed("sha1").replace("sha1", "sha256"), False),
        (f"sha256={hashlib.sha256(BODY).hexdigest()}", False),
        ("sha256=", False),
        ("sha256=\u00e9\u00e9", False),
        ("=", False),
        ("", False),
    ],
)
def test_signatures(header: str, valid: bool) -> None:
    assert signature_valid(SECRET, BODY, header) is valid


@pytest.mark.parametrize(
    ("given_by_hub", "lease"),
    [
        ("", timedelta(days=10)),
        ("864000", timedelta(days=10)),
        ("3600", HOUR),
        ("3599", None),
        ("0", None),
        ("-3600", None),
        ("36e2", None),
        ("\u0663\u0666\u0660\u0660", None),
        ("999999999999", timedelta(days=30)),
        ("9" * 5000, None),
    ],
)
def test_leases(given_by_hub: str, lease: timedelta | None) -> None:
    assert lease_of(given_by_hub) == lease


def test_what_a_hub_is_asked() -> None:
    assert websub.form("subscribe", FEED, "https://me.example/websub/t", SECRET) == {
        "hub.mode": "subscribe",
        "hub.topic": FEED,
        "hub.callback": "https://me.example/websub/t",
        "hub.secret": SECRET,
        "hub.lease_seconds": "864000",
    }


def asked(now: datetime = NOW) -> Standing:
    standing, ask = websub.turn(websub.wanted(now), now, 0)
    assert ask
    return standing


def active(now: datetime = NOW) -> Standing:
    standing = websub.verified(asked(now), timedelta(days=9), now, 0)
    assert standing is not None
    return standing


def fail(standing: Standing, **more: float | bool | None) -> Standing:
    words = {"permanent": False, "retry_after": None, "chance": 0.0} | more
    return websub.failed(standing, "it is down", NOW, **words)  # type: ignore[arg-type]


def test_a_hub_that_does_not_verify_is_asked_again_later_and_later() -> None:
    standing, now, waits = websub.wanted(NOW), NOW, []
    for _ in range(20):
        standing, ask = websub.turn(standing, now, 0)
        assert ask and standing.state == "asked" and standing.not_before == now + HOUR
        now = standing.not_before
        standing, ask = websub.turn(standing, now, 0)
        assert not ask and standing.state == "wanted" and standing.error
        waits.append(standing.not_before - now)
        now = standing.not_before
    minutes = [wait / timedelta(minutes=1) for wait in waits]
    assert minutes[:4] == [10, 20, 40, 80] and minutes[-1] == 24 * 60


def test_a_hub_that_is_down_is_asked_again() -> None:
    assert fail(asked()) == Standing("wanted", 1, NOW + timedelta(minutes=10), error="it is down")
    assert fail(asked(), retry_after=7200.0).not_before == NOW + 2 * HOUR
    assert fail(asked(), chance=0.5).not_before == NOW + timedelta(minutes=10.5)


def test_a_hub_that_refuses_the_request_is_left_alone_for_a_week() -> None:
    refused = fail(asked(), permanent=True)
    assert (refused.state, refused.not_before) == ("refused", NOW + timedelta(days=7))
    assert websub.verified(refused, HOUR, NOW, 0) is None
    assert websub.turn(refused, refused.not_before, 0)[0].state == "asked"


def test_a_verification_that_overtakes_the_answer_stands() -> None:
    assert fail(active()) == active()
    assert fail(active(), permanent=True) == active()


def test_only_what_was_asked_for_is_confirmed() -> None:
    assert websub.verified(websub.wanted(NOW), HOUR, NOW, 0) is None
    late, _ = websub.turn(asked(), NOW + HOUR, 0)
    assert late.state == "wanted" and websub.verified(late, HOUR, NOW + HOUR, 0) is not None


def test_a_lease_is_renewed_while_it_goes_on() -> None:
    standing = active()
    assert standing.lease_until == NOW + timedelta(days=9)
    assert standing.not_before == NOW + timedelta(days=6)
    early = websub.verified(asked(), timedelta(days=9), NOW, 0.999)
    assert early and NOW + timedelta(days=5.3) < early.not_before < NOW + timedelta(days=6)
    renewing, ask = websub.turn(standing, standing.not_before, 0)
    assert ask and renewing.state == "active" and renewing.lease_until == standing.lease_until
    renewed = websub.verified(renewing, timedelta(days=9), standing.not_before, 0)
    assert renewed and renewed.lease_until == NOW + timedelta(days=15) and not renewed.attempts


def test_a_renewal_that_fails_is_repeated_until_the_lease_ends() -> None:
    standing, now, asks = active(), NOW, 0
    ends = standing.lease_until
    assert ends is not None
    while standing.state == "active":
        now = standing.not_before
        standing, ask = websub.turn(standing, now, 0)
        asks += ask
    assert now == ends and 5 < asks < 15
    assert standing.state == "asked" and standing.error


def test_a_refusal_is_kept_in_words_that_can_be_shown() -> None:
    standing = websub.denied("no\x00 such\u202e topic" + "x" * 5000, NOW)
    assert standing.state == "refused" and standing.lease_until is None
    assert standing.error is not None and standing.error.startswith(
        "the hub has refused: no such topic"
    )
    assert len(standing.error) < 250
    assert websub.denied("", NOW).error == "the hub has refused"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("nothing of it", "nothing of it"),
        ("bad secret s3cr3t_-s3cr3t_-!", "bad secret …!"),
        ("hub.secret=s3cr3t_-s3cr3t_-&hub.mode=x", "hub.secret=…&hub.mode=x"),
        ('{"secret": "s3cr3t_-s3"}', '{"secret": "…"}'),
        ("cut off: s3cr3t_-s", "cut off: …"),
        ("POST /websub/t0ken-t0ken-t0ken, s3cr3t_-s3cr3t_-", "POST /websub/…, …"),
        ("S3CR3T_-S3CR3T_-", "…"),
    ],
)
def test_secrets_are_left_out_whole_or_cut(said: str, told: str) -> None:
    assert websub.without_secrets(said, "s3cr3t_-s3cr3t_-", "t0ken-t0ken-t0ken") == told


chances = st.floats(0, 1, exclude_max=True)


class Subscribing(RuleBasedStateMachine):
    """Whatever hubs do and time does, a subscription goes on and asks in moderation."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.standing = websub.wanted(NOW)
        self.asks: list[datetime] = []
        self.posting = False

    @rule(minutes=st.integers(0, 60 * 24 * 40))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(chance=chances)
    def turn(self, chance: float) -> None:
        self.now = max(self.now, self.standing.not_before)
        self.standing, ask = websub.turn(self.standing, self.now, chance)
        assert self.standing.not_before > self.now or self.standing.state == "active"
        if ask:
            self.asks.append(self.now)
            self.posting = True

    @precondition(lambda self: self.posting)
    @rule(permanent=st.booleans(), retry_after=st.none() | st.floats(0, 86_400), chance=chances)
    def fail(self, permanent: bool, retry_after: float | None, chance: float) -> None:
        self.posting = False
        self.standing = websub.failed(
            self.standing,
            "down",
            self.now,
            permanent=permanent,
            retry_after=retry_after,
            chance=chance,
        )

    @rule(hours=st.integers(1, 24 * 30), chance=chances)
    def verify(self, hours: int, chance: float) -> None:
        before = self.standing
        standing = websub.verified(before, timedelta(hours=hours), self.now, chance)
        assert (standing is None) == (
            before.state == "refused" or (before.state == "wanted" and not before.attempts)
        )
        self.standing = standing or before

    @rule()
    def deny(self) -> None:
        self.standing = websub.denied("", self.now)

    @invariant()
    def it_has_a_turn_within_reach(self) -> None:
        assert self.standing.not_before <= self.now + websub.LONGEST_LEASE

    @invariant()
    def a_lease_belongs_to_what_is_active_and_ends_no_later_than_its_next_turn(self) -> None:
        lease = self.standing.lease_until
        assert (lease is not None) == (self.standing.state == "active")
        assert lease is None or self.standing.not_before <= lease

    @invariant()
    def no_hub_is_asked_more_than_a_few_times_an_hour(self) -> None:
        assert sum(when > self.now - HOUR for when in self.asks) <= 10


TestSubscribing = Subscribing.TestCase
