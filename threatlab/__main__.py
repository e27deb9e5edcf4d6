"""`python -m threatlab`: the command line, where the command `threatlab` is not on the path."""

import sys

from threatlab.cli import main

if __name__ == "__main__":
    sys.exit(main())
