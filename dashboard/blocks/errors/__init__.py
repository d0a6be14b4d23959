"""What waits for a person: issues, the queue, and the repair of one."""
