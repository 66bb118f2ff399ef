"""What all runners of tests share: which zwasm they test, and where the test data is.

The runners are started by CTest with ZWASM_CLI and ZWASM_TESTDATA set; by hand they take --zwasm, and
find the data by themselves.
"""
import os
import pathlib
import shlex
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77  # the exit code that CTest counts as skipped


def add_zwasm_option(parser):
    """--zwasm, for `zwasm_command`."""
    parser.add_argument("--zwasm", default=os.environ.get("ZWASM_CLI"), metavar="COMMAND",
                        help="the program to test, after an emulator if it needs one ($ZWASM_CLI)")


def zwasm_command(text=os.environ.get("ZWASM_CLI")):
    """The command that starts zwasm, as a list that works in every folder."""
    words = shlex.split(text or "")
    if not words:
        sys.exit("which zwasm? Pass --zwasm, or set ZWASM_CLI")
    if not shutil.which(words[-1]):
        sys.exit(f"no such program: {words[-1]}")
    return [str(pathlib.Path(word).resolve()) if "/" in word and os.path.exists(word) else word
            for word in words]


def find_data(part="", given=None):
    """The folder of the public test data that has `part`, or None: `given` if it is not None, else
    $ZWASM_TESTDATA, `shared` beside the source tree, what tools/fetch-testdata has fetched."""
    folders = [os.environ.get("ZWASM_TESTDATA"), ROOT.parent / "shared", ROOT / "build" / "testdata"]
    for folder in [given] if given is not None else folders:
        if folder and (pathlib.Path(folder) / part).is_dir():
            return pathlib.Path(folder).resolve()
    return None


def test_data(part):
    """The same, for runners that cannot do without: they end as skipped."""
    data = find_data(part)
    if data is None:
        print(f"skipped: no test data {part}")
        sys.exit(SKIPPED)
    return data
