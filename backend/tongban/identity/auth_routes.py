"""Signing in and out, and one's own password and authenticator."""

from typing import Annotated

from fastapi import Cookie, Form, Request, Response

from tongban.core.db import SessionDep
from tongban.core.http import Router, problem_response, problem_responses
from tongban.core.problems import Invalid, Problem, Unauthenticated
from tongban.core.settings import Settings
from tongban.identity import own, signin
from tongban.identity.problems import (
    InvalidCredentials,
    Locked,
    PasswordChangeRequired,
    RefreshInvalid,
    RefreshReused,
    TooManyFailures,
    TotpAlreadyEnrolled,
    TotpEnrolmentRequired,
    TotpInvalid,
    TotpNeededByRole,
    TotpNotEnrolled,
    TotpRequired,
)
from tongban.identity.schemas import (
    Me,
    PasswordChange,
    SignInForm,
    TokenView,
    TotpCode,
    TotpRemoval,
    TotpSecret,
)
from tongban.identity.service import ActorDep, OriginDep, SettingsDep, Token

COOKIE = "tongban_refresh"

router = Router(prefix="/auth", tags=["auth"])

RefreshCookie = Annotated[str | None, Cookie(alias=COOKIE, include_in_schema=False)]


@router.post(
    "/token",
    response_model=TokenView,
    responses=problem_responses(
        InvalidCredentials,
        TotpRequired,
        TotpInvalid,
        TotpEnrolmentRequired,
        PasswordChangeRequired,
        Locked,
        TooManyFailures,
    ),
)
async def sign_in(
    request: Request,
    response: Response,
    form: Annotated[SignInForm, Form()],
    settings: SettingsDep,
    origin: OriginDep,
    session: SessionDep,
) -> TokenView | Response:
    """Sign in with the OAuth2 password form. The refresh token comes as a cookie."""
    outcome = await signin.sign_in(
        session,
        settings,
        username=form.username,
        password=form.password.get_secret_value(),
        code=form.totp,
        origin=origin,
        user_agent=request.headers.get("user-agent", ""),
    )
    return _answer(request, response, settings, outcome)


@router.post(
    "/refresh",
    response_model=TokenView,
    responses=problem_responses(RefreshInvalid, RefreshReused),
)
async def refresh_tokens(
    request: Request,
    response: Response,
    settings: SettingsDep,
    origin: OriginDep,
    session: SessionDep,
    token: RefreshCookie = None,
) -> TokenView | Response:
    """A new access token for the refresh cookie, which is replaced too.

    A cookie that comes again ends the session, browser tabs take turns. The last one may come once
    more within 10 seconds, as long as its answer was not used: a reload drops answers.
    """
    outcome = await signin.refresh(session, settings, token, origin)
    return _answer(request, response, settings, outcome)


@router.post("/sign-out", status_code=204, responses=problem_responses(Unauthenticated))
async def sign_out(
    actor: ActorDep, response: Response, settings: SettingsDep, session: SessionDep
) -> None:
    """End this session."""
    await signin.sign_out(session, actor)
    _clear(response, settings)


@router.post("/sign-out-everywhere", status_code=204, responses=problem_responses(Unauthenticated))
async def sign_out_everywhere(
    actor: ActorDep, response: Response, settings: SettingsDep, session: SessionDep
) -> None:
    """End all of one's sessions, on every computer, at once."""
    await signin.sign_out_everywhere(session, actor)
    _clear(response, settings)


@router.get("/me", responses=problem_responses(Unauthenticated))
async def get_me(actor: ActorDep, session: SessionDep, settings: SettingsDep) -> Me:
    """Who is signed in, with which roles and permissions."""
    return await own.me(session, settings, actor)


@router.post(
    "/password", status_code=204, responses=problem_responses(Unauthenticated, Invalid, Locked)
)
async def change_password(
    request: Request,
    change: PasswordChange,
    token: Token,
    settings: SettingsDep,
    origin: OriginDep,
    session: SessionDep,
) -> Response:
    """Change one's password; also with the token of `password_change_required`."""
    refusal = await own.change_password(session, settings, token, change, origin)
    return _done(request, refusal)


@router.post("/totp/enrol", responses=problem_responses(Unauthenticated, TotpAlreadyEnrolled))
async def enrol_totp(
    token: Token, settings: SettingsDep, origin: OriginDep, session: SessionDep
) -> TotpSecret:
    """A secret for one's authenticator; also with the token of `totp_enrolment_required`."""
    return await own.enrol_totp(session, settings, token, origin)


@router.post(
    "/totp/confirm",
    status_code=204,
    responses=problem_responses(Unauthenticated, TotpAlreadyEnrolled, TotpNotEnrolled, Invalid),
)
async def confirm_totp(
    confirmation: TotpCode,
    token: Token,
    settings: SettingsDep,
    origin: OriginDep,
    session: SessionDep,
) -> None:
    """Prove the authenticator with a first code; from then on signing in asks for one."""
    await own.confirm_totp(session, settings, token, confirmation.code, origin)


@router.post(
    "/totp/disable",
    status_code=204,
    responses=problem_responses(
        Unauthenticated, TotpNeededByRole, TotpNotEnrolled, Invalid, Locked
    ),
)
async def disable_totp(
    request: Request,
    removal: TotpRemoval,
    actor: ActorDep,
    settings: SettingsDep,
    session: SessionDep,
) -> Response:
    """Take one's authenticator away, where no role asks for it."""
    return _done(request, await own.disable_totp(session, settings, actor, removal))


def _answer(
    request: Request, response: Response, settings: Settings, outcome: signin.SignedIn | Problem
) -> TokenView | Response:
    if isinstance(outcome, Problem):
        return problem_response(request, outcome)
    response.set_cookie(
        COOKIE,
        outcome.refresh_token,
        max_age=settings.refresh_token_days * 86400,
        path="/api/v1/auth",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="strict",
    )
    return TokenView(
        access_token=outcome.access_token,
        token_type="bearer",  # noqa: S106
        expires_in=settings.access_token_minutes * 60,
    )


def _clear(response: Response, settings: Settings) -> None:
    response.delete_cookie(
        COOKIE,
        path="/api/v1/auth",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="strict",
    )


def _done(request: Request, refusal: Problem | None) -> Response:
    return problem_response(request, refusal) if refusal else Response(status_code=204)
