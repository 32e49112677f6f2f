"""Mode `again`: are the defaults in question literals, or computed whenever the models are imported?

What stands in the project's files as it is counts as a literal, and nothing is imported.  Else the models are read once
more: in another process, with the clock put forward, whatever is computed comes out differently.
"""
import datetime
import os
import re
import time

from . import find, models

LARGEST = 32 << 20  # bytes of source text that are searched
FORWARD = datetime.timedelta(days=400, hours=7, minutes=13, seconds=17)


def source_text(folder):
    """The project's Python as one text; None if that is too much."""
    found, size = [], 0
    for base, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in find.SKIPPED_FOLDERS and name[0] != "."]
        for name in names:
            if name.endswith(".py"):
                found.append(find.text_of_file(os.path.join(base, name)))
                size += len(found[-1])
                if size > LARGEST:
                    return None
    return "\n".join(found)


def stands_in(literal, text):
    """Does the value of an SQL literal stand in the text?"""
    if len(literal) >= 2 and literal[0] == literal[-1] == "'":
        return literal[1:-1].replace("''", "'") in text
    number = r"(?<![\w.])%s(?![\w.])" % re.escape(literal)
    return literal.lower() in ("true", "false", "0", "1") or re.search(number, text) is not None


def are_literals(columns, folder):
    if any(column["changed"] for column in columns):
        return False
    text = source_text(folder)
    return text is not None and all(stands_in(column["literal"], text) for column in columns)


def shifted(real):
    """A stand-in of date or datetime whose present is later; for isinstance() it is the real one."""
    class Kind(type):
        def __instancecheck__(cls, value):
            return isinstance(value, real)

        def __subclasscheck__(cls, other):
            return issubclass(other, real)

    def later(call):
        return classmethod(lambda cls, *args, **keywords: call(*args, **keywords) + FORWARD)

    body = {name: later(getattr(real, name)) for name in ("now", "utcnow", "today") if hasattr(real, name)}
    return Kind(real.__name__, (real,), {**body, "__module__": "datetime"})


def shift_clock():
    seconds = FORWARD.total_seconds()
    for name in ("time", "time_ns"):
        real, more = getattr(time, name), seconds if name == "time" else int(seconds) * 10 ** 9
        setattr(time, name, lambda real=real, more=more: real() + more)
    for name in ("localtime", "gmtime", "ctime"):
        setattr(time, name, lambda at=None, real=getattr(time, name): real(time.time() if at is None else at))
    formatted = time.strftime
    time.strftime = lambda text, at=None: formatted(text, time.localtime() if at is None else at)
    datetime.date, datetime.datetime = shifted(datetime.date), shifted(datetime.datetime)


def read(request):
    if are_literals(request["columns"], request["folder"]):
        return {"tree": None}
    if request["shift"]:
        shift_clock()
    else:
        time.sleep(1.1)  # models that bear no other date: a time in whole seconds still comes out differently
    return models.read(request)
