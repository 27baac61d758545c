"""Articles: three events share one shape."""

import pytest

from gateway.events import ArticleCreated, ArticleDeleted, ArticlePublished, ArticleUpdated
from tests.events.reading import read

ARTICLE = {
    "id": "art_1",
    "title": "How to reset your password",
    "slug": "how-to-reset-your-password",
    "is_public": True,
    "published_at": "2026-04-27T19:00:00.000Z",
}


@pytest.mark.parametrize("struct", [ArticleCreated, ArticlePublished, ArticleUpdated])
def test_article(
    struct: type[ArticleCreated] | type[ArticlePublished] | type[ArticleUpdated],
) -> None:
    """Created, published or updated, an article is told the same way."""
    article = read(struct, {"article": ARTICLE}).data.article
    assert article.slug == "how-to-reset-your-password"
    assert article.published_at is not None
    assert article.published_at.hour == 19


def test_draft() -> None:
    """A draft has no moment of publication, whether null or left out."""
    draft = ARTICLE | {"is_public": False, "published_at": None}
    assert read(ArticleCreated, {"article": draft}).data.article.published_at is None
    del draft["published_at"]
    assert read(ArticleCreated, {"article": draft}).data.article.published_at is None


def test_deleted() -> None:
    """All that is sent of a deleted article is the id."""
    assert read(ArticleDeleted, {"id": "art_1"}).data.id == "art_1"
