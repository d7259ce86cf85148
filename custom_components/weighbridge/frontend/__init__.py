"""The dashboard: what the browser gets, and what it asks for."""

from .household import async_describe_household
from .serve import async_setup_frontend

__all__ = ("async_describe_household", "async_setup_frontend")
