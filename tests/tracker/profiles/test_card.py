"""The share card: a drawing and a picture of what the page says."""

from struct import unpack
from xml.etree import ElementTree

import pytest
from django.test import Client

from tests.tracker.profiles.desk import CARD, PAGE, SETTINGS, save
from tests.tracker.progress.pages import press
from tracker.curricula.models import Curriculum
from tracker.profiles import picture, typeface
from tracker.profiles.card import INNER, LABEL_SIZE, NAME_SIZES, VALUE_WIDTH

pytestmark = pytest.mark.usefixtures("busy_ada")

SVG = "{http://www.w3.org/2000/svg}"


def texts(client: Client) -> list[str]:
    """Return what the drawing writes, from the top down; it must be sound XML."""
    drawing = ElementTree.fromstring(client.get(f"{CARD}.svg").content)  # noqa: S314
    return [each.text or "" for each in drawing.iter(f"{SVG}text")]


def test_the_drawing_says_what_the_page_says(client: Client, ada_browser: Client) -> None:
    press(ada_browser, "craft.lesson")
    save(ada_browser, paths=["craft"], certificates=["cka"], shows_activity="on")

    assert texts(client) == [
        *("Milepost", "localhost:8000/u/ada-l", "Ada L.", "Craft", "50%"),
        *("1 certificate: Clusters", "1 active day in the last six months"),
    ]


def test_it_says_nothing_that_the_page_does_not(client: Client, ada_browser: Client) -> None:
    press(ada_browser, "craft.lesson")
    save(ada_browser)

    assert texts(client) == ["Milepost", "localhost:8000/u/ada-l", "Ada L."]
    assert 'aria-label="Ada L. on Milepost."' in client.get(f"{CARD}.svg").content.decode()


def test_markup_in_a_name_stays_text(client: Client, ada_browser: Client) -> None:
    name = "</text><script>a&b\"'</script>"

    save(ada_browser, name=name)

    assert name in texts(client)


@pytest.mark.parametrize("letter", ["W", "i", "Ж", "Ω"])
def test_a_long_text_is_cut_to_its_line(client: Client, ada_browser: Client, letter: str) -> None:
    Curriculum.objects.update(title=letter * 120)
    save(ada_browser, name=letter * 60, paths=["craft"])

    name, label = (text for text in texts(client) if text.startswith(letter))

    assert typeface.bold().width(name, NAME_SIZES[-1]) <= INNER
    assert typeface.regular().width(label, LABEL_SIZE) <= INNER - VALUE_WIDTH
    assert label.endswith("…") or letter == "i"


def test_a_name_it_cannot_write_gives_way_to_the_address(
    client: Client, ada_browser: Client
) -> None:
    save(ada_browser, name="愛達")

    assert "ada-l" in texts(client)
    assert "愛達" in client.get(PAGE).content.decode()


def test_the_picture_is_a_png_of_its_size(client: Client, ada_browser: Client) -> None:
    save(ada_browser, paths=["craft"])

    light, dark = (client.get(f"{PAGE}card-{theme}.png") for theme in ("light", "dark"))

    assert light.headers["Content-Type"] == "image/png"
    assert light.content.startswith(b"\x89PNG\r\n\x1a\n")
    assert unpack(">II", light.content[16:24]) == (1200, 630)
    assert light.content != dark.content


def test_the_picture_needs_no_fonts_of_the_machine(client: Client, ada_browser: Client) -> None:
    save(ada_browser, name="Ada")
    ada = client.get(f"{CARD}.png").content

    save(ada_browser, name="Eda")

    assert client.get(f"{CARD}.png").content != ada  # letters are drawn, and not as empty boxes


def test_it_is_sent_and_drawn_only_when_it_has_changed(
    client: Client, ada_browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []

    def draw(svg: str) -> bytes:
        drawn.append(svg)
        return b"picture"

    monkeypatch.setattr(picture, "_drawn", draw)
    save(ada_browser, paths=["craft"])
    for kind in ("svg", "png", "png"):
        etag = client.get(f"{CARD}.{kind}").headers["ETag"]
        again = client.get(f"{CARD}.{kind}", headers={"If-None-Match": etag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["Cache-Control"] == "no-cache"
    assert len(drawn) == 1

    press(ada_browser, "craft.lesson")

    assert client.get(f"{CARD}.png", headers={"If-None-Match": etag}).status_code == 200
    assert len(drawn) == 2
    save(ada_browser, is_public=None)
    assert client.get(f"{CARD}.png", headers={"If-None-Match": etag}).status_code == 404


def test_its_owner_sees_it_before_anyone_else(client: Client, ada_browser: Client) -> None:
    save(ada_browser, is_public=None)

    response = ada_browser.get(f"{SETTINGS}card-dark.svg")

    assert response.status_code == 200
    assert "private" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    "wrong", ["card-blue.svg", "card-light.gif", "card.png", "card-light.svg/x"]
)
def test_there_are_two_themes_and_two_types(
    client: Client, ada_browser: Client, wrong: str
) -> None:
    save(ada_browser)

    assert client.get(f"{PAGE}{wrong}").status_code == 404
