"""A connection to another machine by the ``ssh`` program, and what it means when there is none."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from typing import IO, Any, cast

from dlstudio.training.sites.site import Machine, SiteError

_OPTIONS = (
    "-T",
    *("-o", "BatchMode=yes"),  # nobody is there to type a password
    *("-o", "ConnectTimeout=20"),
    *("-o", "ServerAliveInterval=15"),
    *("-o", "ServerAliveCountMax=4"),
)
_END_SECONDS = 5.0


class Connection:
    """One ``ssh`` with DL Studio at the other end.

    Attributes:
        incoming, outgoing: What the other end writes and reads.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - read after the end
        # The command is the person's own word and goes through the shell over there; all else is said by the protocol.
        try:
            self._process = subprocess.Popen(
                ["ssh", *_OPTIONS, "--", machine.host, f"{machine.command} host"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
            )
        except FileNotFoundError:
            raise SiteError("There is no program 'ssh' on this computer. Install OpenSSH's client.") from None
        except OSError as error:
            raise SiteError(f"The program 'ssh' could not be started: {error.strerror}.") from None
        self.incoming = cast(IO[bytes], self._process.stdout)
        self.outgoing = cast(IO[bytes], self._process.stdin)

    def close(self) -> None:
        """Hangs up; what was started over there goes on."""
        for stream in (self.outgoing, self.incoming):
            with contextlib.suppress(OSError, ValueError):
                stream.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def complaint(self) -> str:
        """Why nobody greeted at the other end, as a sentence; for a connection that has been closed."""
        with contextlib.suppress(OSError, ValueError):
            self._complaints.seek(0)
        said = self._complaints.read().decode("utf-8", "replace")
        return explained(self._machine, self._process.returncode, said)

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def explained(machine: Machine, status: int | None, said: str) -> str:
    """What to tell of an ``ssh`` that has ended without a word of DL Studio.

    Args:
        machine: That was called.
        status: Exit status of ``ssh``: 255 is its own failure, else that of the command over there.
        said: What it wrote to its standard error.
    """
    host, lower = machine.host, said.lower()
    if "could not resolve" in lower or "name or service not known" in lower:
        return f"There is no machine named {host}, or it is not known here. Look at its name, or at ~/.ssh/config."
    if "host key verification failed" in lower or "identification has changed" in lower:
        return f"ssh does not trust {host} yet, or no longer. Run 'ssh {host}' once in a terminal, and look at its key."
    if "permission denied" in lower and status == 255:
        return f"{host} does not let you in without a password. Set up a key for it, with: ssh-copy-id {host}"
    if "refused" in lower or "timed out" in lower or "no route" in lower or "unreachable" in lower:
        return f"{host} does not answer. Look whether it is switched on and reachable from here."
    if status in (126, 127) or "not found" in lower or "no such file" in lower:
        return (
            f"There is no command '{machine.command}' on {host}. Install DL Studio there, or say with --remote-command "
            "how it is started."
        )
    if "invalid choice" in lower or "neither a command nor" in lower:
        return f"DL Studio on {host} is another version, which takes no runs of others. Use the same version on both."
    last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "")
    return f"DL Studio could not be started on {host}." + (f" It said: {last[:300]}" if last else "")
