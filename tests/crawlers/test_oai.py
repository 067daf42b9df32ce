"""OAI-PMH pages: what is read, what is refused, and how a list is followed to its end."""

import io
import tarfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from crawlers import oai
from crawlers.oai import OaiError
from crawlers.oai_dump import StoredPage, natural_order, stored_pages
from schemas.errors import SourceError, UsageError


def page(*ids: str, token: str | None = None, namespace: bool = True) -> bytes:
    """Return a page of records that say nothing but who they are."""
    records = "".join(
        f"<record><header><identifier>{one}</identifier>"
        "<datestamp>2026-01-02T03:04:05Z</datestamp></header></record>"
        for one in ids
    )
    tail = "" if token is None else f"<resumptionToken>{token}</resumptionToken>"
    xmlns = ' xmlns="http://www.openarchives.org/OAI/2.0/"' if namespace else ""
    return f"<OAI-PMH{xmlns}><ListRecords>{records}{tail}</ListRecords></OAI-PMH>".encode()


def error(code: str) -> bytes:
    return f'<OAI-PMH><error code="{code}">so it is</error></OAI-PMH>'.encode()


def ids(pages: list[oai.OaiPage]) -> list[str]:
    return [oai.header(record).identifier for page in pages for record in page.records]


@pytest.mark.parametrize("namespace", [True, False])
def test_a_page_is_read_with_and_without_namespaces(*, namespace: bool) -> None:
    """Harvests whose namespaces were stripped read as the wire does."""
    read = oai.parse_page(page("a", "b", token="t 1", namespace=namespace), "here")

    assert ids([read]) == ["a", "b"]
    assert read.token == "t 1"
    assert oai.header(read.records[0]) == oai.Header("a", "2026-01-02T03:04:05Z", deleted=False)


@pytest.mark.parametrize("last", [page("9"), page("9", token=""), page("9", token="  ")])
def test_a_missing_or_empty_token_ends_the_list(last: bytes) -> None:
    """Both ways in which servers end a list are known."""
    assert oai.parse_page(last, "here").token == ""


@pytest.mark.parametrize(
    ("said", "size"), [("12", 12), ("", None), ("many", None), ("-1", None), ("9" * 99, None)]
)
def test_the_size_of_a_list_is_a_number_or_not_said(said: str, size: int | None) -> None:
    """What is no number is no size."""
    body = page("1", token="x").replace(
        b"<resumptionToken", f'<resumptionToken completeListSize="{said}"'.encode()
    )
    assert oai.parse_page(body, "here").size == size


def test_headers_alone_are_a_page_as_well() -> None:
    """ListIdentifiers is read as ListRecords is."""
    body = b"<OAI-PMH><ListIdentifiers><header/><header/></ListIdentifiers></OAI-PMH>"

    assert len(oai.parse_page(body, "here").records) == 2


def test_no_match_is_an_empty_list() -> None:
    """That nothing has changed is an answer and no failure."""
    assert oai.parse_page(error("noRecordsMatch"), "here") == oai.OaiPage((), "", matched=False)


@pytest.mark.parametrize(
    ("code", "said"),
    [("badResumptionToken", "has expired"), ("badArgument", "refuses the request")],
)
def test_an_oai_error_is_told_by_its_code(code: str, said: str) -> None:
    """Every other error of the protocol is one, with the museum's reason."""
    with pytest.raises(OaiError, match=f"here: .*{said}.*{code}: so it is") as raised:
        oai.parse_page(error(code), "here")
    assert raised.value.code == code


def test_an_error_of_no_known_code_is_no_answer() -> None:
    """A server that is in trouble makes up errors: another try may go better."""
    with pytest.raises(SourceError, match="no known kind \\(oops: so it is\\)") as raised:
        oai.parse_page(error("oops"), "here")
    assert not isinstance(raised.value, OaiError)


