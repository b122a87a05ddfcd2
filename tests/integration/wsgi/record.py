"""Where applications note what a client does not see: the file that $RECORD names."""

import os


def record(line):
    with open(os.environ["RECORD"], "a", encoding="utf-8") as file:
        file.write(line + "\n")
