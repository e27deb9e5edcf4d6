#!/bin/sh
# Install the course from this stick: sh install.sh [FOLDER]. The first Python that is new enough does it.
here=$(dirname "$0")
for python in python3.14 python3.13 python3.12 python3.11 python3; do
    if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$python" "$here/install.py" "$@"
    fi
done
echo "The course needs Python 3.11 or newer with its venv module, and there is none here: README.txt says where from." >&2
exit 1
