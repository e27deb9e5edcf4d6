"""A JupyterHub for a room: a process for each learner, with a copy of the course of their own. ../hosting.md says how.

THREATLAB_HUB_HOMES names a folder for a rehearsal; without it, each learner has an account of this machine.
"""

import os
import sys
from pathlib import Path

c = get_config()  # type: ignore[name-defined]  # noqa: F821  # JupyterHub defines it

HERE = Path(__file__).resolve().parent
ENVIRONMENT = Path(sys.executable).parent

IDLE_SECONDS = 3600
"""A server that nobody used for so long is stopped; its learner's files stay. A page that is open counts as used."""

# ---- who may come in

if homes := os.environ.get("THREATLAB_HUB_HOMES"):
    # One password for all, and all run under the account that started the hub: nothing keeps them apart.
    c.JupyterHub.spawner_class = "simple"
    c.SimpleLocalProcessSpawner.home_dir_template = f"{homes}/{{username}}"
    c.JupyterHub.authenticator_class = "shared-password"
    c.SharedPasswordAuthenticator.user_password = os.environ.get("THREATLAB_HUB_PASSWORD", "")
    c.Authenticator.allow_all = True
    c.Authenticator.username_pattern = "[a-z][a-z0-9-]{0,31}"  # a name becomes a folder's
else:
    # The accounts of the group `learners`, each with its own password and home, and nobody else.
    c.JupyterHub.spawner_class = "localprocess"
    c.JupyterHub.authenticator_class = "pam"
    c.LocalAuthenticator.allowed_groups = {"learners"}
    c.PAMAuthenticator.open_sessions = False

# ---- what each of them gets

c.Spawner.cmd = [str(HERE / "learner")]
c.Spawner.args = [f"--config={HERE / 'server_config.py'}"]
c.Spawner.default_url = "/lab/tree/my-course/00-why.ipynb"
c.Spawner.start_timeout = c.Spawner.http_timeout = 300  # sixty at once on a few cores
c.Spawner.environment = {
    "PATH": f"{ENVIRONMENT}{os.pathsep}{os.environ['PATH']}",
    # One thread each: sixty learners times all cores would only wait for each other.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # What one process may take, in MB. The kernel, its exercises' judges and the server are one each.
    "THREATLAB_PROCESS_MB": os.environ.get("THREATLAB_PROCESS_MB", "2048"),
}
if shared := os.environ.get("THREATLAB_CLASS"):  # the folder of the class view, for who opts in
    c.Spawner.environment["THREATLAB_CLASS"] = shared

# ---- the hub itself

c.JupyterHub.bind_url = os.environ.get("THREATLAB_HUB_URL", "http://:8000")
c.ConfigurableHTTPProxy.command = [str(HERE / "node_modules/.bin/configurable-http-proxy")]
c.JupyterHub.services = [
    {
        "name": "culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={IDLE_SECONDS}"],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "culler",
        "services": ["culler"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }
]
