import ast
from types import SimpleNamespace

import pytest

from kata_runner import mutants
from kata_runner.mutants import judge_mutants
from kata_runner.operators import mutants_of
from kata_runner.verdict import Outcome, Result, Test, Verdict
from tests.runner.project import ROOT
from tests.runner.test_variants import NOTES, make_kata

STRONG = """\
import pytest
from katas.demo.double import clip

@pytest.mark.rule(1)
def test_the_limit_is_kept():
    assert [clip(number) for number in (8, 9, 10, 11)] == [8, 9, 10, 10]
    assert clip(3, 2) == 2

@pytest.mark.rule(2)
def test_a_negative_limit_is_refused():
    assert clip(1, 0) == 0
    with pytest.raises(ValueError, match="."):
        clip(1, -1)
"""
CLIP = '''\
"""Clipping."""


def clip(number: int, limit: int = 10) -> int:
    """Return `number`, or `limit` if that is less."""
    if limit < 0:
        raise ValueError("the limit is negative")
    if number > limit:
        return limit
    return number
'''
SAME = "clip: compare: number > limit -> number >= limit"


def ids(source):
    return [mutant.id for mutant in mutants_of(source)]


def in_function(body):
    return "def f(a, b, c):\n" + "".join(f"    {line}\n" for line in body.splitlines())


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return a < b", "compare: a < b -> a <= b"),
        ("return a < b", "compare: a < b -> a >= b"),
        ("return a == b", "compare: a == b -> a != b"),
        ("return a is b", "compare: a is b -> a == b"),
        ("return a is None", "compare: a is None -> a is not None"),
        ("return a in b", "compare: a in b -> a not in b"),
        ("return a < b < c", "compare: a < b < c -> a < b <= c"),
        ("return a + b", "operator: a + b -> a - b"),
        ("return a // b", "operator: a // b -> a / b"),
        ("return a | b", "operator: a | b -> a & b"),
        ("a += b", "operator: a += b -> a -= b"),
        ("a += b", "operator: a += b -> a = b"),
        ("return a and b", "operator: a and b -> a or b"),
        ("return a and b", "drop: a and b -> a"),
        ("return a or b or c", "drop: a or b or c -> a or c"),
        ("return a + b", "part: a + b -> b"),
        ("return not a", "part: not a -> a"),
        ("return -a", "part: -a -> a"),
        ("return a if b else c", "part: a if b else c -> c"),
        ("return a(1)", "constant: a(1) -> a(2)"),
        ("return a(1)", "constant: a(1) -> a(0)"),
        ("return 0.5", "constant: return 0.5 -> return 1.5"),
        ("return True", "constant: return True -> return False"),
        ("return a('x')", "constant: a('x') -> a('')"),
        ("return a('')", "constant: a('') -> a('XX')"),
        ("return a(f'{b}')", "constant: f'{b}' -> ''"),
        ("a(b)", "statement: a(b) -> pass"),
        ("a = b", "statement: a = b -> pass"),
        ("a: int = b", "statement: a: int = b -> pass"),
        ("del a[b]", "statement: del a[b] -> pass"),
        ("if a:\n    return b\nreturn c", "statement: return b -> pass"),
        ("return a", "return: return a -> return None"),
        ("return lambda: a", "return: lambda: a -> lambda: None"),
        ("yield a", "return: (yield a) -> (yield None)"),
        ("yield from a", "return: (yield from a) -> (yield from ())"),
        ("if a:\n    b()", "condition: if a: -> if True:"),
        ("if a:\n    b()\nelse:\n    c()", "condition: if a: -> if False:"),
        ("while a:\n    b()", "condition: while a: -> while not a:"),
        ("for a in b:\n    if c:\n        break", "condition: break -> continue"),
        ("for a in b:\n    if c:\n        continue\n    a()", "condition: continue -> break"),
        ("return [a for a in b if a]", "drop: for a in b if a -> for a in b"),
        ("return [c(a) for a in b if not a]", "part: not a -> a"),
        ("return a(b, c)", "call: a(b, c) -> b"),
        ("return a(b, c)", "call: a(b, c) -> a(b)"),
        ("return a(b, c)", "call: a(b, c) -> a(c, b)"),
        ("return a(*b, **c)", "call: a(*b, **c) -> a(**c)"),
        ("return a(*b, **c)", "drop: a(*b, **c) -> a(*b)"),
        ("return a(b, k=c)", "drop: a(b, k=c) -> a(b)"),
        ("return a.copy()", "call: a.copy() -> a"),
        ("return list(a)", "call: list(a) -> a"),
        ("return isinstance(a, b)", "call: isinstance(a, b) -> True"),
        ("return a[:]", "copy: a[:] -> a"),
        ("return [*a]", "copy: [*a] -> a"),
        ("return {**a}", "copy: {**a} -> a"),
        ("return a[b:c]", "drop: a[b:c] -> a[:c]"),
        ("return a[b:c]", "drop: a[b:c] -> a[b:]"),
        ("return a[1:]", "constant: a[1:] -> a[2:]"),
        ("with a:\n    b()", "block: with a -> none"),
        ("with a as b:\n    b()", "block: with a as b -> none"),
        ("try:\n    a()\nfinally:\n    b()", "block: finally: b() -> after success only"),
        ("try:\n    a()\nexcept b:\n    c()", "block: except b: -> none"),
        ("try:\n    a()\nexcept b:\n    c()\nexcept c:\n    b()", "drop: except b: -> none"),
        ("try:\n    a()\nexcept E:\n    c()", "exception: except E: -> except BaseException:"),
        ("try:\n    a()\nexcept:\n    c()", "exception: except: -> except Exception:"),
        ("try:\n    a()\nexcept (E, F):\n    c()", "exception: except (E, F): -> except (E,):"),
        ("raise ValueError(a)", "exception: raise ValueError(a) -> raise Exception(a)"),
        ("raise ValueError(a)", "statement: raise ValueError(a) -> pass"),
        ("raise E from None", "drop: raise E from None -> raise E"),
        ("match a:\n    case 1:\n        b()\n    case _:\n        c()", "drop: case 1: -> none"),
        ("match a:\n    case 1:\n        b()", "constant: case 1: -> case 2:"),
    ],
)
def test_an_operator_makes_its_mutants(body, expected):
    assert f"f: {expected}" in ids(in_function(body))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(a=None): return a\n", "f: default: a=None -> a=0"),
        ("def f(a=b): return a\n", "f: default: a=b -> a=None"),
        ("def f(*, a=1): return a\n", "f: constant: a=1 -> a=2"),
        ("@a\n@b(1)\ndef f(): return 1\n", "f: drop: @b(1) -> none"),
        ("class A(metaclass=M): x = 1\n", "A: drop: metaclass=M -> none"),
        ("class A:\n    __slots__ = ('x',)\n", "A: statement: __slots__ = ('x',) -> pass"),
        ("class A:\n    def f(self): return 1\n", "A.f: statement: def f -> pass"),
        ("@dataclass\nclass A:\n    x: int\n", "A: statement: x: int -> pass"),
        ("async def f(): return await a\n", "f: part: await a -> a"),
        ("async def f():\n    async with a: b()\n", "f: block: with a -> none"),
        ("def f():\n    global a\n    a = 1\n", "f: statement: global a -> pass"),
        ("A = f(1)\n", "<module>: constant: f(1) -> f(2)"),
        ("def f():\n    def g(): return a\n    return g\n", "f.g: return: return a -> return None"),
    ],
)
def test_an_operator_works_outside_plain_functions(source, expected):
    assert expected in ids(source)


