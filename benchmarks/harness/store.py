"""RESULTS.json: for each kind of machine its sections, each with the date and the machine it ran on."""

import json


def read(path):
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def put(path, machine, name, section):
    """Replaces one section of one kind of machine and leaves all others as they are."""
    results = read(path)
    results.setdefault(machine.kind, {})[name] = {"run": machine.stamp(), **section}
    path.write_text(json.dumps(rounded(results), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return results


def rounded(value):
    """Six significant digits: more would only make every run differ everywhere."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(one) for one in value]
    return value
