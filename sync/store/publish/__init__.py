"""What leaves the live file: copies for readers, backups, and the marks beside it."""
