#!/usr/bin/env python3
"""Milepost's front door: `python3 manage.py up`, `python3 manage.py test`, and Django's commands.

This file must still be readable to an old Python, so that it can say which one it needs.
"""

import sys

OLDEST, NEWEST = (3, 11), (3, 13)

if not OLDEST <= sys.version_info[:2] <= NEWEST:
    sys.exit(
        "Milepost needs Python 3.11, 3.12 or 3.13 and this is {}.{}: install one of them and run, "
        "for example, python3.13 manage.py up".format(*sys.version_info)
    )

if __name__ == "__main__":
    from config import bootstrap

    bootstrap.main(sys.argv)
