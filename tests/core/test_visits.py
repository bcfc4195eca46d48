from __future__ import annotations

import pytest

from todo_app.core.visits import DEVICE_MAX_CHARACTERS, Visit, network, visit


def arrive(
    *, peer: str | None = "10.0.0.1", forwarded: str = "", hops: int = 0, agent: str = ""
) -> Visit:
    return visit("web", peer=peer, forwarded_for=[forwarded], trusted_hops=hops, user_agent=agent)


def test_x_forwarded_for_is_not_believed_by_default() -> None:
    assert arrive(forwarded="203.0.113.9").address == "10.0.0.1"


def test_one_trusted_proxy_names_the_address_it_saw() -> None:
    assert arrive(forwarded="203.0.113.9", hops=1).address == "203.0.113.9"


def test_what_a_client_puts_before_the_trusted_proxies_is_not_believed() -> None:
    assert arrive(forwarded="1.1.1.1, 203.0.113.9", hops=1).address == "203.0.113.9"
    assert arrive(forwarded="1.1.1.1, 203.0.113.9, 10.0.0.2", hops=2).address == "203.0.113.9"


def test_with_fewer_entries_than_proxies_the_peer_is_taken() -> None:
    assert arrive(forwarded="1.1.1.1", hops=2).address == "10.0.0.1"
    assert arrive(forwarded=" , ,", hops=1).address == "10.0.0.1"


@pytest.mark.parametrize("peer", [None, "", "testclient", "1.2.3.4, 5.6.7.8", "\n", "x" * 10_000])
def test_a_peer_that_is_no_address_is_unknown(peer: str | None) -> None:
    assert arrive(peer=peer).address == "unknown"


def test_a_forwarded_entry_that_is_no_address_is_unknown() -> None:
    assert arrive(forwarded="<script>", hops=1).address == "unknown"


def test_every_spelling_of_an_address_is_the_same() -> None:
    assert arrive(peer="2001:DB8:0:0::1").address == "2001:db8::1"


def test_a_network_is_an_ipv6_64_or_an_ipv4_address() -> None:
    assert network("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64"
    assert network("2001:db8:1:2:ffff::1") == network("2001:db8:1:2::9")
    assert network("203.0.113.9") == "203.0.113.9"


def test_an_ipv4_address_dressed_as_ipv6_is_the_same_network() -> None:
    assert network("::ffff:203.0.113.9") == "203.0.113.9"


def test_a_device_is_one_line_and_bounded() -> None:
    assert arrive(agent="Fire\tfox\n" + "x" * 500).device == ("Fire fox " + "x" * 500)[:200]
    assert len(arrive(agent="x" * 500).device) == DEVICE_MAX_CHARACTERS


@pytest.mark.parametrize("agent", ["a\x00b", "a\x1b[31mb", "\udc80"])
def test_a_device_that_cannot_be_stored_is_left_out(agent: str) -> None:
    assert arrive(agent=agent).device == ""
