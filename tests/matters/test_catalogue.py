"""Reading the catalogue over the API."""

from tests.support.district import District
from tests.support.statements import statements
from tongban.identity.roles import Role

STREET = "110102010"


async def test_catalogue_is_one_page(district: District) -> None:
    clerk = await district.person(Role.CLERK, STREET)
    answer = await clerk.get("/matters")
    assert answer.status == 200
    rows = answer.body["items"]
    assert len(rows) == 160
    assert answer.body["next_cursor"] is None
    assert [row["code"] for row in rows] == sorted(row["code"] for row in rows)


async def test_pages_meet_without_gap_or_overlap(district: District) -> None:
    clerk = await district.person(Role.CLERK, STREET)
    codes: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await clerk.get("/matters", limit=37, **cursor)).body
        codes += [row["code"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert len(codes) == len(set(codes)) == 160


async def test_filters_are_all_applied(district: District) -> None:
    clerk = await district.person(Role.CLERK, STREET)
    params = {
        "category": "民政服务",
        "level": "street",
        "handling": "direct",
        "scope": "whole_district",
        "status": "active",
        "q": "津贴",
    }
    rows = (await clerk.get("/matters", **params)).body["items"]
    assert "高龄老年人津贴申请" in [row["name"] for row in rows]
    for row in rows:
        assert row["category"] == "民政服务"
        assert (row["level"], row["handling"]) == ("street", "direct")
        assert row["cross_handling_scope"] == "whole_district"


async def test_a_category_that_no_matter_has_is_a_mistake_not_an_empty_list(
    district: District,
) -> None:
    clerk = await district.person(Role.CLERK, STREET)
    refused = await clerk.get("/matters", category="民政")
    assert (refused.status, refused.pointers) == (422, {"/category"})
    [error] = refused.body["errors"]
    assert error["code"] == "unknown_category"
    assert "民政服务" in error["message"]
    assert (await clerk.get("/matters", category="民政服务", level="community")).status == 200


async def test_matter_has_form_materials_and_process(district: District) -> None:
    clerk = await district.person(Role.CLERK, STREET)
    answer = await clerk.get("/matters/ST-RK-001")
    content = answer.body["content"]
    assert (answer.body["version"], answer.body["state"]) == (1, "published")
    assert content["name"] == "生育登记"
    assert content["handling"] == "direct"
    assert [step["function"] for step in content["process"]] == [
        "accept",
        "first_review",
        "approve",
    ]
    assert len(content["materials"]) == 4
    assert content["form"][0]["enum"] == ["孕前", "孕期", "产后"]


async def test_unknown_matter_is_not_found(district: District) -> None:
    clerk = await district.person(Role.CLERK, STREET)
    assert (await clerk.get("/matters/NONE")).status == 404
    assert (await clerk.get("/matters/ST-RK-001/versions/7")).status == 404


async def test_version_in_force_is_what_the_matter_shows(district: District) -> None:
    clerk = await district.person(Role.CLERK, STREET)
    versions = (await clerk.get("/matters/ST-RK-001/versions")).body
    assert [(row["number"], row["state"]) for row in versions] == [(1, "published")]
    first = await clerk.get("/matters/ST-RK-001/versions/1")
    assert first.body["content"] == (await clerk.get("/matters/ST-RK-001")).body["content"]


async def test_reading_takes_few_statements(district: District) -> None:
    clerk = await district.person(Role.CLERK, STREET)
    route = "/matters/ST-RK-001/route-preview?accepting=110102010-DT&home=110102010002"
    connection = (await district.session.connection()).sync_connection
    assert connection is not None
    for path, most in (("/matters", 2), (route, 4), ("/matters/ST-RK-001", 4)):
        await clerk.call("GET", path)
        with statements(connection) as queries:
            assert (await clerk.call("GET", path)).status == 200
        assert len(queries) <= most, queries
