from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> FileResponse:
    """Give the browser its worker at one address for ever, which a static file has not."""
    script = settings.BASE_DIR / "static" / "js" / "service-worker.js"
    return FileResponse(script.open("rb"), content_type="text/javascript; charset=utf-8")
