"""The parts of bench/run: what is run (programs), by whom (engines), how it is measured (process),
and how the results are told (report, plot)."""
