import pytest

from common.markdown import markdown


def test_markdown_becomes_html() -> None:
    html = markdown("*New*: a [guide](https://example.org)\n\n- one\n- two")

    assert "<em>New</em>" in html
    assert '<a href="https://example.org" rel="nofollow noopener">guide</a>' in html
    assert "<li>one</li>" in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[click](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "![x](https://example.org/x.png)",
    ],
)
def test_nothing_in_it_runs_or_loads(text: str) -> None:
    html = markdown(text)

    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


def test_nothing_stays_nothing() -> None:
    assert markdown(None) == ""
