# SPDX-License-Identifier: GPL-2.0-only
#
# A run for a reader without a debugger: gdb makes it once, and each function of the code under test
# that is entered is a line with the values of its arguments, each call that fails one with what its
# caller knows then. Lines begin with "@ ": what gdb says by itself is not among them. A pointer is
# shown by what it points at, never as an address: that differs from run to run.

import gdb

OURS = ("machine/", "stubs/", "filesystems/", "Sources/")
LINES_MAX = 4000
FIELDS_MAX = 8


def is_of_slice(frame):
    place = frame.find_sal()
    return place.symtab is not None and not any(part in place.symtab.filename for part in OURS)


def image():
    """The object that is loaded last: the code under test."""
    for objects in gdb.objfiles():
        if objects.lookup_global_symbol("run_make") and \
                objects.filename != gdb.current_progspace().filename:
            return objects
    raise gdb.GdbError("no image is loaded")


def scalar(value):
    """A number, a name, a text; None for what is none of these."""
    kind = value.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_ENUM:
        return str(value)
    if kind.code == gdb.TYPE_CODE_BOOL:
        return str(value)
    if kind.code in (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_CHAR):
        number = int(value)
        return hex(number) if number > 1 << 40 else str(number)
    return None


def fields(value):
    """What of a structure is not zero, as far as it fits into a line."""
    shown = []
    for field in value.type.strip_typedefs().fields():
        if not field.name or len(shown) >= FIELDS_MAX:
            continue
        text = scalar(value[field])
        if text not in (None, "0", "false"):
            shown.append("%s=%s" % (field.name, text))
    return "{%s}" % ", ".join(shown)


def words(value):
    """A value as a reader wants it."""
    try:
        if value.is_optimized_out:
            return "?"
        kind = value.type.strip_typedefs()
        if kind.code == gdb.TYPE_CODE_PTR:
            number = int(value)
            target = kind.target().strip_typedefs()
            if not number:
                return "NULL"
            if number >= (1 << 64) - 4095:
                return "ERR_PTR(%d)" % (number - (1 << 64))
            if target.code == gdb.TYPE_CODE_STRUCT:
                return fields(value.dereference())
            text = scalar(value.dereference()) if target.code != gdb.TYPE_CODE_VOID else None
            return "&" + (text or "...")
        if kind.code == gdb.TYPE_CODE_STRUCT:
            return fields(value)
        return scalar(value) or "..."
    except (gdb.error, gdb.MemoryError):
        return "?"


def variables(frame, arguments):
    """Names and values in a frame: its arguments, or what else its blocks have."""
    found = []
    block = frame.block()
    while block is not None:
        for symbol in block:
            if symbol.is_argument == arguments and (arguments or symbol.is_variable):
                found.append("%s=%s" % (symbol.name, words(symbol.value(frame))))
        if block.function is not None:
            break
        block = block.superblock
    return found


def depth(frame):
    count = 0
    frame = frame.older()
    while frame is not None:
        count += is_of_slice(frame)
        frame = frame.older()
    return count


class Listing:
    count = 0

    @classmethod
    def say(cls, indent, text):
        cls.count += 1
        if cls.count <= LINES_MAX:
            print("@ " + "  " * min(indent, 20) + text)
        elif cls.count == LINES_MAX + 1:
            print("@ ... and so on: %d lines are shown" % LINES_MAX)


class Entry(gdb.Breakpoint):
    """Where a function of the slice begins."""

    def stop(self):
        frame = gdb.newest_frame()
        Listing.say(depth(frame), "%s(%s)" % (frame.name(), ", ".join(variables(frame, True))))
        return False


class Failure(gdb.Breakpoint):
    """Where something goes wrong: what the code that is there knows."""

    def __init__(self, place, what):
        super().__init__(place)
        self.what = what

    def stop(self):
        frame = gdb.newest_frame()
        while frame is not None and not is_of_slice(frame):
            frame = frame.older()
        if frame is None:
            Listing.say(0, self.what)
            return False
        place = frame.find_sal()
        Listing.say(depth(frame), "-> %s in %s(), line %d: %s" % (
            self.what, frame.name(), place.line,
            ", ".join(variables(frame, True) + variables(frame, False))))
        return False


def functions(objects):
    """Those of the slice: of an object's symbols, what lies in a file that is not the machine's.

    Only this object's symbols are looked at: the program has a hundred thousand of its own.
    """
    symbols = gdb.execute("maint print msymbols -objfile " + objects.filename, to_string=True)
    known = set()
    for line in symbols.splitlines():
        # [number] kind address name ...
        words = line.split("]", 1)[-1].split() if line.startswith("[") else []
        if len(words) < 3 or words[0] not in "tT" or words[2] in known:
            continue
        known.add(words[2])
        symbol = function(objects, words[2])
        if symbol and not any(part in symbol.symtab.filename for part in OURS):
            yield symbol


def function(objects, name):
    symbol = objects.lookup_global_symbol(name) or objects.lookup_static_symbol(name)
    return symbol if symbol is not None and symbol.is_function else None


def entry(symbol):
    return "*%d" % int(symbol.value().address)


def step_through():
    gdb.execute("tbreak run_make", to_string=True)
    gdb.execute("run", to_string=True)
    objects = image()
    for symbol in functions(objects):
        Entry(entry(symbol))
    for name, what in (("injected", "a call fails"), ("faultline_warn", "a warning"),
                       ("stack_note_parked", "waits for ever"), ("outcome_fault", "crashes")):
        symbol = function(objects, name)
        if symbol is not None:
            Failure(entry(symbol), what)
    gdb.execute("continue")


step_through()
