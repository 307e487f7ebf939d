"""Maintenance windows: when weights may be downloaded, in the time of a place."""

import datetime
import zoneinfo
from typing import TypedDict


class Window(TypedDict):
    #: Days on which it begins: 0 is Monday.
    days: list[int]
    #: HH:MM of the place.
    start: str
    minutes: int
    timeZone: str


def open_until(windows: list[Window], now: float) -> float | None:
    """Seconds since 1970 at which the window that is open ends, the last of several; None where none is open.

    A window that begins at a time which a clock leaves out begins an hour later, and one at a time which comes twice begins at the first.
    """
    moment = datetime.datetime.fromtimestamp(now, datetime.UTC)
    ends = []
    for window in windows:
        zone = zoneinfo.ZoneInfo(window["timeZone"])
        hour, minute = (int(part) for part in window["start"].split(":"))
        today = moment.astimezone(zone).date()
        # A window of up to a week may have begun some days ago.
        for back in range(window["minutes"] // 1440 + 2):
            day = today - datetime.timedelta(days=back)
            if day.weekday() not in window["days"]:
                continue
            begin = datetime.datetime.combine(day, datetime.time(hour, minute), zone).astimezone(datetime.UTC)
            end = begin + datetime.timedelta(minutes=window["minutes"])
            if begin <= moment < end:
                ends.append(end.timestamp())
    return max(ends, default=None)
