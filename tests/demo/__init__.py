"""The demo: Weighbridge in a real Home Assistant, between simulated vendors."""
