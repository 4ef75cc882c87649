"""The training process of a run that is computed elsewhere: it claims the folder, and says how the run ended.

To everybody else the run is like one of this computer: a process works on its folder, events come in, and commands are
obeyed. Keras is not needed here.
"""

from __future__ import annotations

import sys
import traceback

from dlstudio.training.controls import Controls
from dlstudio.training.runs.event_log import EventLog
from dlstudio.training.runs.events import Failed
from dlstudio.training.runs.process_identity import own_identity
from dlstudio.training.runs.run_folder import RunFolder
from dlstudio.training.sites.site import Cluster, Site, SiteError, refuse_unknown


def conduct(run: RunFolder, site: Site, resume: bool) -> int:
    """Has a run computed at its site.

    Args:
        run: Its folder.
        site: Where.
        resume: Go on from the last checkpoint.

    Returns:
        0 where it finished or was stopped, 1 where it failed; the last event says why.
    """
    known = run.process()
    if any(known.get(name) != value for name, value in own_identity().items()):
        run.claim(own_identity()["pid"])
    controls = Controls(run)
    try:
        with controls.listening():
            refuse_unknown(run.record(), run.name)
            if isinstance(site, Cluster):
                from dlstudio.training.sites.cluster import train_on_cluster

                return train_on_cluster(run, site, controls, resume=resume)
            from dlstudio.training.sites.carrying import train_on_machine

            return train_on_machine(run, site, controls, resume=resume)
    except Exception as error:  # whatever goes wrong has to reach the user as an event
        message = str(error)
        if not isinstance(error, SiteError):
            traceback.print_exc(file=sys.stderr)
            message = f"The run could not be computed on {site}: {type(error).__name__}: {error}. See log.txt."
        log = EventLog(run.events_file)
        log.write(Failed(kind="site", message=message))
        log.close()
        return 1
    finally:
        run.release()