@pytest.mark.parametrize(
    "source",
    [
        '"""Text."""\n',
        'class A:\n    """Text."""\n',
        "import a\nfrom b import c\n",
        "def f(a: 'int | None', b: tuple[int, ...]) -> None: pass\n",
        "class A:\n    x: int\n",
        "T = TypeVar('T', bound=int)\n",
        "_Key = tuple[int, str] | None\n",
        "Key: TypeAlias = 'dict[str, int]'\n",
        "__all__ = ['a', 'b']\n",
        "if TYPE_CHECKING:\n    x = 1\n",
        "if __name__ == '__main__':\n    f(1)\n",
        "class A(Protocol):\n    def f(self) -> int: ...\n",
        "@overload\ndef f(a: int) -> int: ...\n",
        "def f(a): assert a > 0, 'text'\n",
        "class A(Generic[T]): pass\n",
    ],
)
def test_what_is_for_people_and_type_checkers_stays(source):
    assert ids(source) == []


@pytest.mark.parametrize(
    "body",
    [
        "raise ValueError('a text', 1)",
        "raise ValueError(f'{a} is {b!r}')",
        "raise CacheFull('a text')",
        "warnings.warn('a text', stacklevel=2)",
    ],
)
def test_the_text_of_a_message_stays(body):
    assert not any("''" in mutant for mutant in ids(in_function(body)))