def test_what_a_service_says_of_itself_is_read() -> None:
    """Dates of either granularity are days; what is no date is not said."""
    body = (
        b"<OAI-PMH><responseDate>2026-08-12T09:00:00Z</responseDate><Identify>"
        b"<earliestDatestamp>2024-08-15</earliestDatestamp><granularity>YYYY-MM-DD</granularity>"
        b"</Identify></OAI-PMH>"
    )
    told = oai.parse_identity(body, "here")

    assert told == oai.Identity(date(2024, 8, 15), seconds=False, today=date(2026, 8, 12))
    with pytest.raises(SourceError, match="holds no Identify"):
        oai.parse_identity(page("1"), "here")


BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><OAI-PMH>&c;</OAI-PMH>'
REFUSED = [
    (b"<!DOCTYPE html><html><body>Not Found</body></html>", "is a web page"),
    (page("1")[:-20], "is torn"),
    (page("1") + b"trailing", "is torn"),
    (b"", "is torn"),
    (b"<rss/>", "is no OAI-PMH but <rss>"),
    (b"<OAI-PMH><Identify/></OAI-PMH>", "holds no ListRecords"),
    (BOMB, "declares a document type"),
    (b"\xff\xfe" + BOMB.decode().encode("utf-16-le"), "declares a document type"),
    (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><OAI-PMH>&x;</OAI-PMH>',
        "declares a document type",
    ),
    (b"<a>" * 300 + b"</a>" * 300, "is torn or no XML"),
]


@pytest.mark.parametrize(("body", "said"), REFUSED)
def test_what_is_no_page_is_refused_in_one_line(body: bytes, said: str) -> None:
    """The error names the page, says what it is, and is one line."""
    with pytest.raises(SourceError, match=said) as raised:
        oai.parse_page(body, "pages/7.xml")
    assert str(raised.value).startswith("pages/7.xml")
    assert "\n" not in str(raised.value)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_page_or_a_source_error(body: bytes) -> None:
    """Nothing that a server can send ends in another exception."""
    try:
        read: object = oai.parse_page(body, "here")
    except SourceError as raised:
        read = str(raised)

    assert isinstance(read, oai.OaiPage) or str(read).startswith("here")


@given(st.integers(0, len(page("1", "2", token="t")) - 1))
def test_a_page_cut_anywhere_is_torn(end: int) -> None:
    """Half a page is never taken for a whole one."""
    with pytest.raises(SourceError):
        oai.parse_page(page("1", "2", token="t")[:end], "here")


def test_a_record_is_the_same_bytes_in_every_page() -> None:
    """A record's bytes do not depend on its neighbours, nor on how its page declares namespaces."""
    alone = oai.parse_page(page("b"), "here").records[0]
    among = oai.parse_page(
        page("a", "b", "c").replace(b"<OAI-PMH", b'<OAI-PMH xmlns:q="urn:q" '), "here"
    ).records[1]

    assert oai.canonical(alone) == oai.canonical(among)
    assert ids([oai.OaiPage((etree.fromstring(oai.canonical(alone)),), "")]) == ["b"]


RECORD = (
    '<record xmlns="http://www.openarchives.org/OAI/2.0/"><header><identifier>7</identifier>'
    "<datestamp>{stamp}</datestamp>{sets}</header><metadata><r:RDF xmlns:r='urn:r' xmlns:d='urn:d'>"
    "{body}</r:RDF></metadata></record>"
)
RESOURCES = (
    "<d:CHO r:about='1'><d:title>Molen</d:title><d:maker r:resource='2'/></d:CHO>",
    "<d:Agent r:about='2'><d:label>Jan</d:label><d:label>John</d:label></d:Agent>",
    "<d:Agent r:about='3'><d:label>Piet</d:label></d:Agent>",
)


def content(*resources: str, stamp: str = "1", sets: str = "", between: str = "") -> str:
    body = RECORD.format(stamp=stamp, sets=sets, body=between.join(resources))
    return oai.content_of(oai.parse_xml(body.encode(), "here"))


