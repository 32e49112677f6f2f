"""diagram: the page as a person has it, in a real browser."""

from support.browser import Browser

SCHEMA = """
CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE "a<b>""x'&lt;{y}" (id INTEGER PRIMARY KEY, "</script>" TEXT, team_id INTEGER REFERENCES teams (id));
CREATE VIEW busy AS SELECT name FROM teams;
"""
SHOWN = "[...document.querySelectorAll('main section.object')].filter(s => !s.hidden).map(s => s.querySelector('h2').firstChild.data.trim())"


def color(page):
    return page.run("getComputedStyle(document.body).backgroundColor")


def test_the_page_works_in_a_browser(lite):
    lite.write("old.sql", "CREATE TABLE teams (id INTEGER PRIMARY KEY);")
    lite.write("new.sql", SCHEMA)
    lite.ok("diagram", "--dialect", "sqlite", "--from", "old.sql", "--to", "new.sql", "-o", "page.html")
    with Browser((lite.folder / "page.html").as_uri()) as page:
        odd = "a<b>\"x'&lt;{y}"
        assert page.run(SHOWN) == ["~ teams", f"+ {odd}", "+ busy"]
        drawn = page.run("[...document.querySelectorAll('.picture text')].map(t => t.textContent)")
        assert f"+ {odd}" in drawn and "+ </script>" in drawn
        links = page.run("[...document.querySelectorAll('a')].filter(a => !document.querySelector(a.getAttribute('href') || a.getAttribute('xlink:href') || 'none')).length")
        edges = page.run("document.querySelectorAll('.picture .edge a').length")
        assert (links, edges) == (edges, 2)  # every link leads somewhere; lines have only a title

        page.press("/", *"</SCRIPT")
        assert page.run(SHOWN) == [f"+ {odd}"]
        assert page.run("document.getElementById('found').textContent") == "1 of 3"
        assert page.run("document.querySelectorAll('.picture .dim').length") == 2
        page.press("Enter")
        assert page.run("[location.hash, document.activeElement.textContent]") == ["#t2", f"+ {odd}"]
        page.press("Escape")
        assert len(page.run(SHOWN)) == 3

        light = color(page)
        page.dark(True)
        dark = color(page)
        page.run("document.getElementById('theme').focus()")
        page.press("Enter")
        assert light == "rgb(255, 255, 255)" and dark != light and color(page) == light
        width = page.run("document.querySelector('.picture svg').width.baseVal.value")
        page.run("document.querySelector('.picture').focus()")
        page.press("+")
        assert page.run("document.querySelector('.picture svg').width.baseVal.value") > width
        assert page.complaints() == []
