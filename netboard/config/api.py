"""The REST interface under `/api/v1/`: one NinjaAPI, the routers of every app, its documentation from own files."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import OpenAPISchema

from netboard import __version__
from netboard.accounts import problems
from netboard.accounts.api import router as accounts
from netboard.accounts.http import OPERATING
from netboard.hosts.api import router as hosts
from netboard.networks.api import router as networks
from netboard.networks.traffic_api import router as traffic
from netboard.operations.api import router as operations
from netboard.probes.api import router as sweeps
from netboard.probes.monitors.api import router as monitors
from netboard.probes.monitors.api_alerts import router as alerts

PROBLEM: dict[str, Any] = {
    "description": "What went wrong and what to do",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["status", "code", "title", "detail"],
                "properties": {
                    "type": {"type": "string"},
                    "status": {"type": "integer"},
                    "code": {"type": "string"},
                    "title": {"type": "string"},
                    "detail": {"type": "string"},
                    "params": {"type": "object"},
                    "errors": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["field", "code", "message"],
                            "properties": {
                                "field": {"type": "string"},
                                "code": {"type": "string"},
                                "message": {"type": "string"},
                            },
                        },
                    },
                },
            }
        }
    },
}


class OwnDocs(Swagger):
    """Swagger UI from netboard's own static files: no script in the page, nothing from another site."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """The page; its script reads the schema's address from a data attribute."""
        return render(request, "api/docs.html", {"openapi_url": self.get_openapi_url(api, kwargs)})


class NetboardAPI(NinjaAPI):
    """NinjaAPI whose schema says that every operation may answer a problem."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """The OpenAPI 3.1 document."""
        schema = super().get_openapi_schema(**kwargs)
        for methods in schema["paths"].values():
            for operation in methods.values():
                operation["responses"].setdefault("default", PROBLEM)
        return schema


api = NetboardAPI(
    title="netboard",
    version=__version__,
    description="Container networks of Linux hosts: what is there, how it is wired, who loses what.",
    urls_namespace="api",
    auth=OPERATING,
    docs=OwnDocs(),
)
problems.install(api)
api.add_router("", hosts, tags=["hosts"])
api.add_router("", networks, tags=["networks"])
api.add_router("", traffic, tags=["traffic"])
api.add_router("", operations, tags=["operations"])
api.add_router("", sweeps, tags=["sweeps"])
api.add_router("", monitors, tags=["monitors"])
api.add_router("", alerts, tags=["alerts"])
api.add_router("", accounts, tags=["people"])