@given(st.permutations(RESOURCES), st.sampled_from(["", " ", "\n    "]), st.text("0123456789"))
def test_a_record_that_is_published_anew_says_the_same(
    resources: list[str], between: str, stamp: str
) -> None:
    """Datestamp, sets, indents and the order in which a graph is written down are no change."""
    anew = content(*resources, stamp=stamp, sets="<setSpec>1</setSpec>", between=between)

    assert anew == content(*RESOURCES)
    swapped = RESOURCES[1].replace(
        "<d:label>Jan</d:label><d:label>John", "<d:label>John</d:label><d:label>Jan"
    )
    assert content(RESOURCES[0], swapped, RESOURCES[2]) == content(*RESOURCES)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Molen", "Toren"),
        ("r:resource='2'", "r:resource='3'"),
        ("Jan", "Piet"),
        ("d:title", "d:name"),
    ],
)
def test_a_record_that_says_something_else_is_another(old: str, new: str) -> None:
    """A word, a reference or a property that changes is a change."""
    changed = tuple(one.replace(old, new) for one in RESOURCES)

    assert content(*changed) != content(*RESOURCES)
    assert content(*RESOURCES[:2]) != content(*RESOURCES)


def test_what_is_said_of_whom_is_kept_apart() -> None:
    """Two people who exchange their names are a change, though the words are the same."""
    exchanged = (
        RESOURCES[0],
        "<d:Agent r:about='2'><d:label>Piet</d:label></d:Agent>",
        "<d:Agent r:about='3'><d:label>Jan</d:label><d:label>John</d:label></d:Agent>",
    )
    assert content(*exchanged) != content(*RESOURCES)


NAMELESS = "<d:CHO r:about='1'><d:{}><d:Agent><d:label>Jan</d:label></d:Agent></d:{}><d:{}><d:Agent><d:label>Piet</d:label></d:Agent></d:{}></d:CHO>"


def test_what_stands_in_a_nameless_node_stays_in_it() -> None:
    """Maker and contributor who exchange places are a change, though neither has a URI."""
    one = NAMELESS.format("creator", "creator", "contributor", "contributor")
    other = NAMELESS.format("contributor", "contributor", "creator", "creator")

    assert content(one) != content(other)
    assert content(one) == content(one.replace("r:about='1'>", "r:about='1'>\n  "))


