"""What every request to the REST interface passes: a limit, Idempotency-Key, and errors as problem+json only."""

import hashlib
import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from netboard.accounts.http import credential_of, identity_or_none
from netboard.accounts.models import IdempotentAnswer
from netboard.accounts.problems import CODES, problem
from netboard.accounts.visitors import address_of

PREFIX = "/api/"
PER_MINUTE = 3000
"""Requests a minute from one credential, or one address without, to one web process."""
ABANDONED = timedelta(seconds=60)
"""After this a first request that was never answered (its process died) does not block its key."""

DETAILS = {
    404: "There is nothing at this address; see /api/v1/docs.",
    405: "This address does not know that method; see /api/v1/docs.",
}


class Budget:
    """Counts requests in fixed windows of a minute, in this process's memory."""

    def __init__(self) -> None:
        self._window = 0
        self._counts: dict[str, int] = {}

    def spend(self, who: str, limit: int) -> int:
        """0 if `who` is within the limit, else the seconds until the window ends."""
        now = time.time()
        window = int(now // 60)
        if window != self._window:
            self._window, self._counts = window, {}
        self._counts[who] = count = self._counts.get(who, 0) + 1
        return 0 if count <= limit else max(1, int((window + 1) * 60 - now))


class ApiMiddleware:
    """Django middleware; does nothing outside `/api/`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.budget = Budget()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        answer = self._limited(request)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    def _limited(self, request: HttpRequest) -> HttpResponseBase:
        credential = credential_of(request)
        who = credential.owner() if credential else address_of(request)
        wait = self.budget.spend(who, getattr(settings, "NETBOARD_API_PER_MINUTE", PER_MINUTE))
        if wait:
            return problem(429, f"Too many requests; try again in {wait} s.", headers={"Retry-After": str(wait)})
        key = request.headers.get("Idempotency-Key")
        if request.method == "POST" and key is not None and identity_or_none(request) is not None:
            return self._once(request, who, key)
        return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        kind = answer.get("Content-Type", "")
        if answer.status_code >= 400 and not kind.startswith("application/problem+json"):
            kept = {name: answer[name] for name in ("Allow", "Retry-After") if name in answer}
            detail = DETAILS.get(answer.status_code, "The request could not be answered.")
            return problem(answer.status_code, detail, code=CODES.get(answer.status_code, "error"), headers=kept)
        return answer

    def _once(self, request: HttpRequest, owner: str, key: str) -> HttpResponseBase:
        if not key.strip() or len(key) > 200 or not key.isprintable():
            return problem(422, "An Idempotency-Key has 1 to 200 printable characters.", code="idempotency_key")
        try:
            body = request.body
        except RequestDataTooBig:
            return problem(413, "The request is larger than 1 MB.")
        fingerprint = hashlib.sha256(f"POST {request.get_full_path()}\n".encode() + body).hexdigest()
        with transaction.atomic():
            IdempotentAnswer.objects.filter(
                owner=owner, key=key, status=None, created__lt=timezone.now() - ABANDONED
            ).delete()
        try:
            with transaction.atomic():
                row = IdempotentAnswer.objects.create(owner=owner, key=key, fingerprint=fingerprint)
        except IntegrityError:
            return self._again(owner, key, fingerprint)
        try:
            answer = self._answer(request)
        except BaseException:
            row.delete()
            raise
        if answer.status_code >= 500 or not isinstance(answer, HttpResponse):
            row.delete()
            return answer
        row.status = answer.status_code
        if not getattr(request, "_netboard_once", False):
            row.headers = {name: answer[name] for name in ("Content-Type", "Location") if name in answer}
            row.body = answer.content.decode()
        row.save(update_fields=["status", "headers", "body"])
        return answer

    def _again(self, owner: str, key: str, fingerprint: str) -> HttpResponseBase:
        row = IdempotentAnswer.objects.filter(owner=owner, key=key).first()
        if row is not None and row.fingerprint != fingerprint:
            return problem(422, "This Idempotency-Key was used for another request.", code="idempotency_mismatch")
        if row is None or row.status is None:
            return problem(
                409,
                "The first request with this Idempotency-Key is still being answered; try again.",
                code="idempotency_in_progress",
                headers={"Retry-After": "1"},
            )
        if "Content-Type" not in row.headers:
            return problem(409, "This was done; its answer held a secret that is shown only once.", code="told_once")
        return HttpResponse(row.body, status=row.status, headers={**row.headers, "Idempotency-Replayed": "true"})
