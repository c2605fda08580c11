"""What tests of odd inputs allow: that a block ends well, or with an error of the library, within seconds."""

import signal
import traceback
import warnings
from contextlib import contextmanager
from pathlib import Path

import gexlib

LIBRARY = Path(gexlib.__file__).parent
OWN = (ValueError, TypeError, OSError, FloatingPointError, MemoryError)
SECONDS = 30  # more is a hang


@contextmanager
def own_errors():
    """
    Let the block end well or with an error that the library raises itself; anything else fails.

    An error is its own if its innermost frame is a ``raise`` of the library: what pandas, NumPy or a built-in function
    raises, also from C, ends in another frame or in another statement.
    """

    def hang(*_):
        raise AssertionError(f"it takes more than {SECONDS} seconds")

    before, raised = signal.signal(signal.SIGALRM, hang), None
    signal.alarm(SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except OWN as error:
        raised = error
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    if raised is not None:
        last = traceback.extract_tb(raised.__traceback__)[-1]
        assert LIBRARY in Path(last.filename).parents, f"{type(raised).__name__} of {last.filename}: {raised}"
        assert last.line.startswith("raise "), f"{last.line!r} ends in {type(raised).__name__}: {raised}"
        assert str(raised).strip()
