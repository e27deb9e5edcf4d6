"""The hub of `workshop/hub`, as it is, but for what a rehearsal needs: ports that are free, and a page to look into."""

import os
import sys
from pathlib import Path

c = get_config()  # type: ignore[name-defined]  # noqa: F821  # JupyterHub defines it
load_subconfig(str(Path(sys.prefix, "hub/jupyterhub_config.py")))  # type: ignore[name-defined]  # noqa: F821

HUB_PORT, PROXY_PORT = os.environ["THREATLAB_TRY_PORTS"].split()
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{HUB_PORT}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{PROXY_PORT}"
c.Spawner.args += ["--LabApp.expose_app_in_browser=True"]
if os.geteuid() == 0:  # as in a container; a hub's learners are not root, and Jupyter refuses it
    c.Spawner.args += ["--allow-root"]
