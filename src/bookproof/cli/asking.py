"""Asks before a run creates anything on a machine that is not this one."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from bookproof.errors import UsageError

if TYPE_CHECKING:
    from bookproof.targets.opening import Plan


def ask_before_writing(plans: Iterable[Plan], yes: bool) -> None:
    """Returns where the runs may write; UsageError where nobody can be asked, click.Abort where the answer is no."""
    from bookproof.targets.opening import address

    hosts = {address(plan.url).host for plan in plans if plan.kind == "live"}
    elsewhere = sorted(host for host in hosts if not _loopback(host))
    if not elsewhere or yes or os.environ.get("CI"):
        return
    question = f"This creates and deletes resources at {', '.join(elsewhere)}. Go on?"
    if not sys.stdin.isatty():
        raise UsageError(f"The run would write to {', '.join(elsewhere)}.", hint="Say that it may: --yes.")
    click.confirm(question, abort=True, err=True)


def _loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
