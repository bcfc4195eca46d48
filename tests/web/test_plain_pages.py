from __future__ import annotations

from todo_app.web.forms import RefusedForm
from todo_app.web.plain_pages import fill

PAGE = (
    '<p class="note" data-says="note"></p>'
    '<p data-says="form" class="form-error"></p>'
    '<input type="hidden" name="next" value=""/>'
    '<input aria-describedby="" aria-invalid="false" id="email" name="email" value=""/>'
    '<p id="email-error" data-says="email"></p>'
    '<input aria-describedby="" aria-invalid="false" id="password" name="password"/>'
    '<p id="password-error" data-says="password"></p>'
)


def test_what_was_wrong_is_said_at_its_field_and_what_was_typed_comes_back() -> None:
    form = RefusedForm(form="sign-up", errors={"email": "Not <this>"}, email='"><b>@example.org')

    page = fill(PAGE, form, note="Signed out", next_path="/inbox")

    typed = "&quot;&gt;&lt;b&gt;@example.org"
    assert page == (
        PAGE.replace('"next" value=""', '"next" value="/inbox"')
        .replace('"email" value=""', f'"email" value="{typed}"')
        .replace('data-says="email">', 'data-says="email">Not &lt;this&gt;')
        .replace(
            '"" aria-invalid="false" id="email"', '"email-error" aria-invalid="true" id="email"'
        )
    )


def test_a_note_is_said_where_nothing_was_wrong() -> None:
    page = fill(PAGE, RefusedForm(form="sign-in", errors={}), note="Signed out")

    assert page == PAGE.replace('data-says="note">', 'data-says="note">Signed out')
