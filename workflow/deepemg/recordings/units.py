"""Units in the spellings that recorders, spreadsheets and people use, each with its size."""

from __future__ import annotations

import re

import numpy as np

from deepemg.recordings.spelling import fold

# quantity -> canonical unit -> (size in the first unit of the quantity, spellings)
UNITS: dict[str, dict[str, tuple[float, str]]] = {
    "emg": {
        "uV": (1.0, "uv microv microvolt microvolts uvolt uvolts"),
        "mV": (1e3, "mv milliv millivolt millivolts mvolt mvolts"),
        "V": (1e6, "v volt volts"),
        "nV": (1e-3, "nv nanov nanovolt nanovolts"),
        "au": (1.0, "au a.u. arb arb.unit arbitrary counts count adc adu lsb bit bits digits raw"),
        "1": (1.0, "1 fraction fractionofmvc mvc ofmvc xmvc ratio normalised normalized norm dimensionless unitless"),
        "%": (0.01, "% %mvc percent percentmvc percentofmvc %ofmvc pct pctmvc percentmax %max %mvic mvc% prozent"),
    },
    "angle": {
        "deg": (np.pi / 180, "deg degs degree degrees \u00b0 \u00ba"),
        "rad": (1.0, "rad rads radian radians"),
    },
    "angular velocity": {
        "deg/s": (np.pi / 180, "deg/s degs/s degree/s degrees/s \u00b0/s deg/sec \u00b0/sec deg.s-1 degs-1 dps"),
        "rad/s": (1.0, "rad/s rads/s radian/s radians/s rad/sec rad.s-1 rads-1"),
    },
    "torque": {
        "N m": (1.0, "nm n.m newtonmetre newtonmetres newtonmeter newtonmeters"),
        "N cm": (1e-2, "ncm n.cm"),
        "N mm": (1e-3, "nmm n.mm mnm mn.m"),
        "kN m": (1e3, "knm kn.m"),
        "lb ft": (1.3558179483314004, "lbft ftlb ftlbs lbsft ftlbf lbfft footpound footpounds poundfoot"),
    },
    "load": {
        "kg": (1.0, "kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes"),
        "g": (1e-3, "g gr gram grams gramme grammes"),
        "lb": (0.45359237, "lb lbs lb. lbs. pound pounds"),
        "N": (1 / 9.80665, "n newton newtons"),
    },
    "length": {
        "m": (1.0, "m metre metres meter meters"),
        "cm": (1e-2, "cm centimetre centimetres centimeter centimeters"),
        "mm": (1e-3, "mm millimetre millimetres millimeter millimeters"),
    },
    "time": {
        "s": (1.0, "s sec secs second seconds sek sekunde sekunden seg segundo segundos seconde secondes secondi"),
        "ms": (1e-3, "ms msec msecs millisecond milliseconds millis millisekunden"),
        "us": (1e-6, "us usec usecs microsecond microseconds micros"),
        "ns": (1e-9, "ns nsec nanosecond nanoseconds"),
        "min": (60.0, "min mins minute minutes minuten"),
    },
}  # fmt: skip
BETWEEN = str.maketrans(dict.fromkeys(" *\u00b7\u22c5\u2022-_"))  # what stands between N and m says nothing


def _squeeze(text: str) -> str:
    folded = fold(text).replace("\u03bc", "u").replace("\u2219", "").replace("per cent", "percent")
    return folded.replace("s-1", "s\u207b1").translate(BETWEEN).replace("s\u207b1", "s-1") or folded


SPELLINGS: dict[str, dict[str, str]] = {
    quantity: {_squeeze(spelling): unit for unit, (_, words) in units.items() for spelling in [unit, *words.split()]}
    for quantity, units in UNITS.items()
}


def canonical(text: str, quantity: str) -> str | None:
    """The unit of a quantity that a text spells, or None where it spells none."""
    return SPELLINGS[quantity].get(_squeeze(text.strip().strip("()[]{}")))


def scale(unit: str, quantity: str) -> float:
    """Size of a canonical unit: in uV (or as a fraction), rad, rad/s, N m, kg, m or s."""
    return UNITS[quantity][unit][0]


def same_unit(written: str, declared: str) -> bool:
    """Whether a file and a sheet mean one unit. What a file writes that no quantity knows contradicts nothing."""
    found = {(quantity, unit) for quantity in UNITS if (unit := canonical(written, quantity))}
    said = {(quantity, unit) for quantity in UNITS if (unit := canonical(declared, quantity))}
    return not found or bool(found & said)


LONGEST = 200  # letters at the end of a name that are looked at
IN_NAME = re.compile(r"[(\[{]\s*([^()\[\]{}]+?)\s*[)\]}]\s*$|,\s*([^,]+?)\s*$")
NAMED = ("emg", "angle", "angular velocity", "torque", "length")


def unit_in_name(name: str) -> str | None:
    """The unit that a column's name ends with, in brackets or behind a comma: `EMG 1 (mV)`, `BICEPS, uV`."""
    found = IN_NAME.search(name[-LONGEST:])
    text = (found[1] or found[2]) if found else None
    if text is None or text.isdigit():
        return None
    return text if any(canonical(text, quantity) for quantity in NAMED) else None
