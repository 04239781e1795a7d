"""Which channels there are besides e-mail: the folders beside this file."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from studyplans.reminders import channels as folder
from studyplans.reminders.channels.channel import Channel


def channels() -> dict[str, Channel]:
    """Return by name what this installation offers."""
    return {channel.name: channel for channel in all_channels() if channel.is_offered}


@cache
def all_channels() -> list[Channel]:
    names = (module.name for module in iter_modules(folder.__path__) if module.ispkg)
    modules = (import_module(f"{folder.__name__}.{name}") for name in names)
    return [module.CHANNEL for module in modules if hasattr(module, "CHANNEL")]
