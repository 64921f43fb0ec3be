"""What pytest needs at the root: bookproof's plugin."""

import gc

pytest_plugins = ["bookproof.plugin"]

gc.set_threshold(100_000, 20, 20)  # thousands of tests leave few cycles, and to look for them takes a tenth of the time
