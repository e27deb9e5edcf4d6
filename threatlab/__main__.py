"""`python -m threatlab`, and the command `threatlab`: the command line, which an interrupt ends with a sentence."""

import sys


def main() -> int:
    """Run the command line and return its exit code; Ctrl-C while it is still loading is no traceback either."""
    try:
        from threatlab.cli import main as run

        return run()
    except KeyboardInterrupt:
        print("threatlab: interrupted; nothing was written", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
