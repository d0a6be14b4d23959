"""How the played systems are served: over sockets, or within the process."""
