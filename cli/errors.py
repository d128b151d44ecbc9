"""How a command can end badly, and the exit code of each. The message is one sentence saying what to do."""

from typing import ClassVar

INTERRUPTED = 130


class CommandError(Exception):
    """The command could not be done."""

    exit_code: ClassVar[int] = 1


class JobFailed(CommandError):
    """The job ended without stems, or what came out is not good."""


class RefusedForNow(JobFailed):
    """The server does not do it now; the same may work later."""


class StackFailed(CommandError):
    """The stack could not be started."""


class WrongUse(CommandError):
    """The command was given something it cannot work with."""

    exit_code = 2


class ServerUnreachable(CommandError):
    """No server answers at the address."""

    exit_code = 3


class Interrupted(CommandError):
    """The person pressed Ctrl-C."""

    exit_code = INTERRUPTED
