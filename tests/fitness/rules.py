"""The rules of the house that no linter knows: each takes a module's tree and says what breaks it, and where."""

import ast

LINES_MAX = 400
FUNCTION_LINES_MAX = 50
PUBLIC_METHODS_MAX = 15
POSITIONAL_MAX = 5

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def no_async(tree):
    """Below the runtime nothing waits."""
    kinds = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)
    return [f"line {node.lineno}: async" for node in ast.walk(tree) if isinstance(node, kinds)]


def no_float(tree):
    """Money is exact."""
    return [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(tree)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float | complex))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]


def no_broad_except(tree):
    """A fault is caught where it can be acted on, by its name."""
    return [
        f"line {node.lineno}: except {ast.unparse(node.type) if node.type else ''}".rstrip()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and _is_broad(node.type)
    ]


def _is_broad(caught):
    if caught is None:
        return True
    if isinstance(caught, ast.Tuple):
        return any(_is_broad(each) for each in caught.elts)
    return isinstance(caught, ast.Name) and caught.id in ("Exception", "BaseException")


def no_set_iteration(tree, attributes=frozenset()):
    """The order of a set is not part of the behaviour; `attributes` are names of set fields found elsewhere."""
    names = set_names(tree) | attributes
    return [
        f"line {walked.lineno}: {ast.unparse(walked)}"
        for node in ast.walk(tree)
        for walked in _walked(node)
        if _is_set(walked, names)
    ]


def set_names(tree):
    """Return the names that are annotated as sets or given one."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and _is_set_annotation(node.annotation):
            found.add(_last_name(node.target))
        elif isinstance(node, ast.arg) and node.annotation and _is_set_annotation(node.annotation):
            found.add(node.arg)
        elif isinstance(node, ast.Assign) and _is_set(node.value, frozenset()):
            found |= {_last_name(target) for target in node.targets}
    return found - {None}


def _walked(node):
    """Yield what `node` goes through one by one, in an order that shows."""
    if isinstance(node, ast.For | ast.comprehension):
        yield node.iter
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in ("list", "tuple", "iter", "enumerate", "next", "zip", "map", "dict"):
            yield from node.args
    elif isinstance(node, ast.Starred):
        yield node.value


def _is_set(node, names):
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in ("set", "frozenset")
    if isinstance(node, ast.BinOp):
        return _is_set(node.left, names) or _is_set(node.right, names)
    return _last_name(node) in names


def _is_set_annotation(annotation):
    return ast.unparse(annotation).split("[")[0] in ("set", "frozenset", "Set", "AbstractSet")


def _last_name(node):
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None


def small_functions(tree):
    """A function fits on a screen and takes few things by position."""
    complaints = []
    for node in ast.walk(tree):
        if not isinstance(node, FUNCTIONS):
            continue
        lines = node.end_lineno - node.lineno + 1
        if lines > FUNCTION_LINES_MAX:
            complaints.append(f"line {node.lineno}: {node.name}: {lines} lines, at most {FUNCTION_LINES_MAX}")
        positional = [each.arg for each in (*node.args.posonlyargs, *node.args.args) if each.arg not in ("self", "cls")]
        if len(positional) > POSITIONAL_MAX:
            complaints.append(
                f"line {node.lineno}: {node.name}: {len(positional)} positional parameters, at most {POSITIONAL_MAX}"
            )
    return complaints


def small_classes(tree):
    """A class can be told in one breath."""
    counted = [
        (node, sum(isinstance(each, FUNCTIONS) and not each.name.startswith("_") for each in node.body))
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    return [
        f"line {node.lineno}: {node.name}: {count} public methods, at most {PUBLIC_METHODS_MAX}"
        for node, count in counted
        if count > PUBLIC_METHODS_MAX
    ]


def no_send_order(tree):
    """Only the gate lets an order out."""
    return [
        f"line {node.lineno}: {ast.unparse(node.func)}("
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _last_name(node.func) == "SendOrder"
    ]


def opens_with_a_sentence(tree):
    """A module says first what it is for."""
    first = (ast.get_docstring(tree) or "").split("\n\n")[0]
    return [] if first.endswith((".", ":")) else ["line 1: the module does not open with a sentence"]


def identifiers(tree):
    """Return every name the module gives, with its line."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            found.append((node.name, node.lineno))
        elif isinstance(node, ast.arg):
            found.append((node.arg, node.lineno))
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.append((_last_name(node), node.lineno))
    return found


def no_snapshot(tree):
    """A snapshot is the venue's depth, spoken of where one is handled; else: a checkpoint, a view, a golden."""
    if any(name in ("BookSnapshot", "DepthSnapshot") for name in _names_read(tree)):
        return []
    return [
        f"line {line}: {name}"
        for name, line in identifiers(tree)
        if "snapshot" in name.lower() and name not in ("BookSnapshot", "DepthSnapshot")
    ]


def _names_read(tree):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def no_ladder(tree):
    """The ladder is the price panel; auto-deleverage has tiers, a TWAP has slices."""
    return [f"line {line}: {name}" for name, line in identifiers(tree) if "ladder" in name.lower()]


def no_exchange(tree):
    """The exchange is the simulated one; where orders go is a venue."""
    return [f"line {line}: {name}" for name, line in identifiers(tree) if "exchange" in name.lower()]
