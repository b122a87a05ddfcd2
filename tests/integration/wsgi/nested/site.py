"""Applications that are not just a function of a module."""


def answer(text):
    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [text]

    return application


class Site:
    application = staticmethod(answer(b"an attribute of an attribute\n"))


class Instance:
    def __call__(self, environ, start_response):
        return answer(b"an instance\n")(environ, start_response)

    def method(self, environ, start_response):
        return answer(b"a method\n")(environ, start_response)


def make_application():
    return answer(b"made by a factory\n")


def raise_in_factory():
    raise ValueError("of the factory")


site = Site()
instance = Instance()
application = answer(b"the usual name\n")
not_callable = 5
