"""Small sound files of every text format and dialect, and of workbooks; those of bytes are in `fuzz_binaries`."""

from __future__ import annotations

from dataclasses import replace

from deepemg.audit.fuzz_text import LONG, ROWS, Text, rows_of, times, values


def _csv() -> dict[str, Text]:
    """Tables in the dialects of recorders and spreadsheets."""
    three = [values(1), values(2), values(3)]
    long = [values(1, LONG), values(2, LONG), values(3, LONG)]
    days = [f"2024-05-01 23:59:59.{int(cell[2:]):03d}" for cell in times()]
    return {
        "csv, commas": Text("time,bic,tri,elbow", rows_of([times(count=LONG), *long]), is_timed=True),
        "csv, semicolons and decimal commas": Text(
            "Zeit [s];EMG 1 [mV];EMG 2 [mV];Winkel [°]",
            rows_of([times(count=LONG), *long], ";", comma=True),
            ";",
            head=("Versuch;Tag 1", "Abtastrate;100 Hz", ""),
            is_timed=True,
            ends=("\r\n",),
        ),
        "csv, tabs, UTF-16, units": Text(
            "Time\tBiceps\tTriceps\tElbow",
            rows_of([times(), *three], "\t"),
            "\t",
            below=("s\tmV\tmV\tdeg",),
            is_timed=True,
            encoding="utf-16",
        ),
        "csv, BOM, no clock": Text("bic,tri,elbow", rows_of(three), encoding="utf-8-sig"),
        "csv, blanks, no names": Text(None, rows_of(three, " "), " ", suffix=".txt"),
        "csv, index": Text(
            "Frame,bic,tri,elbow", rows_of([[str(place + 1) for place in range(ROWS)], *three]), is_timed=True
        ),
        "csv, weak clock": Text("t,bic,tri,elbow", rows_of([times(), *three]), is_timed=True),
        "csv, times of day": Text(
            "Time;bic;tri;elbow",
            rows_of([[f"23:59:{place // 100:02d}.{place % 100:02d}0" for place in range(ROWS)], *three], ";"),
            ";",
            is_timed=True,
        ),
        "csv, moments": Text("timestamp,bic,tri,elbow", rows_of([days, *three]), is_timed=True, packed="gzip"),
        "csv, quotes, delimiters at the end": Text(
            '"time","bic (µV)","tri (µV)",',
            tuple(f"{line}," for line in rows_of([times(), *three[:2]])),
            is_timed=True,
            ends=("\r",),
        ),
    }


