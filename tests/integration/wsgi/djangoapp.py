"""Django: the admin with its login, and an upload, at `app`. Its database lies in the folder $DJANGO_FOLDER.

Run as a program, it makes the database, with a user "admin" whose password is "secret".
"""

import hashlib
import os
import sys

from django.conf import settings

CONTRIB = ["admin", "auth", "contenttypes", "sessions", "messages"]

settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.path.join(os.environ["DJANGO_FOLDER"], "database"),
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=[f"django.contrib.{name}" for name in CONTRIB],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    ROOT_URLCONF=__name__,
    SECRET_KEY="of the tests",
    STATIC_URL="/static/",
    TEMPLATES=[
        {
            "APP_DIRS": True,
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
)

from django.core.wsgi import get_wsgi_application  # noqa: E402 (it wants the settings)

app = get_wsgi_application()

from django.contrib import admin  # noqa: E402 (it wants the applications)
from django.http import FileResponse, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402


def hello(request):
    return HttpResponse("Hello, World from Django!\n", content_type="text/plain")


@csrf_exempt
def upload(request):
    sha256 = hashlib.sha256()
    for piece in request.FILES["file"].chunks():
        sha256.update(piece)
    return HttpResponse(f"{request.FILES['file'].size} {sha256.hexdigest()}\n")


def own_source(request):
    return FileResponse(open(__file__, "rb"))


urlpatterns = [
    path("admin/", admin.site.urls),
    path("hello", hello),
    path("upload", upload),
    path("source", own_source),
]

if __name__ == "__main__":
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    User.objects.create_superuser("admin", password="secret")
    sys.exit(0)
