"""What the columnar engine leaves to the exact one, with the reason."""

from kpidsl.core.nodes import Definition


class LeftError(Exception):
    """`reason` is a word of the plan, whose gaps `filled` fills; `definition` is what could not be taken, if one is."""

    def __init__(self, reason: str, **filled: object) -> None:
        self.reason, self.filled = reason, filled
        self.definition: Definition | None = None
        super().__init__(reason)
