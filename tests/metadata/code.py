"""What the code says to users, read from its syntax trees."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from homeassistant.components.repairs import RepairsFlow
from homeassistant.config_entries import ConfigFlow, ConfigSubentryFlow, OptionsFlow
from homeassistant.exceptions import HomeAssistantError

from .package import module, sources

# The flows by their base class, and where their texts are.
FLOWS: Mapping[type, str] = {
    ConfigFlow: "config",
    ConfigSubentryFlow: "config_subentries",
    OptionsFlow: "options",
    RepairsFlow: "fix_flow",
}

# Which argument of which function of Home Assistant names a text of which kind.
ARGUMENTS = {
    "async_abort": {"reason": "abort"},
    "async_create_entry": {"description": "create_entry"},
    "async_create_issue": {"translation_key": "issues"},
    "async_show_form": {"step_id": "step"},
    "async_show_menu": {"step_id": "step", "menu_options": "menu_options"},
    "async_show_progress": {"step_id": "step", "progress_action": "progress"},
    "async_update_reload_and_abort": {"reason": "abort"},
    "_abort_if_unique_id_mismatch": {"reason": "abort"},
    "AbortFlow": {"reason": "abort"},
    "SelectSelectorConfig": {"translation_key": "selector"},
}


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in the code that names a text: in which flow, of which kind."""

    path: str
    flow: str | None
    kind: str
    node: ast.expr
    call: ast.Call | None = None

    @property
    def function(self) -> str:
        """Return what is called, without where it is found."""
        return "" if self.call is None else ast.unparse(self.call.func).split(".")[-1]

    def besides(self, argument: str) -> frozenset[str]:
        """Return what another argument of the same call names; it must be plain."""
        assert self.call is not None
        given = {keyword.arg: keyword.value for keyword in self.call.keywords}
        names = meaning(self.path, given[argument])
        assert names is not None, ast.unparse(self.call)
        return names

    @property
    def written(self) -> str:
        """Return the name as the code has it."""
        return ast.unparse(self.node)

    def names(self) -> frozenset[str] | None:
        """Return what the name is, None if only a running program can tell."""
        return meaning(self.path, self.node)


def meaning(path: str, node: ast.expr) -> frozenset[str] | None:
    """Return the strings that an expression stands for, if its module alone tells."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        found = [meaning(path, value) for value in _returned(path, node.func.id)]
        if found and None not in found:
            return frozenset(name for names in found for name in names or ())
    code = compile(ast.Expression(node), path, "eval")
    try:
        value = eval(code, dict(vars(module(path))))  # noqa: S307 - of our own code
    except AttributeError, NameError:
        return None
    if isinstance(value, str):
        return frozenset({str(value)})
    if isinstance(value, list | tuple) and all(isinstance(v, str) for v in value):
        return frozenset(map(str, value))
    return frozenset() if value is None else None


@cache
def mentions() -> tuple[Mention, ...]:
    """Return all places that name a text."""
    return tuple(
        mention
        for path, tree in sources().items()
        for mention in _search(path, tree, None)
    )


@cache
def words() -> frozenset[str]:
    """Return all strings of the code, by themselves or as constants."""
    found: list[object] = []
    for path, tree in sources().items():
        found += [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
        found += vars(module(path)).values()
    return frozenset(str(word) for word in found if isinstance(word, str))


def raised() -> Iterator[tuple[str, ast.Call]]:
    """Yield each error of Home Assistant that is created, with its module."""
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _is_error(path, node.func):
                yield path, node


def _search(
    path: str, node: ast.AST, flow: str | None, function: ast.FunctionDef | None = None
) -> Iterator[Mention]:
    """Yield the mentions in a node, which is inside of a flow and a function or not."""
    found: list[tuple[str, ast.expr, ast.Call | None]] = []
    match node:
        case ast.ClassDef(name=name):
            flow = _flow(path, name) or flow
        case ast.FunctionDef():
            function = node
        case ast.Call():
            found = [(*argument, node) for argument in _arguments(path, node)]
        case ast.Assign(targets=[ast.Subscript(value=target, slice=key)], value=given):
            if ast.unparse(target) == "errors":
                found.append(("error", given, None))
            if isinstance(key, ast.Constant) and key.value == "translation_key":
                found.append(("device", given, None))
        case ast.Assign(targets=[ast.Attribute(attr="error")], value=given):
            found = [("error", given, None)]
    for kind, value, call in found:
        for given in _given(path, function, value):
            yield Mention(path, flow, kind, given, call)
    for child in ast.iter_child_nodes(node):
        yield from _search(path, child, flow, function)


def _given(
    path: str, function: ast.FunctionDef | None, value: ast.expr
) -> Iterator[ast.expr]:
    """Yield a value, or what callers give for it if it is a private parameter."""
    parameters = [argument.arg for argument in function.args.args] if function else []
    if (
        function is None
        or not function.name.startswith("_")
        or not isinstance(value, ast.Name)
        or value.id not in parameters
    ):
        yield value
        return
    for caller in ast.walk(sources()[path]):
        if isinstance(caller, ast.FunctionDef):
            for call in ast.walk(caller):
                if (
                    isinstance(call, ast.Call)
                    and ast.unparse(call.func) == function.name
                ):
                    argument = call.args[parameters.index(value.id)]
                    yield from _given(path, caller, argument)


def _arguments(path: str, call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """Yield the kinds and names of the texts that a call mentions."""
    name = ast.unparse(call.func).rpartition(".")[2]
    kinds = ARGUMENTS.get(name, {})
    if name == "AbortFlow":
        yield "abort", call.args[0]
    elif _is_error(path, call.func):
        kinds = {"translation_key": "exceptions"}
    for keyword in call.keywords:
        if keyword.arg in kinds:
            yield kinds[keyword.arg], keyword.value


def _returned(path: str, name: str) -> Iterator[ast.expr]:
    """Yield what a function of a module returns."""
    for function in sources()[path].body:
        if isinstance(function, ast.FunctionDef) and function.name == name:
            for node in ast.walk(function):
                if isinstance(node, ast.Return) and node.value is not None:
                    yield node.value


def _flow(path: str, name: str) -> str | None:
    """Return which flow a class belongs to."""
    cls = getattr(module(path), name, None)
    if not isinstance(cls, type):
        return None
    return next((key for base, key in FLOWS.items() if issubclass(cls, base)), None)


def _is_error(path: str, func: ast.expr) -> bool:
    """Tell whether what is called creates an error of Home Assistant."""
    if not isinstance(func, ast.Name):
        return False
    cls = getattr(module(path), func.id, None)
    return isinstance(cls, type) and issubclass(cls, HomeAssistantError)
