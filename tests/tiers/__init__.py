"""Which of the tests that take their time `make test` plays, and which it leaves to `make verify`."""
