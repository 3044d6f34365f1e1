# SPDX-License-Identifier: GPL-2.0-only
#
# gdb and a world of the machine: tasks that do not run now are stacks in memory, which gdb takes for
# data. `info tasks` lists them, `task N COMMAND` runs a command as if task N were the one that runs,
# `slice` goes up to the first frame of the code under test.

import gdb

def of_image(name):
    """A variable or function of the image: the program carries a machine of its own, unused here."""
    for objects in gdb.objfiles():
        if objects.filename == gdb.current_progspace().filename:
            continue
        symbol = objects.lookup_global_symbol(name)
        if symbol is not None:
            return symbol.value()
    raise gdb.GdbError("no image is loaded yet")


def world():
    """The run, as csrc/machine/core/run.c has it."""
    return of_image("run")


def name_of(value):
    """An enumerator in words: TASK_PARKED is parked, PARK_LOCK waits for a lock."""
    text = str(value).lower().replace("task_", "").replace("park_", "waits: ")
    return text.replace("_", " ")


def tasks():
    """Numbers and structures of all tasks that have a stack."""
    all_tasks = world()["tasks"]
    first, last = all_tasks.type.range()
    for number in range(first, last + 1):
        task = all_tasks[number]
        state = str(task["state"])
        if number == int(world()["slot"]) or state in ("TASK_READY", "TASK_PARKED"):
            yield number, task


def class_name(number):
    try:
        return of_image("lock_class_name")(number).string()
    except (gdb.error, gdb.MemoryError):
        return "class %d" % number


class Parked:
    """Registers of a parked task instead of those of the one that runs."""

    NAMES = ("rsp", "rbp", "rip")

    def __init__(self, task):
        self.stack = int(task["sp"])

    def __enter__(self):
        gdb.execute("frame 0", to_string=True)
        self.saved = [int(gdb.parse_and_eval("(unsigned long)$" + name)) for name in self.NAMES]
        words = gdb.selected_inferior().read_memory(self.stack, 64)
        word = lambda n: int.from_bytes(bytes(words[8 * n:8 * n + 8]), "little")
        # task_switch() saves six registers, the frame pointer last; then comes its return address.
        for name, value in zip(self.NAMES, (self.stack + 56, word(5), word(6))):
            gdb.execute("set $%s = %d" % (name, value), to_string=True)

    def __exit__(self, *_):
        gdb.execute("frame 0", to_string=True)
        for name, value in zip(self.NAMES, self.saved):
            gdb.execute("set $%s = %d" % (name, value), to_string=True)


class InfoTasks(gdb.Command):
    """The tasks of the world: what each does, waits for and holds."""

    def __init__(self):
        super().__init__("info tasks", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        slot = int(world()["slot"])
        for number, task in tasks():
            mark = "*" if number == slot else " "
            print("%s task %d: %s, operation %d%s" % (
                mark, number, name_of(task["state"]), int(task["op"]),
                "" if number == slot else ", " + name_of(task["why"])))
            for index in range(int(task["nr_held"])):
                held = task["held"][index]
                fields = {field.name for field in held.type.fields()}
                if "lock_class" in fields:
                    print("      holds %s" % class_name(int(held["lock_class"])))


class Task(gdb.Command):
    """task N COMMAND: as if task N were the one that runs; bt if there is no command."""

    def __init__(self):
        super().__init__("task", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        words = argument.split(None, 1)
        if not words or not words[0].isdigit():
            raise gdb.GdbError("task takes a number, and a command")
        number = int(words[0])
        command = words[1] if len(words) > 1 else "bt"
        if number == int(world()["slot"]):
            gdb.execute(command)
            return
        for known, task in tasks():
            if known == number:
                with Parked(task):
                    gdb.execute(command)
                return
        raise gdb.GdbError("there is no task %d" % number)


class Slice(gdb.Command):
    """Goes up to the first frame of the code under test."""

    def __init__(self):
        super().__init__("slice", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        frame = gdb.newest_frame()
        while frame is not None:
            place = frame.find_sal()
            if place.symtab and not any(
                    part in place.symtab.filename
                    for part in ("machine/", "stubs/", "filesystems/", "Sources/")):
                frame.select()
                gdb.execute("frame")
                return
            frame = frame.older()
        print("no frame of the code under test: try info tasks, and task 0 bt")


InfoTasks()
Task()
Slice()