trees = st.recursive(
    st.sampled_from(["<d:a/>", "<d:b/>", "<d:a>x</d:a>", "<d:a r:about='1'/>"]),
    lambda inner: st.builds(
        lambda name, parts: f"<d:{name}>{''.join(parts)}</d:{name}>",
        st.sampled_from("ab"),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


def shape(element: etree._Element) -> tuple[object, ...]:
    """Return an element as nested tuples in which order says nothing."""
    parts = sorted((shape(child) for child in element), key=repr)
    return (element.tag, sorted(element.items()), element.text or "", parts)


@given(trees, trees)
def test_graphs_say_the_same_if_they_differ_in_order_alone(one: str, other: str) -> None:
    """Two records have one content exactly if some order of their elements makes them one."""
    shapes = [
        shape(etree.fromstring(f"<R xmlns:r='urn:r' xmlns:d='urn:d'>{told}</R>"))
        for told in (one, other)
    ]
    assert (content(one) == content(other)) is (shapes[0] == shapes[1])


@given(st.lists(st.integers(0, 10**6), unique=True))
def test_pages_come_by_number(numbers: list[int]) -> None:
    """Page 2 comes before page 10, however a disk lists them."""
    names = [f"{number}.xml" for number in numbers]

    assert sorted(names, key=natural_order) == [f"{number}.xml" for number in sorted(numbers)]


# --- stored pages ------------------------------------------------------------


def tar(path: Path, *members: tuple[tarfile.TarInfo, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:
        for member, body in members:
            archive.addfile(member, io.BytesIO(body))
    return path


def member(name: str, body: bytes, **changes: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(body)
    for field, value in changes.items():
        setattr(info, field, value)
    return info, body


def bodies(pages: list[StoredPage]) -> list[bytes]:
    return [one.body for one in pages]


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_tar_gives_its_pages_and_nothing_else(tmp_path: Path, mode: str) -> None:
    """Readmes, shadows of other systems and odd paths do no harm; nothing is unpacked."""
    path = tar(
        tmp_path / "pages.bin",
        member("README", b"hello"),
        member("../../up/2.xml", b"<two/>"),
        member("._1.xml", b"shadow"),
        member("/abs/1.xml", b"<one/>"),
        mode=mode,
    )
    pages = list(stored_pages(path))

    assert bodies(pages) == [b"<two/>", b"<one/>"]
    assert len({one.sha256 for one in pages}) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["pages.bin"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_a_link_in_a_tar_is_refused(tmp_path: Path, kind: bytes) -> None:
    """A member that points elsewhere is no page."""
    path = tar(tmp_path / "p.tgz", member("1.xml", b"", type=kind, linkname="/etc/passwd"))
    with pytest.raises(SourceError, match=r"'1\.xml' is a link"):
        list(stored_pages(path))


@pytest.mark.parametrize(("kind", "size"), [(b"0", 33 << 20), (b"x", 2 << 20), (b"L", 1 << 40)])
def test_an_oversize_member_is_refused_unread(tmp_path: Path, kind: bytes, size: int) -> None:
    """Neither a page nor an extended header may make us read without end."""
    info, _ = member("1.xml", b"", type=kind, size=size)
    path = tmp_path / "p.tar"
    path.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    with pytest.raises(SourceError, match="no page is so large"):
        list(stored_pages(path))


def test_a_torn_tar_is_refused(tmp_path: Path) -> None:
    """A download that was cut off is no smaller collection."""
    whole = tar(tmp_path / "p.tgz", *(member(f"{n}.xml", page("1") * 50) for n in range(50)))
    torn = tmp_path / "torn.tgz"
    torn.write_bytes(whole.read_bytes()[:-60])
    with pytest.raises(SourceError, match=r"damaged or cut-off|torn"):
        list(stored_pages(torn))
    plain = tar(tmp_path / "p.tar", member("1.xml", page("1") * 50), mode="w")
    plain.write_bytes(plain.read_bytes()[:1024])
    with pytest.raises(SourceError, match="torn"):
        list(stored_pages(plain))


def test_a_folder_gives_its_pages_by_number(tmp_path: Path) -> None:
    """Each page of a folder is a file of its own, with a SHA-256 of its own."""
    for name in ("10.xml", "2.XML", "notes.txt", ".hidden.xml"):
        (tmp_path / name).write_bytes(name.encode())
    pages = list(stored_pages(tmp_path))

    assert bodies(pages) == [b"2.XML", b"10.xml"]
    assert len({one.sha256 for one in pages}) == 2


def test_one_page_may_be_given_alone(tmp_path: Path) -> None:
    """A single page need not be put into a folder."""
    (tmp_path / "1.xml").write_bytes(page("1"))

    assert bodies(list(stored_pages(tmp_path / "1.xml"))) == [page("1")]


def test_a_place_without_pages_is_an_error(tmp_path: Path) -> None:
    """A wrong folder, a wrong tar and a missing path each say so."""
    with pytest.raises(UsageError, match="is not there"):
        list(stored_pages(tmp_path / "none"))
    (tmp_path / "a.txt").write_bytes(b"hello")
    with pytest.raises(SourceError, match="holds no pages"):
        list(stored_pages(tmp_path))
    with pytest.raises(SourceError, match="holds no pages"):
        list(stored_pages(tar(tmp_path / "p.tgz", member("README", b"hello"))))