def _recorders() -> dict[str, Text]:
    half = [f"{cell}" for cell in values(2, ROWS // 2)]
    keys = "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames"
    frames = [str(place + 1) for place in range(ROWS)]
    return {
        "noraxon_mr3": Text(
            "time,value",
            rows_of([times(), values(1)]),
            head=(
                "type,name,time_units,begin_time,frequency,count,units",
                f"emg,BICEPS RT,s,0.0,100.0,{ROWS},uV",
                "",
            ),
            is_timed=True,
            is_counted=True,
        ),
        "trigno_discover": Text(
            "EMG 1 (mV), EMG 1 (mV)",
            rows_of([values(1), values(2)], ", "),
            head=(
                "Application:, Trigno Discover (1.6.4)",
                "Date/Time:, 2/29/2024 10:00:00 AM",
                "Collection Length (seconds):, 0.6",
                "EMG 01 (1), EMG 02 (2)",
                "sensor mode: 40, sensor mode: 40",
            ),
            below=("100.0000 Hz, 100.0000 Hz",),
        ),
        "trigno_discover, clocks and events": Text(
            "EMG 1 Time Series (s), EMG 1 (mV), ACC X Time Series (s), ACC X (G), EMG 1 Time Series (s), EMG 1 (mV)",
            tuple(
                f"{line}, , General, E1, start, 0.1, , " if place < 2 else f"{line}, "
                for place, line in enumerate(
                    rows_of([times(), values(1), times(50, ROWS // 2), half, times(), values(3)], ", ")
                )
            ),
            head=(
                "Application:, Trigno Discover (2.0.1)",
                "Date/Time:, 2/29/2024 10:00:00 AM",
                "Collection Length (seconds):, 0.6",
                "R BIC (89542), , , , R TRI (89563)",
                "sensor mode: 65, , , , sensor mode: 40",
            ),
            below=(
                ", 100.0 Hz, , 50.0 Hz, , 100.0 Hz",
                ", 0.01 s, , 0.02 s, , 0.01 s, , Type, Name, Label, Time (s), , Pair",
            ),
            is_timed=True,
            is_beside=True,
        ),
        "emgworks": Text(
            'X[s],"R BICEPS: EMG 1 [V]",X[s],"R ELBOW: GONIO 2 [deg]"',
            tuple(
                line.removesuffix(",,") + ",0,0" if line.endswith(",,") else line
                for line in rows_of([times(), values(1), times(50, ROWS // 2), half])
            ),
            head=(
                _label("R BICEPS: EMG 1", 100, ROWS, "V"),
                _label("R ELBOW: GONIO 2", 50, ROWS // 2, "deg"),
                "Subject: nobody",
                "System Gain: 909.000000",
                "",
            ),
            is_timed=True,
            is_counted=True,
        ),
        "vicon_nexus": _vicon(),
        "opensim_storage": Text(
            "time\telbow_flexion\tpelvis_tx",
            rows_of([times(), values(1), values(2)], "\t"),
            "\t",
            head=("Coordinates", "version=1", f"nRows={ROWS}", "nColumns=3", "inDegrees=yes", "", "endheader"),
            is_timed=True,
            is_counted=True,
            suffix=".mot",
        ),
        "trc": Text(
            "Frame#\tTime\tnobody:RELB\t\t\tRSHO\t\t\t",
            rows_of([frames, times(), *[values(place) for place in range(1, 7)]], "\t"),
            "\t",
            head=("PathFileType\t4\t(X/Y/Z)\ta.trc", keys, f"100\t100\t{ROWS}\t2\tmm\t100\t1\t{ROWS}"),
            below=("\t\tX1\tY1\tZ1\tX2\tY2\tZ2", ""),
            is_timed=True,
            is_counted=True,
            suffix=".trc",
        ),
        "lvm": _labview(()),
        "lvm, one X": _labview(times(digits=6)),
    }


def _label(name: str, rate_hz: float, points: int, unit: str) -> str:
    return (
        f"Label: {name} Sampling frequency: {rate_hz:.6e} Number of points: {points} start: 0.000000e+000 "
        f"Unit: {unit} Domain Unit: s"
    )


def _vicon() -> Text:
    """Events, an angle of a model, and EMG in ten sub frames of a frame."""
    angles = rows_of([[str(place + 1) for place in range(6)], ["0"] * 6, values(5, 6)])
    events = ("Events", "100", "Subject,Context,Name,Time (s),Description", "nobody,Right,Event,0.1,start", "")
    model = ("Model Outputs", "10", ",,nobody:RElbowAngles", "Frame,Sub Frame,X", ",,deg", *angles, "")
    frames = [[str(place // 10 + 1) for place in range(ROWS)], [str(place % 10) for place in range(ROWS)]]
    return Text(
        "Frame,Sub Frame,R_BIC,R_TRI",
        rows_of([*frames, values(1), values(2)]),
        head=(*events, *model, "Devices", "100", ",,Delsys EMG - Voltage,"),
        below=(",,V,V",),
        is_timed=True,
    )


def _labview(clock: list[str] | tuple[()]) -> Text:
    """Two channels, with X values or without, and a comment beside the first samples."""
    rows = [f"{line}\t" for line in rows_of([clock, values(1), values(2)], "\t")]
    head = [
        "LabVIEW Measurement\t", "Writer_Version\t2", "Reader_Version\t2", "Separator\tTab", "Decimal_Separator\t.",
        "Multi_Headings\tNo", f"X_Columns\t{'One' if clock else 'No'}", "Operator\tnobody",
        "***End_of_Header***\t", "\t", "Channels\t2\t\t", f"Samples\t{ROWS}\t{ROWS}\t", "Y_Unit_Label\tVolts\tmV\t",
        "X_Dimension\tTime\tTime\t", "X0\t0.0000000000000000E+0\t0.0000000000000000E+0\t",
        "Delta_X\t0.010000\t0.010000\t", "***End_of_Header***\t\t\t",
    ]  # fmt: skip
    return Text(
        "X_Value\tVoltage\tVoltage_0\tComment",
        (f"{rows[0]}a comment", *rows[1:]),
        "\t",
        head=tuple(head),
        is_timed=bool(clock),
        is_counted=True,
        is_beside=True,
        suffix=".lvm",
    )


def _excel() -> dict[str, Text]:
    """Workbooks; their cells are those of a table with tabs."""
    columns = [times(), values(1), values(2), values(3)]
    sheet = Text("Time\tBiceps\tTriceps\tElbow", rows_of(columns, "\t"), "\t", is_timed=True, packed="xlsx")
    return {
        "xlsx": replace(sheet, suffix=".xlsx"),
        "xlsx, lines above, units": Text(
            "Biceps\tTriceps\tElbow",
            rows_of(columns[1:], "\t"),
            "\t",
            head=("Rate\t100", ""),
            below=("mV\tmV\tdeg",),
            packed="xlsx",
            suffix=".xlsx",
        ),
    }


def sound_texts() -> dict[str, Text]:
    """A sound file of every text format and dialect, by a name that begins with that of its reader."""
    return _csv() | _recorders() | _excel()


PADDING = {"emgworks": "0.", "trigno_discover, clocks and events": "0."}  # what stands after a slower channel's end
