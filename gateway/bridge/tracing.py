"""What the control socket answers to whoever wants a trace."""

from collections.abc import Mapping
from typing import Any

from gateway.bridge.gateway import Gateway
from gateway.bridge.replies import Answer, refused
from gateway.bridge.trace import Trace
from gateway.bridge.tracer import Tracer
from gateway.control.policy import client_named
from gateway.control.trace import Wanted, opened_words, read_wanted
from gateway.outputs import Fact, What
from gateway.wire.ipv4 import host_bytes


def begin_trace(
    tracer: Tracer, request: Mapping[str, Any], now: float, wall: float
) -> Trace | Answer:
    """A trace that has begun, or why there is none. `wall` is what makes our clock the world's."""
    wanted = read_wanted(request)
    if not isinstance(wanted, Wanted):
        return refused(f"{wanted.where} {wanted.what}", wanted.hint)
    trace = _trace_of(tracer, wanted, now, wall)
    if trace is None:
        hint = "Name a client as in postern.toml, its outside address, or a session's number"
        return refused(f"{wanted.target!r} is nobody", hint)
    try:
        tracer.begin(trace)
    except ValueError as error:
        return refused(str(error), "Wait for one to end")
    return trace


def traced(gateway: Gateway, trace: Trace, by: str, now: float) -> Fact:
    """For the audit: that somebody looks on, at whom, and how much is shown.

    A session's own account has it too.
    """
    details = {"by": by, "target": trace.wanted.target, "opened": opened_words(trace.wanted)}
    fact = Fact(What.TRACED, trace.session, "", details)
    if trace.session:
        gateway.accounts.add(fact, now)
    return fact


def _trace_of(tracer: Tracer, wanted: Wanted, now: float, wall: float) -> Trace | None:
    """By a client's name, a session's number, or an address."""
    target = wanted.target
    if client_named(tracer.gateway.config, target) is not None:
        return Trace(wanted, now, wall, client=target)
    if target.isascii() and target.isdigit():
        known = int(target) in tracer.gateway.sessions
        return Trace(wanted, now, wall, session=int(target)) if known else None
    try:
        return Trace(wanted, now, wall, host=host_bytes(target))
    except ValueError:
        return None
