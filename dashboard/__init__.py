"""The dashboard: reads published copies, asks through the inbox, and does nothing else."""
