"""Articles of the knowledge base: what `cstar.articles` carries."""

from gateway.events.envelope import Event
from gateway.events.shapes import Deleted, Shape, Timestamp

__all__ = [
    "Article",
    "ArticleCreated",
    "ArticleData",
    "ArticleDeleted",
    "ArticlePublished",
    "ArticleUpdated",
]


class Article(Shape):
    """An article of the knowledge base.

    Attributes:
        published_at: None while it is a draft.
    """

    id: str
    title: str
    slug: str
    is_public: bool
    published_at: Timestamp | None = None


class ArticleData(Shape):
    """The article as it is now."""

    article: Article


class ArticleCreated(Event[ArticleData], tag="article.created"):
    """Fired when an article is created."""


class ArticlePublished(Event[ArticleData], tag="article.published"):
    """Fired when an article is published."""


class ArticleUpdated(Event[ArticleData], tag="article.updated"):
    """Fired when an article changes."""


class ArticleDeleted(Event[Deleted], tag="article.deleted"):
    """Fired when an article is deleted; only the id is sent."""
