"""Everything hangs from one root."""

from pathlib import Path

from gateway.system.box.places import Places


def test_every_place_is_below_the_root(tmp_path: Path) -> None:
    places = Places(tmp_path)
    for place in (
        places.data,
        places.state,
        places.sealed,
        places.run,
        places.files,
        places.gateway,
        places.control,
        places.stick,
        places.mount,
        places.etc("passwd"),
    ):
        assert tmp_path in place.parents


def test_on_a_machine_they_are_where_the_image_has_them() -> None:
    places = Places()
    assert places.data == Path("/data/postern")
    assert places.gateway == Path("/run/postern-config/postern.toml")
