"""The whole of Kvitt against the whole sandbox, on virtual time, with every fault that a seed can think of."""
