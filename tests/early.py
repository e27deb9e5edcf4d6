"""What has to hold before pytest loads the plugins that are installed; `make` asks for it by `-p tests.early`."""

import sys

sys.modules["rfc3987_syntax"] = None  # jsonschema would read its grammar for a second, and never use it here
