from __future__ import annotations

import asyncio

import pytest
from pydantic import SecretStr

from tests.cast import (
    PASSWORD,
    act,
    email_of,
    is_alive,
    letters_waiting,
    sign_in,
    sign_up,
    visit_by,
)
from tests.mailbox import Mailbox, link_in
from todo_app.core import (
    accounts,
    closing,
    email_change,
    letters,
    mail,
    password_change,
    recovery,
    sessions,
)
from todo_app.core.access import Actor
from todo_app.core.accounts import AccountDraft
from todo_app.core.credentials import Credentials
from todo_app.core.email_change import EmailChange, EmailConfirmation
from todo_app.core.errors import (
    EmailTaken,
    InvalidInput,
    LinkSpent,
    NotFound,
    TooManyAttempts,
    WrongCredentials,
)
from todo_app.core.letters import Letter
from todo_app.core.password_change import PasswordChange
from todo_app.core.recovery import ForgottenPassword, PasswordReset

NEW = "alice@example.net"


async def ask(actor: Actor, email: str = NEW, password: str = PASSWORD) -> None:
    change = EmailChange(new_email=email, current_password=SecretStr(password))
    await email_change.ask_for_change(actor, change, visit_by())


async def mailed_token(mailbox: Mailbox, actor: Actor, email: str = NEW) -> str:
    await ask(actor, email)
    await mail.deliver_due()
    return link_in(mailbox.mails_to(email)[-1]).rpartition("/")[2]


async def confirm(token: str) -> None:
    await email_change.confirm_change(EmailConfirmation(token=token), visit_by())


async def email_now(actor: Actor) -> str:
    return (await act(accounts.get_account, actor)).email


async def pending(actor: Actor) -> str | None:
    found = await act(email_change.get_pending, actor)
    return found and found.email


async def opens(email: str) -> bool:
    found = Credentials(email=email, password=SecretStr(PASSWORD))
    try:
        await sessions.sign_in_web(found, visit_by())
    except WrongCredentials:
        return False
    return True


async def test_an_address_counts_once_it_is_confirmed_and_never_before(
    mailbox: Mailbox, alice: Actor
) -> None:
    token = await mailed_token(mailbox, alice)
    assert [await opens(NEW), await opens(email_of("alice"))] == [False, True]

    await confirm(token)

    assert [await opens(NEW), await opens(email_of("alice"))] == [True, False]
    assert await email_now(alice) == NEW
    assert await is_alive(alice)


async def test_the_old_address_is_told_before_and_after(mailbox: Mailbox, alice: Actor) -> None:
    await confirm(await mailed_token(mailbox, alice))
    await mail.deliver_due()

    told = [arrived["Subject"] for arrived in mailbox.mails_to(email_of("alice"))]
    assert told == ["Another address for your account", "Your account has another address"]


async def test_sessions_go_on_under_another_address(mailbox: Mailbox, alice: Actor) -> None:
    phone = await sign_in("alice")

    await confirm(await mailed_token(mailbox, alice))

    assert [await is_alive(session) for session in (alice, phone)] == [True, True]


async def test_a_wrong_password_asks_for_nothing(alice: Actor) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await ask(alice, password="not hers at all")

    assert (refusal.value.field, refusal.value.reason) == ("current_password", "wrong")
    assert await letters_waiting() == []


async def test_a_link_confirms_once(mailbox: Mailbox, alice: Actor) -> None:
    token = await mailed_token(mailbox, alice)

    answers = await asyncio.gather(*(confirm(token) for _ in range(4)), return_exceptions=True)

    assert [answer for answer in answers if not isinstance(answer, LinkSpent)] == [None]


async def test_asking_again_spends_the_link_before(mailbox: Mailbox, alice: Actor) -> None:
    first = await mailed_token(mailbox, alice)
    second = await mailed_token(mailbox, alice, "alice@example.com")

    with pytest.raises(LinkSpent):
        await confirm(first)
    await confirm(second)

    assert await email_now(alice) == "alice@example.com"


async def test_an_address_of_somebody_else_is_not_told_to_the_asker_but_to_its_owner(
    mailbox: Mailbox, alice: Actor, bob: Actor
) -> None:
    await ask(alice, email_of("bob"))
    await mail.deliver_due()

    [arrived] = mailbox.mails_to(email_of("bob"))
    assert arrived["Subject"] == "You have an account with this address"
    assert "/auth/link/" not in str(arrived)
    assert await pending(alice) == email_of("bob"), "what waits does not tell it either"


