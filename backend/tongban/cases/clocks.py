"""The clocks of a case: when it is due, how late it is, and that replaying agrees."""
