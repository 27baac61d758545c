"""Posts of the community board: what `cstar.community` carries."""

from msgspec import UNSET

from gateway.events.envelope import Event
from gateway.events.shapes import Partial, Shape, Timestamp

__all__ = [
    "Comment",
    "CommunityPostCommented",
    "CommunityPostCreated",
    "CommunityPostDeleted",
    "CommunityPostStatusChanged",
    "CommunityPostUpdated",
    "CommunityPostVoted",
    "PartialPost",
    "Post",
]


class PartialPost(Shape):
    """A post, told in part: only `id` is sure.

    Attributes:
        prefixed_id: the number people see, such as `IDEA-42`.
        topic: the board it is on, such as `feature-requests`.
    """

    id: str
    prefixed_id: Partial[str] = UNSET
    title: Partial[str] = UNSET
    status: Partial[str] = UNSET
    visibility: Partial[str] = UNSET
    topic: Partial[str] = UNSET
    vote_count: Partial[int] = UNSET
    created_at: Partial[Timestamp] = UNSET


class Post(PartialPost):
    """A post, told whole."""

    prefixed_id: str
    title: str
    status: str
    visibility: str
    topic: str
    created_at: Timestamp


class MovedPost(PartialPost):
    """A post whose status changed, such as from open to planned."""

    title: str
    status: str
    visibility: str


class VotedPost(PartialPost):
    """A post with its count of votes now."""

    vote_count: int


class Comment(Shape):
    """A comment on a post.

    Attributes:
        author_id: who wrote it, such as a customer (`cus_…`).
    """

    id: str
    post_id: str
    content: str
    author_id: str
    created_at: Timestamp


class Voter(Shape):
    """Who voted."""

    id: str


class PostData(Shape):
    """The post as it is now."""

    post: Post


class MovedPostData(Shape):
    """The post with its new status."""

    post: MovedPost


class CommentData(Shape):
    """The new comment."""

    comment: Comment


class DeletedPostData(Shape):
    """What is left of the post: rely on `id` only, the rest is best-effort."""

    post: PartialPost


class VoteData(Shape):
    """The vote, and the count with it.

    Attributes:
        direction: such as `up`.
    """

    post: VotedPost
    voter: Voter
    direction: str


class CommunityPostCreated(Event[PostData], tag="community_post.created"):
    """Fired when a community post is created."""


class CommunityPostUpdated(Event[PostData], tag="community_post.updated"):
    """Fired when a community post changes."""


class CommunityPostStatusChanged(Event[MovedPostData], tag="community_post.status_changed"):
    """Fired on transitions like Open to Planned to Completed."""


class CommunityPostCommented(Event[CommentData], tag="community_post.commented"):
    """Fired when someone comments on a community post."""


class CommunityPostDeleted(Event[DeletedPostData], tag="community_post.deleted"):
    """Fired when a community post is deleted, from the dashboard or by the v1 API."""


class CommunityPostVoted(Event[VoteData], tag="community_post.voted"):
    """Fired when someone votes on a community post."""
