"""What is wrong with something a person wrote: which part of it, what was expected there, and what was found."""

from msgspec import Struct, structs

from desk.model.error import BadInput


class Complaint(Struct, frozen=True, kw_only=True):
    """One complaint; `at` is the column, from 0, of the offending word (None: not tied to a place)."""

    which: str
    expected: str
    found: str
    what: str = ""
    at: int | None = None

    @property
    def text(self) -> str:
        """The complaint as one sentence."""
        return f"{self.what}: {self.brief}" if self.what else self.brief

    @property
    def brief(self) -> str:
        """The complaint for a place where what it is about stands beside it."""
        return f"{self.which}: expected {self.expected}, found {self.found}"


class Misread(BadInput):
    """Carries a complaint from a leaf of the reading to the line or form that owns it."""

    def __init__(self, which: str, expected: str, found: str, at: int | None = None) -> None:
        self.complaint = Complaint(which=which, expected=expected, found=found or "nothing", at=at)
        super().__init__(self.complaint.text)

    def of(self, what: str, places: dict[str, int] | None = None) -> Complaint:
        """Return the complaint as one about `what`, at the place `places` knows for its part."""
        at = self.complaint.at
        if at is None and places is not None:
            at = places.get(self.complaint.which, places.get("", 0))
        return structs.replace(self.complaint, what=what, at=at)
