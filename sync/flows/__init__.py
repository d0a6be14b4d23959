"""When work is done and in which order: runs, schedules, pauses, recoveries."""
