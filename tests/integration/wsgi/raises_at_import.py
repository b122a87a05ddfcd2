"""Cannot be imported."""

raise ValueError("of the module")
