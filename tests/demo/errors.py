"""What can go wrong in the demo, in words for whoever started it."""


class DemoError(Exception):
    """A step of the demo did not work out."""
