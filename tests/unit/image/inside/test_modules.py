"""Which kernel modules stay: those named, and all that these need."""

from pathlib import Path

from image.inside.modules import chosen, read_needs, trim, with_needed
from image.places import IMAGE

# modules.dep(5), a few lines of it
DEP = """\
kernel/net/netfilter/nft_queue.ko.xz: kernel/net/netfilter/nf_tables.ko.xz
kernel/net/netfilter/nf_tables.ko.xz: kernel/lib/libcrc32c.ko.xz
kernel/lib/libcrc32c.ko.xz:
kernel/net/wireless/cfg80211.ko.xz: kernel/net/rfkill/rfkill.ko.xz
kernel/net/rfkill/rfkill.ko.xz:
kernel/drivers/gpu/drm/drm.ko.xz:
"""
NEEDS = read_needs(DEP)


def test_what_is_needed_comes_along() -> None:
    found = with_needed({"kernel/net/netfilter/nft_queue.ko.xz"}, NEEDS)
    assert len(found) == 3


def test_a_minus_takes_away_what_a_pattern_took() -> None:
    found = chosen(NEEDS, "# the network\nnet/*\n-net/wireless/*\n-net/rfkill/*\n")
    assert "kernel/net/netfilter/nft_queue.ko.xz" in found
    assert "kernel/lib/libcrc32c.ko.xz" in found
    assert not any("wireless" in path or "rfkill" in path for path in found)


def test_the_rest_is_removed_with_its_folders(tmp_path: Path) -> None:
    (tmp_path / "modules.dep").write_text(DEP)
    for path in NEEDS:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert trim(tmp_path, "net/netfilter/*\n") == (3, 3)
    assert not (tmp_path / "kernel/drivers").exists()
    assert (tmp_path / "kernel/lib/libcrc32c.ko.xz").exists()


def test_the_image_keeps_what_the_gateway_and_every_board_need() -> None:
    text = (IMAGE / "inside/modules.txt").read_text()
    needed = (
        "kernel/net/netfilter/nft_queue.ko",
        "kernel/net/netfilter/nfnetlink_queue.ko",
        "kernel/drivers/net/ppp/ppp_async.ko",  # of routes into the LAN
        "kernel/drivers/net/ppp/ppp_generic.ko",
        "kernel/drivers/net/ethernet/intel/igc/igc.ko",
        "kernel/drivers/net/ethernet/realtek/r8169.ko",
        "kernel/drivers/watchdog/sp5100_tco.ko",
        "kernel/drivers/platform/x86/pcengines-apuv2.ko",
        "kernel/drivers/md/dm-verity.ko",
        "kernel/fs/overlayfs/overlay.ko",
    )
    paths: dict[str, list[str]] = {path: [] for path in needed}
    assert chosen(paths, text) == set(needed)