async def test_who_asks_for_a_look_alike_of_an_address_does_not_learn_that_it_has_an_account(
    mailbox: Mailbox, alice: Actor
) -> None:
    draft = AccountDraft(email="gustav.groß@example.org", password=SecretStr(PASSWORD))
    await accounts.sign_up(draft, visit_by())

    await ask(alice, "gustav.gross@example.org")
    await mail.deliver_due()

    assert mailbox.mails_to("gustav.gross@example.org") == []
    [arrived] = mailbox.mails_to("gustav.groß@example.org")
    assert arrived["Subject"] == "You have an account with this address"


async def test_somebody_who_signs_up_first_keeps_the_address(
    mailbox: Mailbox, alice: Actor
) -> None:
    token = await mailed_token(mailbox, alice, "Carol@example.org")
    carol = await sign_up("carol")

    with pytest.raises(EmailTaken):
        await confirm(token)

    assert await email_now(alice) == email_of("alice")
    assert await email_now(carol) == email_of("carol")


async def test_what_waits_for_its_confirmation_is_told_until_it_is_over(
    mailbox: Mailbox, alice: Actor, bob: Actor
) -> None:
    waits = [await pending(alice)]
    await ask(alice)
    waits.append(await pending(alice))
    token = await mailed_token(mailbox, alice, "alice@example.com")
    waits.append(await pending(alice))
    with pytest.raises(NotFound):
        await act(email_change.drop_pending, bob)
    await act(email_change.drop_pending, alice)
    waits.append(await pending(alice))

    assert waits == [None, NEW, "alice@example.com", None]
    with pytest.raises(LinkSpent):
        await confirm(token)
    await confirm(await mailed_token(mailbox, alice))
    assert await pending(alice) is None


async def test_two_who_confirm_one_address_at_once_do_not_both_get_it(
    mailbox: Mailbox, alice: Actor, bob: Actor
) -> None:
    tokens = [await mailed_token(mailbox, actor) for actor in (alice, bob)]

    answers = await asyncio.gather(*(confirm(token) for token in tokens), return_exceptions=True)

    assert {type(answer) for answer in answers} == {type(None), EmailTaken}


async def reset_token(mailbox: Mailbox) -> str:
    await recovery.ask_for_link(ForgottenPassword(email=email_of("alice")), visit_by())
    await mail.deliver_due()
    return link_in(mailbox.mails_to(email_of("alice"))[-1]).rpartition("/")[2]


async def reset(token: str) -> None:
    request = PasswordReset(token=token, new_password=SecretStr("teapot over eight rivers"))
    await recovery.reset_password(request, visit_by())


async def test_a_reset_takes_back_a_change_of_the_address(mailbox: Mailbox, alice: Actor) -> None:
    theirs = await mailed_token(mailbox, alice)

    await reset(await reset_token(mailbox))

    with pytest.raises(LinkSpent):
        await confirm(theirs)


async def test_a_changed_password_takes_back_a_change_of_the_address_and_a_reset(
    mailbox: Mailbox, alice: Actor
) -> None:
    forgotten = await reset_token(mailbox)
    await ask(alice)
    change = PasswordChange(
        current_password=SecretStr(PASSWORD), new_password=SecretStr("teapot over eight rivers")
    )
    await password_change.change_password(alice, change, visit_by())
    await mail.deliver_due()

    assert mailbox.mails_to(NEW) == []
    with pytest.raises(LinkSpent):
        await reset(forgotten)


async def test_a_new_address_spends_the_links_to_the_old_one(
    mailbox: Mailbox, alice: Actor
) -> None:
    token = await mailed_token(mailbox, alice)
    forgotten = await reset_token(mailbox)

    await confirm(token)

    with pytest.raises(LinkSpent):
        await reset(forgotten)


async def test_a_letter_that_is_taken_back_while_it_is_written_is_not_sent(
    mailbox: Mailbox, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(alice)
    write = letters.write

    async def take_back_and_write(*args: object) -> Letter | None:
        await act(email_change.take_back, alice.user_id)
        return await write(*args)

    monkeypatch.setattr(letters, "write", take_back_and_write)
    await mail.deliver_due()

    assert mailbox.mails_to(NEW) == []


async def test_a_mailbox_is_not_flooded_by_changes(alice: Actor) -> None:
    for _ in range(3):
        await ask(alice)

    with pytest.raises(TooManyAttempts):
        await ask(alice)


async def test_a_disabled_account_keeps_its_address(mailbox: Mailbox, alice: Actor) -> None:
    token = await mailed_token(mailbox, alice)
    await act(closing.disable_account, email_of("alice"))

    with pytest.raises(LinkSpent):
        await confirm(token)