def test_a_type_that_is_cast_to_stays():
    assert ids("a = cast('int', b)\n") == ["<module>: statement: a = cast('int', b) -> pass"]


def test_ids_do_not_depend_on_the_place_in_the_file():
    source = in_function("if a < b:\n    return a + 1")

    assert ids("import os\n\n\n" + source) == ids(source)


def test_the_same_change_twice_in_a_function_is_numbered():
    found = ids(in_function("a(1)\nb(c)\na(1)"))

    assert "f: statement: a(1) -> pass" in found
    assert "f: statement: a(1) -> pass #2" in found


def test_a_mutant_knows_its_line_in_the_solution():
    source = '"""Text."""\n\n\ndef f(a):\n    # why\n    return a\n'

    assert [(mutant.line, mutant.id) for mutant in mutants_of(source)] == [
        (6, "f: return: return a -> return None")
    ]


def test_of_long_code_an_id_shows_what_is_near_the_change():
    many = ", ".join(f"name_{number}" for number in range(40))
    found = ids(in_function(f"a({many}, b == c, {many})"))

    assert "f: compare: b == c -> b != c" in found
    assert (
        "f: call: a(name_0, name_1, name_2, name_3, name_4, name…"
        " -> a(name_1, name_0, name_2, name_3, name_4, name…"
    ) in found


@pytest.mark.parametrize(
    "kata",
    ["caching/lru_cache", "iterators/peekable", "decorators/retry", "metaclasses/enumeration"],
)
def test_both_sides_of_every_difference_differ(kata):
    solution = ROOT / "solutions" / f"{kata}.py"
    for mutant in mutants_of(solution.read_text("utf-8")):
        before, _, after = mutant.id.split(": ", 2)[2].partition(" -> ")
        assert before != after.partition(" #")[0], mutant.id


def test_mutants_compile_and_differ_from_the_solution_and_each_other():
    source = in_function("while a:\n    a -= 1\n    if b and c: return\nreturn None")

    sources = [mutant.source for mutant in mutants_of(source)]

    assert len({*sources, ast.unparse(ast.parse(source)) + "\n"}) == len(sources) + 1
    for text in sources:
        compile(text, "mutant", "exec")


def test_what_compiles_to_the_same_is_one_mutant_or_none():
    found = ids(in_function("if True:\n    a()\nelse:\n    b()"))

    assert "f: condition: if True: -> if True:" not in found
    assert len([one for one in found if one.endswith("-> if False:")]) == 1


def test_unwrapping_a_with_block_keeps_its_name():
    (unwrapped,) = (
        mutant.source
        for mutant in mutants_of(in_function("with a as b:\n    b()"))
        if "block" in mutant.id
    )

    assert unwrapped == "def f(a, b, c):\n    b = a\n    b()\n"


@pytest.fixture
def clip(tmp_path):
    def make(tests=STRONG, equivalents=(SAME,)):
        listed = "".join(
            f'[[equivalent]]\nmutant = "{mutant}"\nwhy = "Equal is equal."\n'
            for mutant in equivalents
        )
        return make_kata(tmp_path / "project", CLIP, tests, NOTES + listed)

    return make


