"""A browser that does in Home Assistant what a user of Weighbridge does."""
