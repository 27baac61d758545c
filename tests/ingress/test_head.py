"""Head: what is not a delivery is told by its head, and its body is left unread."""

import pytest

from tests.ingress.fakes import listening, post
from tests.inputs import paths
from tests.inputs.case import Case

WITH_BODY = [case for case in paths.CASES if case.name != "HEAD"]


@pytest.mark.parametrize("case", WITH_BODY, ids=lambda case: case.name)
async def test_only_post_to_the_one_path_is_a_delivery(case: Case) -> None:
    """Any other path is 404, any other method 405; neither reads the body or proves anything."""
    async with listening() as gateway:
        answer = await gateway.exchange(case.request)
        assert f"{answer.status} {answer.reason}" == case.answer
        assert answer.headers.get("allow") == ("POST" if answer.status == 405 else None)
        assert not gateway.intake.proved


async def test_head_is_answered_without_a_body() -> None:
    """A HEAD gets the fields of its refusal and no body, and the connection goes on."""
    async with listening() as gateway:
        sender = await gateway.connect()
        await sender.send(post(method="HEAD"))
        refusal = await sender.answer(bodiless=True)
        assert refusal.status == 405
        assert int(refusal.headers["content-length"]) > 0
        await sender.send(post())
        assert (await sender.answer()).status == 202


async def test_a_body_declared_too_large_is_refused_unread() -> None:
    """One byte over the cap is refused on its declaration, though no byte of it was sent."""
    async with listening(max_body_bytes=1000, body_timeout=60) as gateway:
        for length in (1001, 10**9, 10**18):
            answer = await gateway.exchange(post(b"", length=length))
            assert (answer.status, answer.reason) == (413, "body_too_large")
            assert answer.closes
        assert (await gateway.exchange(post(b"x" * 1000))).status == 202
        assert len(gateway.intake.proved) == 1


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br", "deflate", "identity, gzip", "x"])
async def test_an_encoded_body_is_refused(encoding: str) -> None:
    """Whatever is not identity is 415: the signature is over the bytes as they were sent."""
    async with listening() as gateway:
        answer = await gateway.exchange(post(headers=(f"Content-Encoding: {encoding}",)))
        assert (answer.status, answer.reason) == (415, "content_encoding")
        assert answer.headers["accept-encoding"] == "identity"
        assert not gateway.intake.proved


@pytest.mark.parametrize("encoding", ["identity", "Identity"])
async def test_identity_is_no_encoding(encoding: str) -> None:
    """A body said to be as it is, is."""
    async with listening() as gateway:
        assert (
            await gateway.exchange(post(headers=(f"Content-Encoding: {encoding}",)))
        ).status == 202


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "application/vnd.cstar.v2+json",
        "application/cloudevents+json; charset=utf-8",
    ],
)
async def test_json_by_any_name_is_taken(content_type: str | None) -> None:
    """JSON is told by its media type, parameters aside, or by none at all."""
    headers = (f"Content-Type: {content_type}",) if content_type else ()
    async with listening() as gateway:
        assert (await gateway.exchange(post(headers=headers))).status == 202


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=application/json",
        "application/jsonp",
        "text/json+json",
        "application/+json",
        "application/json, text/plain",
        "\xe9",
    ],
)
async def test_any_other_type_is_refused(content_type: str) -> None:
    """What does not say JSON is 415, and the answer says what would be taken."""
    async with listening() as gateway:
        answer = await gateway.exchange(post(headers=(f"Content-Type: {content_type}",)))
        assert (answer.status, answer.reason) == (415, "content_type")
        assert answer.headers["accept"] == "application/json"
        assert not gateway.intake.proved


async def test_continue_is_said_before_the_body_is_sent() -> None:
    """A sender that waits for 100 Continue hears it, sends, and is answered."""
    async with listening() as gateway:
        sender = await gateway.connect()
        head = post(b"", length=2, headers=("Expect: 100-continue",))
        await sender.send(head)
        assert (await sender.answer()).status == 100
        await sender.send(b"{}")
        assert (await sender.answer()).status == 202
        assert gateway.intake.taken[0].body == b"{}"


@pytest.mark.parametrize(
    "request_bytes",
    [
        post(headers=("Expect: 100-continue",)),
        post(headers=("Expect: 100-continue",), version="1.0"),
    ],
    ids=["the body is here already", "HTTP/1.0"],
)
async def test_continue_is_not_said_in_vain(request_bytes: bytes) -> None:
    """Where nobody waits for it, the first answer is the last."""
    async with listening() as gateway:
        assert (await gateway.exchange(request_bytes)).status == 202


async def test_continue_is_not_said_to_what_is_refused() -> None:
    """A sender that asks before sending too much is spared sending it."""
    async with listening(max_body_bytes=1000) as gateway:
        answer = await gateway.exchange(post(b"", length=1001, headers=("Expect: 100-continue",)))
        assert answer.status == 413


async def test_any_other_expectation_fails() -> None:
    """What else a sender may expect is 417."""
    async with listening() as gateway:
        answer = await gateway.exchange(post(headers=("Expect: the-unexpected",)))
        assert (answer.status, answer.reason) == (417, "expectation")
        assert not gateway.intake.proved
