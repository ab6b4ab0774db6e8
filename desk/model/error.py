"""What can go wrong, named by what must happen next.

    DeskError
    ├── InvariantBroken     our books contradict themselves: halt, cancel, show it
    ├── BadInput            a person or a file said something we cannot use: one sentence, nothing done
    ├── DeskBroke           a fault of our own that nobody expected: one sentence, the traceback in the log
    ├── JournalFailed       the disk refused: nothing may leave any more
    └── VenueError
        ├── VenueTransient  certainly not executed: may be tried again
        ├── VenueRefused    certainly not executed: the venue said no
        └── VenueUnknown    may have been executed: query, never send again

An expected "no" is a value (`Refusal`), not an exception.
"""


class DeskError(Exception):
    """Anything the desk raises on purpose."""


class InvariantBroken(DeskError):
    """Impossible by our own rules; the message names ids and numbers."""


class BadInput(DeskError):
    """Input that cannot be used; the message says what, which, expected, found."""


class DeskBroke(DeskError):
    """The desk ended by a fault of its own; the message says where its traceback is."""


class JournalFailed(DeskError):
    """Nothing more can be made durable: no order may leave until a person has seen to the disk."""


class VenueError(DeskError):
    """A request to a venue did not end in an answer we can book."""


class VenueTransient(VenueError):
    """Not sent, or certainly not executed."""


class VenueRefused(VenueError):
    """The venue's definite no."""


class VenueUnknown(VenueError):
    """Sent, outcome unknown: resolve by query."""
