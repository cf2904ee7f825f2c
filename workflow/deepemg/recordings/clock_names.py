"""What a clock's column is called, in any language, and which unit its name states."""

from __future__ import annotations

import re

from deepemg.recordings.spelling import fold
from deepemg.recordings.units import canonical

WORDS = frozenset(
    [
        "time",
        "times",
        "timestamp",
        "timestamps",
        "timecode",
        "timeaxis",
        "timeseries",
        "clock",
        "elapsed",
        "elapsedtime",
        "timeelapsed",
        "relativetime",
        "reltime",
        "recordingtime",
        "systemtime",
        "sampletime",
        "seconds",
        "second",
        "sec",
        "secs",
        "msec",
        "zeit",
        "zeitpunkt",
        "zeitstempel",
        "messzeit",
        "sekunden",
        "temps",
        "tiempo",
        "tempo",
        "hora",
        "tid",
        "tijd",
        "aika",
        "ido",
        "idő",
        "cas",
        "čas",
        "czas",
        "vreme",
        "zaman",
        "waktu",
        "время",
        "χρόνος",
        "時間",
        "时间",
        "時刻",
        "시간",
    ]
)
WEAK = frozenset(["t", "x", "xvalue", "s", "ms", "us", "abszisse", "abscissa"])  # a clock only where they rise evenly
INDEX = frozenset(
    ["frame", "frames", "sample", "samples", "index", "#", "nr", "no", "n", "row", "framenumber", "samplenumber"]
)
LONGEST = 200  # letters of a name that are looked at: of thousands, the pattern below would try each part
WITH_UNIT = re.compile(r"^(.*?)[\s_]*(?:[(\[{/,_ ]|\bin\b)\s*([^\s()\[\]{}/,_]+)\s*[)\]}]?$")


def clock_name(name: str) -> tuple[bool, str | None] | None:
    """None where a name is no clock's; else whether it must be one, and the unit that it states."""
    text = fold(name[:LONGEST])
    parts = WITH_UNIT.match(text)
    unit = canonical(parts[2], "time") if parts else None
    base = re.sub(r"[\W_]+", "", parts[1] if parts and unit else text)
    if base in WORDS or (unit and base in ("", *WEAK)):
        return True, unit or canonical(base, "time")
    return (False, canonical(base, "time")) if base in WEAK else None
