"""Commands about flows: run now, pause, resume, change the schedule."""

from collections.abc import Callable

from sync.commands.handling import CommandAnswer, CommandContext
from sync.commands.shapes import Pause, Resume, RunNow, Schedule
from sync.flows.scheduler import ScheduleError, trigger_of
from sync.store.database import Store
from sync.store.tables import runs
from sync.store.tables.runs import Flow


def run_now(context: CommandContext, command: RunNow, _actor: str) -> CommandAnswer:
    """Start a flow; one that runs already is told to hurry, and the command refused."""
    flow = _flow(context.store, command.flow)
    if flow is None:
        return _unknown(command.flow)
    return CommandAnswer.yes() if context.run_now(flow) else CommandAnswer.no("already_running")


def pause(context: CommandContext, command: Pause, actor: str) -> CommandAnswer:
    """Stop a flow's schedule in a person's name."""
    flow = _flow(context.store, command.flow)
    if flow is None:
        return _unknown(command.flow)
    if flow.paused:
        return CommandAnswer.no("already_paused")
    return _changed(context, flow, lambda: runs.set_paused(context.store, flow.name, True, command.reason, actor))


def resume(context: CommandContext, command: Resume, actor: str) -> CommandAnswer:
    """Let a paused flow's schedule go on."""
    flow = _flow(context.store, command.flow)
    if flow is None:
        return _unknown(command.flow)
    if not flow.paused:
        return CommandAnswer.no("not_paused")
    return _changed(context, flow, lambda: runs.set_paused(context.store, flow.name, False, "", actor))


def schedule(context: CommandContext, command: Schedule, _actor: str) -> CommandAnswer:
    """Let a flow run by another interval or cron, which is refused with its reason where it makes no sense."""
    flow = _flow(context.store, command.flow)
    if flow is None:
        return _unknown(command.flow)
    interval, cron = command.interval_seconds, command.cron
    try:
        trigger_of(interval, cron, context.clock.now())
    except ScheduleError as error:
        return CommandAnswer.no(error.code, reason=str(error))
    return _changed(context, flow, lambda: runs.set_schedule(context.store, flow.name, interval, cron))


def deal_flows(store: Store, system: str) -> tuple[str, ...]:
    """Return the names of the flows of a CRM account's deals."""
    return tuple(flow.name for flow in runs.flows(store) if (flow.kind, flow.system) == ("deals", system))


def _flow(store: Store, name: str) -> Flow | None:
    return next((flow for flow in runs.flows(store) if flow.name == name), None)


def _unknown(name: str) -> CommandAnswer:
    return CommandAnswer.no("unknown_flow", flow=name)


def _changed(context: CommandContext, flow: Flow, change: Callable[[], None]) -> CommandAnswer:
    """Store a change of a flow and let the scheduler follow it."""
    with context.store.joined():
        change()
    changed = next(each for each in runs.flows(context.store) if each.name == flow.name)
    context.reschedule(changed)
    return CommandAnswer.yes()
