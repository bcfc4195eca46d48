"""The scripts of ours that run in the page, and how Python calls what they export.

They do what cannot wait for the server or has to work without it: where the focus goes, which rows
are chosen, what is kept while offline. They are bundled with the page, and know no rule.
"""

from __future__ import annotations

import reflex as rx
from reflex.vars import FunctionVar, VarData


def exported(script: str, name: str) -> FunctionVar:
    """A function that `assets/scripts/{script}.js` exports."""
    imports = {f"$/public/scripts/{script}": [rx.ImportVar(tag=name)]}
    return rx.Var(name, _var_data=VarData(imports=imports)).to(FunctionVar)
