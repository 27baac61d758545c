"""Posts of the community board."""

import pytest
from msgspec import UNSET

from gateway.events import (
    CommunityPostCommented,
    CommunityPostCreated,
    CommunityPostDeleted,
    CommunityPostStatusChanged,
    CommunityPostUpdated,
    CommunityPostVoted,
)
from tests.events.reading import read

POST = {
    "id": "post_1",
    "prefixed_id": "IDEA-42",
    "title": "Add threading",
    "status": "open",
    "visibility": "public",
    "topic": "feature-requests",
    "created_at": "2026-04-27T18:42:11.000Z",
}


@pytest.mark.parametrize("struct", [CommunityPostCreated, CommunityPostUpdated])
def test_post(struct: type[CommunityPostCreated] | type[CommunityPostUpdated]) -> None:
    """Created or updated, a post is told the same way."""
    assert read(struct, {"post": POST}).data.post.topic == "feature-requests"


def test_status_changed() -> None:
    """A post whose status changed is told in part."""
    post = {key: POST[key] for key in ("id", "title", "visibility")} | {"status": "planned"}
    moved = read(CommunityPostStatusChanged, {"post": post}).data.post
    assert moved.status == "planned"
    assert moved.topic is UNSET


def test_commented() -> None:
    """A comment names its post and its author."""
    comment = {
        "id": "cmt_1",
        "post_id": "post_1",
        "content": "Bumping for visibility.",
        "author_id": "cus_1",
        "created_at": "2026-04-27T18:55:02.000Z",
    }
    assert read(CommunityPostCommented, {"comment": comment}).data.comment.author_id == "cus_1"


@pytest.mark.parametrize("told", [{}, {"prefixed_id": "IDEA-42", "title": "Add threading"}])
def test_deleted(told: dict[str, str]) -> None:
    """Of a deleted post only the id is sure: the rest is left out when it is deleted by the API."""
    post = read(CommunityPostDeleted, {"post": {"id": "post_1"} | told}).data.post
    assert post.id == "post_1"
    assert bool(post.title) is bool(told)


def test_voted() -> None:
    """A vote tells the count with it."""
    data = read(
        CommunityPostVoted,
        {
            "post": {"id": "post_1", "vote_count": 13},
            "voter": {"id": "cus_1"},
            "direction": "up",
        },
    ).data
    assert (data.post.vote_count, data.voter.id, data.direction) == (13, "cus_1", "up")
