"""The 28 amenity flags (lines 62 and 141-224): each is accepted, alone."""

import pytest

from bookproof.plugin import demonstrates

FLAGS = (
    "Projector",
    "Internet",
    "ConferencePhone",
    "StandardPhone",
    "WhiteBoard",
    "LargeDisplay",
    "Catering",
    "TeaAndCoffee",
    "Drinks",
    "SecurityLock",
    "CCTV",
    "VoiceRecorder",
    "AirConditioning",
    "Heating",
    "NaturalLight",
    "StandingDesk",
    "QuietZone",
    "WirelessCharger",
    "PrivacyScreen",
    "Soundproof",
    "VideoConferencing",
    "DualDisplayScreen",
    "DisplayScreen",
    "WirelessPresentation",
    "PaSystem",
    "DesktopMonitor",
    "FlipChart",
    "SecureStorage",
)


@demonstrates("NX-045")
@pytest.mark.parametrize("flag", FLAGS)
def test_an_amenity_flag_is_accepted(nexudus, minimum, flag):
    assert nexudus.create(minimum | {flag: True}).accepted


@demonstrates("NX-045")
def test_flags_that_are_all_false_are_accepted(nexudus, minimum):
    assert nexudus.create(minimum | dict.fromkeys(FLAGS, False)).accepted
