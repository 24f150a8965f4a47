"""The two forms of an answer at the control socket; the asking end is `user/client.py`."""

Answer = dict[str, object]


def done(result: object) -> Answer:
    return {"ok": True, "result": result}


def refused(error: str, hint: str) -> Answer:
    return {"ok": False, "error": error, "hint": hint}
