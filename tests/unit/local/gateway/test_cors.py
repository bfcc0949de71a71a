from local.gateway.cors import is_preflight, preflight_headers, response_headers
from local.template import Cors

CORS = Cors(("http://a.test",), ("GET", "PUT"), ("authorization",), ("etag", "location"), 60)


def test_preflight_is_an_options_request_of_a_browser() -> None:
    asked = {"origin": "http://a.test", "access-control-request-method": "PUT"}
    assert is_preflight("OPTIONS", asked)
    assert not is_preflight("GET", asked)
    assert not is_preflight("OPTIONS", {"origin": "http://a.test"})


def test_preflight_of_an_allowed_origin_names_all_that_is_allowed() -> None:
    assert preflight_headers(CORS, "http://a.test") == {
        "access-control-allow-origin": "http://a.test",
        "access-control-allow-methods": "GET,PUT",
        "access-control-allow-headers": "authorization",
        "access-control-max-age": "60",
    }


def test_stranger_is_told_nothing() -> None:
    for origin in ("http://b.test", "null", "", "http://a.test.evil.test", "https://a.test"):
        assert preflight_headers(CORS, origin) == {}
        assert response_headers(CORS, origin) == {}
    assert response_headers(CORS, None) == {}


def test_answer_to_an_allowed_origin_exposes_the_list() -> None:
    assert response_headers(CORS, "http://a.test") == {
        "access-control-allow-origin": "http://a.test",
        "access-control-expose-headers": "etag,location",
    }


def test_wildcards() -> None:
    assert response_headers(Cors(("*",)), "http://b.test") == {"access-control-allow-origin": "*"}
    assert response_headers(Cors(("https://*",)), "https://b.test") == {"access-control-allow-origin": "https://b.test"}
    assert response_headers(Cors(("https://*",)), "http://b.test") == {}
