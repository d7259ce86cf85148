"""Garmin's upload service, which takes FIT files."""

from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from aiohttp import web

from .fit import BrokenFitError, decode
from .model import Composition, GarminAccount, Upload

if TYPE_CHECKING:
    from .cloud import GarminCloud

type Refused = Callable[[Composition], bool]


class GarminUploads:
    """Answers `/upload-service`. It does not merge what it already has."""

    def __init__(self, cloud: GarminCloud) -> None:
        """Answer for this cloud."""
        self._cloud = cloud

    def register(self, app: web.Application) -> None:
        """Put the service on its path."""
        app.router.add_post("/upload-service/upload", self._handle_upload)

    async def _handle_upload(self, request: web.Request) -> web.Response:
        """Store the weigh-ins of a FIT file, or none of them."""
        cloud, account = self._cloud, self._cloud.tokens.account(request)
        field = (await request.post()).get("file")
        if not isinstance(field, web.FileField):
            raise web.HTTPBadRequest
        data = field.file.read()
        if not account.device_upload:
            return web.json_response(
                {"message": "User has not consented to upload data"}, status=412
            )
        digest = sha256(data).hexdigest()
        if cloud.refuse_identical and digest in {u.digest for u in account.uploads}:
            return _refusal(account, data, 409, 202, "Duplicate Activity.")
        try:
            records = decode(data)
        except BrokenFitError as err:
            return _refusal(account, data, 415, 415, f"Cannot read the file: {err}")
        if refusal := cloud.refused(records):
            return _refusal(account, data, refusal.status, 400, "Bad record")
        if cloud.swallows:
            cloud.swallows -= 1
        else:
            for record in records:
                cloud.store(account, record, "FIT", cloud.processing_delay)
        account.uploads.append(
            Upload(
                received_at=cloud.clock(),
                size=len(data),
                digest=digest,
                records=len(records),
            )
        )
        if cloud.empty_body:
            return web.Response(status=cloud.upload_status)
        return web.json_response(
            _result(account, data),
            status=cloud.upload_status,
            headers={"Location": f"https://{request.host}/upload-service/status/1"},
        )


def _result(account: GarminAccount, data: bytes) -> dict[str, dict[str, Any]]:
    """Return the answer to a file that was taken."""
    return {
        "detailedImportResult": {
            "uploadId": uuid4().int >> 96,
            "uploadUuid": {"uuid": str(uuid4())},
            "owner": account.profile_id,
            "fileSize": len(data),
            "processingTime": 7,
            "creationDate": "2026-11-01 06:30:07.731 GMT",
            "ipAddress": None,
            "report": None,
            "successes": [],
            "failures": [],
        }
    }


def _refusal(
    account: GarminAccount, data: bytes, status: int, code: int, content: str
) -> web.Response:
    """Return the answer to a file that was not taken."""
    body = _result(account, data)
    body["detailedImportResult"]["failures"] = [
        {
            "internalId": None,
            "externalId": None,
            "messages": [{"code": code, "content": content}],
        }
    ]
    return web.json_response(body, status=status)
