"""Settings of the signal processing, and the limits of what a recording may be like."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from deepemg.settings import settings_dataclass


@settings_dataclass
class QualitySettings:
    """What a recording must be like, and what is worth a flag (all limits are our choice)."""

    mains_hz: float = Field(default=50.0, ge=45, le=65, description="Hz. Mains frequency of the country: 50 or 60.")
    rms_min_uv: float = Field(
        default=0.5,
        ge=0,
        description="uV. Raw EMG weaker than this in a whole trial is a dead channel or a wrong unit.",
    )
    rms_max_uv: float = Field(default=5000.0, gt=0, description="uV. Raw EMG stronger than this is a wrong unit.")
    raw_power_min: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="1. Share of the power in the EMG band below which a channel is no raw EMG (an envelope has almost "
        "none there).",
    )
    shortest_trial_s: float = Field(
        default=1.0,
        ge=0.5,
        description="s. A shorter recording holds no curl and no MVC window, and the filters need some length.",
    )
    clock_tolerance: float = Field(
        default=0.005,
        ge=0,
        le=1,
        description="1. Difference of where EMG and angle begin or end, as a share of the trial, from which the "
        "files do not belong together (clock drift of two devices).",
    )
    clock_slack_s: float = Field(default=0.1, ge=0, description="s. Difference that is allowed on top.")
    angle_min_deg: float = Field(
        default=-30.0,
        le=0,
        description="deg. Lowest joint angle of a living arm; some joints reach 15 deg beyond straight, a sensor's "
        "zero is off by some more.",
    )
    angle_max_deg: float = Field(
        default=165.0,
        ge=90,
        le=180,
        description="deg. Highest joint angle of a living arm (full flexion 140-160 deg). Beyond it the unit is "
        "wrong, or 180 means straight.",
    )
    excursion_min_deg: float = Field(
        default=10.0,
        ge=0,
        description="deg. A movement trial moves the joint at least this far; less is a wrong unit (radians called "
        "degrees), or a hold.",
    )
    artefact_flag: float = Field(
        default=0.15,
        ge=0,
        le=1,
        description="1. Share of the power below the EMG band that is flagged as motion artefact.",
    )
    mains_flag: float = Field(
        default=0.1, ge=0, le=1, description="1. Share of the power at mains frequency that is flagged."
    )
    clipping_flag: float = Field(
        default=0.003,
        ge=0,
        le=1,
        description="1. Share of samples that stay at the largest (or the lowest) value that is flagged as clipping.",
    )
    envelope_below: float = Field(
        default=0.05,
        ge=0,
        description="1. An envelope that goes further below 0 is none; a low-pass undershoots by less.",
    )
    envelope_above: float = Field(
        default=3.0,
        gt=1,
        description="1. An envelope above this multiple of its reference is in another unit (per cent), or its "
        "reference is of another channel; honest maxima are exceeded by half at most.",
    )
    rough_flag: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="1. Share of an envelope's variance above 20 Hz from which it was not smoothed.",
    )
    silent_below: float = Field(
        default=0.003,
        ge=0,
        description="1. A channel whose envelope changes by less in every movement is dead.",
    )
    silent_once: float = Field(
        default=0.04,
        ge=0,
        le=1,
        description="1. Peak of a channel in one movement over that in the others below which a sensor was lost.",
    )
    outside_joint_max: float = Field(
        default=0.45,
        ge=0,
        le=1,
        description="1. Share of samples outside the joint's geometry from which the angle's zero or direction is "
        "another one.",
    )
    jump_deg_s2: float = Field(
        default=50_000.0,
        gt=0,
        description="deg/s2. Angular acceleration between neighbouring frames that no limb reaches: a lost marker.",
    )
    frozen_flag_s: float = Field(
        default=0.1, ge=0, description="s. Standstill of the angle to the last digit, in motion, that is flagged."
    )
    crosstalk_flag: float = Field(
        default=0.6,
        ge=0,
        le=1,
        description="1. Correlation of two raw channels in a movement that is flagged; recorded pairs reach 0.05 to "
        "0.14, simulated ones 0.55.",
    )
    noise_flag: float = Field(
        default=0.12,
        ge=0,
        description="1. Rms of an artefact or of hum over the channel's loudest half second below which it is not "
        "worth a flag: it vanishes where the envelope is divided by its level.",
    )
    hum_flag: float = Field(
        default=25.0,
        ge=1,
        description="1. Power at the mains frequency or a harmonic over the power beside it that is flagged.",
    )
    still_flag_s: float = Field(
        default=0.03, ge=0, description="s. Time at one value that is flagged: a sensor that was lost."
    )
    spike_flag: float = Field(
        default=12.0, ge=3, description="1. Samples beyond this multiple of the rms around them are flagged."
    )
    step_flag: float = Field(
        default=1.5, ge=0, description="1. Lasting change of the baseline over the rms of the EMG that is flagged."
    )
    swapped_flag: float = Field(
        default=0.95,
        ge=0,
        description="1. Loudness of the muscles that lift over that of the others below which they are flagged as "
        "swapped; subjects reach 1.7 to 7.",
    )
    reversed_flag: float = Field(
        default=0.85,
        ge=0,
        description="1. Loudness in lifting over that in lowering below which the angle is flagged as reversed; "
        "subjects reach 1.4 to 3.5.",
    )
    unrelated_flag: float = Field(
        default=0.3,
        ge=-1,
        le=1,
        description="1. Best correlation of EMG with the moment, median of the movements, below which they may not "
        "belong together; subjects reach 0.45 to 0.85.",
    )
    late_flag_s: float = Field(
        default=-0.015,
        description="s. EMG that follows the moment later than this is flagged; it leads by 0.03 to 0.6 s.",
    )
    strength_flag: float = Field(
        default=1.6,
        gt=0,
        description="1. Strength that loads and EMG imply, over the joint's greatest moment, that is flagged.",
    )
    weakness_flag: float = Field(
        default=0.12, ge=0, description="1. The same share below which it is flagged; subjects reach 0.4."
    )
    heavier_flag: float = Field(
        default=0.8,
        ge=0,
        description="1. EMG with the heaviest load over that with the lightest below which loads are flagged.",
    )
    speed_flag_deg_s: float = Field(
        default=600.0, ge=0, description="deg/s. Joint speed that is flagged; voluntary curls stay below."
    )
    outside_joint_flag: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="1. Share of samples outside the angles that the joint's geometry covers (it is extrapolated "
        "there) that is flagged.",
    )


@settings_dataclass
class KinematicsSettings:
    """Low-pass of the angle before differentiation."""

    cutoff_hz: float = Field(
        default=6.0, ge=0.5, le=50, description="Hz. 6 Hz is the habit of the field for voluntary limb movement."
    )
    order: int = Field(
        default=4,
        ge=2,
        le=8,
        multiple_of=2,
        description="Order of the zero-lag Butterworth filter, both passes together. The cutoff is that of each "
        "pass, so the gain there is one half (the habit of most labs).",
    )


@settings_dataclass
class EnvelopeSettings:
    """Raw EMG to envelope (SENIAM; Hermens 2000). Held-out channels pass the same filters."""

    band_low_hz: float = Field(
        default=20.0,
        ge=1,
        le=100,
        description="Hz. Lower edge: SENIAM 10-20 Hz, 20 Hz against motion artefact (De Luca 2010).",
    )
    band_high_hz: float = Field(
        default=450.0,
        ge=100,
        le=1000,
        description="Hz. Upper edge: SENIAM near 500 Hz; needs more than twice that as sampling rate.",
    )
    envelope_cutoff_hz: float = Field(
        default=6.0, ge=1, le=20, description="Hz. Low-pass of the rectified signal; 3-6 Hz is usual."
    )
    order: int = Field(
        default=4,
        ge=2,
        le=8,
        multiple_of=2,
        description="Order of the zero-lag Butterworth filters, both passes together; cutoffs are those of each pass.",
    )
    amplitude: Literal["rectified", "whitened"] = Field(
        default="whitened",
        description="whitened: mean of the rectified signal behind an adaptive whitening filter (Clancy & Farry 2000), "
        "which fluctuates less: truer to the excitation on simulated subjects, and to torque and repetition on a "
        "person. rectified: without the filter, as most labs do it; the released weights refuse it.",
    )
    whitening_order: int = Field(
        default=4,
        ge=1,
        le=20,
        description="Order of the autoregressive model of a channel's spectrum, for whitened: low orders are enough "
        "(Clancy & Hogan 1994); higher ones made no difference on simulated subjects.",
    )
    mvc_window_s: float = Field(
        default=0.5, ge=0.05, le=3, description="s. The MVC level is the largest mean over this window."
    )


COMMON_CLOCK: Any = Field(
    default=100.0,
    ge=20,
    le=1000,
    description="Hz. Common clock of envelopes, kinematics and torque. 100 Hz holds a 6 Hz envelope with room to spare "
    "(our choice).",
)


@settings_dataclass
class SignalSettings:
    """Everything between a lab's files and the trials that a method sees."""

    rate_hz: float = COMMON_CLOCK
    quality: QualitySettings = Field(default=QualitySettings())
    kinematics: KinematicsSettings = Field(default=KinematicsSettings())
    envelopes: EnvelopeSettings = Field(default=EnvelopeSettings())
