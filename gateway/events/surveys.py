"""Surveys of satisfaction: what `cstar.surveys` carries."""

from gateway.events.customers import PartialCustomer
from gateway.events.envelope import Event
from gateway.events.shapes import Shape, Timestamp

__all__ = ["Survey", "SurveyCustomer", "SurveySubmitted", "SurveySubmittedData"]


class Survey(Shape):
    """A customer's verdict on how a ticket was handled.

    Attributes:
        score: as given.
        comment: what the customer added, if anything.
    """

    id: str
    ticket_id: str
    score: int
    submitted_at: Timestamp
    comment: str | None = None


class SurveyCustomer(PartialCustomer):
    """The customer who answered."""

    email: str


class SurveySubmittedData(Shape):
    """The survey and who answered it."""

    survey: Survey
    customer: SurveyCustomer


class SurveySubmitted(Event[SurveySubmittedData], tag="survey.submitted"):
    """Fired when a customer submits a survey."""
