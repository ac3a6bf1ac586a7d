"""Values as a policy writes them, by kind: at the ends of bands, with decimals, few enough to be equal."""

from generated.scope import Scope

UNITS = {"percent": "%", "pp": "pp", "money": " yuan", "days": " days"}
PLAIN = ("0", "1", "2", "3", "5", "7", "10", "20", "0.5", "0.25", "1.5", "0.1", "2.05", "0.001", "12.5", "33.33")
SHARES = ("0", "1", "40", "50", "80", "85.5", "90", "93", "99.99", "100", "110", "33.333", "0.1", "7")
SUMS = ("0", "1", "100", "999.99", "1000", "50000", "3", "0.01")
SPANS = ("0", "1", "7", "30", "2")
LITERALS = {"points": PLAIN, "number": PLAIN, "count": ("0", "1", "2", "3", "5", "10", "100"), "percent": SHARES,
            "pp": ("0", "1", "5", "0.5", "10", "2.25"), "money": SUMS, "days": SPANS}  # fmt: skip
STEPS = {"points": ("0.1", "1", "0.01", "0.5", "3"), "number": ("0.1", "1", "0.25", "7"), "count": ("1", "5", "10"),
         "percent": ("1%", "0.1%", "5%", "0.03%"), "pp": ("1pp", "0.5pp"),
         "money": ("1 yuan", "1000 yuan", "0.01 yuan"), "days": ("1 days", "7 days")}  # fmt: skip
UNITS_OF = {"points": ("1", "0.5"), "number": ("1", "0.3", "10"), "count": ("1", "2", "3", "10"),
            "percent": ("1%", "0.7%", "10%"), "pp": ("1pp", "0.1pp", "3pp"), "money": ("1000 yuan", "1 yuan"),
            "days": ("1 days", "7 days")}  # fmt: skip
MODES = ("half up", "half even", "always up", "always down")
PER = ("per", "per each full", "per each started")
COMPARE = (">=", "<=", ">", "<", "=", "!=")
DAYS = {"date": ("2014-01-01", "2014-02-28", "2014-05-31", "2013-12-31"),
        "month": ("2013-12", "2014-01", "2014-02", "2014-05"), "quarter": ("2013Q4", "2014Q1", "2014Q2")}  # fmt: skip
WORDS = ("甲", "乙", "x")


def literal(scope: Scope, kind: str) -> str:
    return scope.pick(LITERALS[kind]) + UNITS.get(kind, "")


def default(scope: Scope, kind: str, name: str = "") -> str:
    """What stands where there is no value: of any kind but years; of `one of` an option of the name."""
    match kind:
        case "yes or no":
            return scope.pick(("yes", "no"))
        case "date" | "month" | "quarter":
            return scope.pick(DAYS[kind])
        case "text":
            return f'"{scope.pick(WORDS)}"'
        case "one of":
            return f'"{scope.pick(scope.options_of(name))}"'
    return literal(scope, kind)
