"""Is what ships besides the code in order, and does it say what the code does?"""
