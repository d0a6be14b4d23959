"""The remote systems, played on this machine: same paths, limits, arithmetic and error bodies."""
