"""Runs a Python file's process_alert(alert) for antares-client: a line of JSON in, a line of JSON out.

The client starts it as `python3 run_hook.py FILE`, once a worker. The first line that it writes says that the function is
loaded (null) or why not (a string); after that, every line that it reads is answered by one line:

    null      the alert is saved as it came
    false     it is not saved
    {...}     this is saved instead
    "..."     what went wrong: its first line is the error, the others are its trace
"""

import base64
import importlib.util
import inspect
import json
import os
import select
import signal
import sys
import threading
import time
import traceback

SECONDS_TO_END = 2


def main():
    requests, answers = take_pipes()
    end_with_client(requests)
    file = os.path.abspath(sys.argv[1])
    try:
        process_alert = load(file)
    except BaseException as error:
        answer(answers, json.dumps(reason(error, file)))
        return 1
    answer(answers, "null")
    for line in requests:
        answer(answers, reply(process_alert, line, file))
    end_children()
    return 0


def take_pipes():
    """Keeps the pipes to the client to itself: what the hook prints, and what its children print, goes to the log."""
    requests = os.fdopen(os.dup(0), "rb", buffering=1 << 20)
    answers = os.fdopen(os.dup(1), "wb", buffering=1 << 20)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout.reconfigure(line_buffering=True)
    return requests, answers


def end_with_client(requests):
    """Ends this process soon after the client has gone, also where the hook is in a loop and never reads on."""
    if not hasattr(select, "poll"):
        return
    watched = select.poll()
    watched.register(requests.fileno(), 0)

    def watch():
        watched.poll()
        time.sleep(SECONDS_TO_END)
        if leads_group():
            os.killpg(os.getpid(), signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def leads_group():
    """Whether this is a process group of its own, as the client makes it: then all others in it were started by the hook."""
    return os.getpgrp() == os.getpid()


def end_children():
    if leads_group():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(os.getpid(), signal.SIGTERM)


def load(file):
    name = os.path.splitext(os.path.basename(file))[0]
    sys.argv = [file]
    # Its neighbours can be imported, as with `python3 FILE`.
    sys.path[0] = os.path.dirname(file)
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    if not callable(getattr(module, "process_alert", None)):
        raise NoFunction
    return with_context(module.process_alert)


class NoFunction(Exception):
    pass


def reason(error, file):
    """Why it does not load, with the line that its author has to look at."""
    if isinstance(error, NoFunction):
        return "it defines no function process_alert"
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        # What is no Python never ran: it, or a neighbour that it imports.
        return f"{kind_and_text(error)} ({os.path.basename(error.filename)}, line {error.lineno})"
    return kind_and_text(error) + place(error, file)


def with_context(function):
    """process_alert(alert), or process_alert(alert, context)."""
    try:
        wants_context = "context" in inspect.signature(function).parameters
    except (TypeError, ValueError):
        wants_context = False
    if not wants_context:
        return lambda request: function(request["alert"])

    def call(request):
        alert = request.pop("alert")
        return function(alert, context=request)

    return call


def reply(process_alert, line, file):
    try:
        result = process_alert(json.loads(line))
    except Exception as error:
        return describe("process_alert raised", error, file)
    if result is None:
        return "null"
    if result is False:
        return "false"
    if not isinstance(result, dict):
        what = "True" if result is True else f"a value of type {type(result).__name__}"
        return json.dumps(f"process_alert returned {what}; it may return None, False, or a dict to be saved")
    try:
        return json.dumps(result, default=plain, separators=(",", ":"))
    except Exception as error:
        return describe("process_alert returned what has no form in JSON:", error, file)


def plain(value):
    """What json does not know of itself: dates, bytes, and NumPy's numbers and arrays."""
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode("ascii")
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "tolist"):
        return numpy_plain(value)
    raise TypeError(f"a value of type {type(value).__name__}")


def numpy_plain(value):
    kind = getattr(getattr(value, "dtype", None), "kind", None)
    if kind == "M":
        # Python has no times in nanoseconds: as its own, they would be bare counts.
        return value.astype(str).tolist()
    if kind == "m":
        raise TypeError(f"a value of type {type(value).__name__}")
    told = value.tolist()
    # Python has no longer floats either, and longdouble tells itself.
    return float(told) if type(told) is type(value) else told


def kind_and_text(error):
    return traceback.format_exception_only(type(error), error)[-1].strip().replace("\n", " ")


def place(error, file):
    """Where in its author's file; deeper ones are a library's."""
    lines = [at.lineno for at in traceback.extract_tb(error.__traceback__) if at.filename == file]
    return f" ({os.path.basename(file)}, line {lines[-1]})" if lines else ""


def describe(what, error, file):
    trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return json.dumps(f"{what} {kind_and_text(error)}{place(error, file)}\n{trace}")


def answer(answers, text):
    answers.write(text.encode("ascii") + b"\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
