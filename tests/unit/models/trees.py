"""Reading what the reader says."""


def by_name(items):
    return {item["name"]: item for item in items}
