"""GET /resource/{resourceId}/isBusy/…: true or false (lines 26-28)."""

import pytest

from bookproof.plugin import demonstrates, requirement

pytestmark = pytest.mark.usefixtures("asking")


@demonstrates("TT-011")
def test_the_question_is_served(timetap, standing):
    assert timetap.is_busy(standing).accepted


@demonstrates("TT-012")
@pytest.mark.parametrize("date", ["2030-01-15", "2030-06-30", "2030-07-01", "2030-12-31"])
def test_a_date_is_year_month_day(timetap, standing, date):
    assert timetap.is_busy(standing, date=timetap.samples.day(date)).accepted


@demonstrates("TT-013")
@pytest.mark.parametrize("start", ["0900", "0945", "1015"])
def test_a_start_is_hours_and_minutes(timetap, standing, start):
    assert timetap.is_busy(standing, start=start).accepted


@demonstrates("TT-014")
@pytest.mark.parametrize("end", ["1030", "1345", "2000"])
def test_an_end_is_hours_and_minutes(timetap, standing, end):
    assert timetap.is_busy(standing, end=end).accepted


@requirement("TT-015")
@pytest.mark.parametrize(("start", "end"), [("0000", "0001"), ("0000", "2359"), ("1015", "0930"), ("1200", "1200")])
def test_an_unusual_window_is_answered_like_any_other(timetap, standing, start, end):
    assert timetap.is_busy(standing, start=start, end=end).status < 500


@requirement("TT-015")
@pytest.mark.parametrize("date", ["2028-02-29", "2015-03-01", "2099-12-31"])
def test_an_unusual_date_is_answered_like_any_other(timetap, standing, date):
    assert timetap.is_busy(standing, date=date).status < 500


@requirement("TT-016")
def test_a_resource_that_was_never_booked_is_free(timetap, standing):
    assert timetap.is_busy(standing).accepted


@requirement("TT-019")
@pytest.mark.usefixtures("reading")
def test_asking_changes_nothing(timetap, standing):
    timetap.read(standing)
    timetap.is_busy(standing)
    assert timetap.read(standing).accepted