def test_strong_tests_kill_all_but_the_equivalent_mutants(clip):
    report = judge_mutants(clip())

    assert report.ok
    assert [mutant.id for mutant in report.equivalent] == [SAME]
    assert f"{len(report.mutants)} mutants" in str(report)
    assert "1 equivalent, 0 survived" in str(report)


def test_a_mutant_that_no_test_notices_survives(clip):
    weak = STRONG.replace("clip(1, 0) == 0", "True")

    report = judge_mutants(clip(weak))

    assert not report.ok
    assert [(mutant.line, mutant.id) for mutant in report.survived] == [
        (6, "clip: compare: limit < 0 -> limit <= 0"),
        (6, "clip: constant: limit < 0 -> limit < 1"),
    ]


def test_a_listed_mutant_that_does_not_exist_is_an_error(clip):
    report = judge_mutants(clip(equivalents=[SAME, "clip: compare: a < b -> a <= b"]))

    (error,) = report.errors
    assert "no such mutant" in error
    assert "a < b -> a <= b" in error


def test_a_listed_mutant_that_is_killed_is_an_error(clip):
    killed = "clip: return: return number -> return None"

    report = judge_mutants(clip(equivalents=[SAME, killed]))

    (error,) = report.errors
    assert "test_the_limit_is_kept kills it" in error
    assert killed in error


def test_tests_that_do_not_import_the_solution_measure_nothing(clip):
    report = judge_mutants(clip("def test_it(): pass\n"))

    assert "cannot be imported" in report.errors[0]
    assert not report.ok


def test_tests_that_fail_on_the_solution_measure_nothing(clip):
    report = judge_mutants(clip(STRONG.replace("== 2", "== 3")))

    assert "do not pass on the solution itself: test_the_limit_is_kept" in report.errors[0]
    assert not report.ok


def judged_by(monkeypatch, outcome_under):
    """Let each mutant be judged by one property test, with `outcome_under(seed)`."""

    def judge(kata, candidates, *, seed=None, **options):
        for variant in candidates:
            is_whole = variant.id in ("original", "sentinel")
            outcome = Outcome.PASSED if variant.id == "original" else Outcome.FAILED
            if not is_whole:
                outcome = outcome_under(seed)
            yield variant, Verdict("it", (Result(Test("test_it", 1, is_property=True), outcome),))

    module = SimpleNamespace(**vars(mutants.variants) | {"judge": judge})
    monkeypatch.setattr(mutants, "variants", module)


def test_a_property_test_s_kill_counts_if_it_holds_under_every_seed(clip, monkeypatch):
    judged_by(monkeypatch, lambda seed: Outcome.FAILED)

    report = judge_mutants(clip(equivalents=()))

    assert report.ok
    assert report.by_chance == ()


def test_a_property_test_s_kill_that_fails_under_one_seed_is_by_chance(clip, monkeypatch):
    judged_by(monkeypatch, lambda seed: Outcome.PASSED if seed == 4 else Outcome.FAILED)

    report = judge_mutants(clip(equivalents=()))

    assert not report.ok
    assert report.by_chance == report.mutants
    assert report.survived == ()


def test_a_limit_is_no_proof_against_a_listed_mutant(clip, monkeypatch):
    judged_by(monkeypatch, lambda seed: Outcome.HUNG)

    report = judge_mutants(clip(equivalents=[SAME]))

    assert report.ok
    assert [mutant.id for mutant in report.equivalent] == [SAME]
    assert report.survived == ()


def test_a_survivor_is_not_tried_again_with_seeds(clip, monkeypatch):
    judged_by(monkeypatch, lambda seed: Outcome.PASSED if seed is None else Outcome.FAILED)

    report = judge_mutants(clip(equivalents=()))

    assert report.survived == report.mutants
    assert report.by_chance == ()


def test_notes_that_are_not_written_yet_list_nothing(clip):
    kata = clip()
    kata.notes_file.unlink()

    assert [mutant.id for mutant in judge_mutants(kata).survived] == [SAME]
