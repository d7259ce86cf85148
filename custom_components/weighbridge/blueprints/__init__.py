"""The blueprints that come with Weighbridge, in the language of Home Assistant."""

from .install import async_install_blueprints

__all__ = ("async_install_blueprints",)
