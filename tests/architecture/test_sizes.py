"""Files and functions stay small enough to be read whole."""

import statistics

from house import SourceFile, source_files

FILE_CEILING, FILE_MEDIAN = 250, 90
FUNCTION_CEILING, FUNCTION_USUAL = 40, 30
PARAMETERS = 6


def _lines(function: object) -> int:
    return function.end_lineno - function.lineno + 1


def _parameters(function: object) -> int:
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return len([argument for argument in named if argument.arg not in ("self", "cls")])


def _is_command(file: SourceFile, function: object) -> bool:
    """Typer and FastAPI read a function's parameters as the command's options: there each one is a line of help."""
    return bool(function.decorator_list) and file.name.startswith(("cli/", "backend/routes/"))


def test_no_file_passes_its_ceiling() -> None:
    assert not {file.name: lines for file in source_files() if (lines := file.text.count("\n")) > FILE_CEILING}


def test_half_the_files_are_short() -> None:
    assert statistics.median(file.text.count("\n") for file in source_files()) < FILE_MEDIAN


def test_no_function_passes_its_ceiling() -> None:
    long = [
        f"{file.name}:{f.lineno} {f.name} ({_lines(f)})"
        for file in source_files()
        for f in file.functions()
        if _lines(f) > FUNCTION_CEILING
    ]
    assert not long


def test_nine_functions_in_ten_are_short() -> None:
    sizes = [_lines(function) for file in source_files() for function in file.functions()]
    assert sum(size <= FUNCTION_USUAL for size in sizes) >= 0.9 * len(sizes)


def test_functions_take_few_parameters() -> None:
    many = [
        f"{file.name}:{f.lineno} {f.name}"
        for file in source_files()
        for f in file.functions()
        if _parameters(f) > PARAMETERS and not _is_command(file, f)
    ]
    assert not many
