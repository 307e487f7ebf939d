import os
import sys

from model_pipeline.cli import main

# The log has the standard output for itself: what libraries print goes to the standard error.
sys.stdout.flush()
with os.fdopen(os.dup(1), "w", encoding="utf-8") as lines:
    if sys.argv[1:2] == ["run"]:
        os.dup2(2, 1)
    status = main(lines=lines)
sys.exit(status)
