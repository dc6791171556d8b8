"""Small stories in the words of a Keycloak server, told record by record into logs that are
followed."""

import json
import random
import uuid

SECOND, MINUTE = 1000, 60_000
#: 2 March 2026, 10:00 UTC, in milliseconds since 1970.
MORNING = 1_772_445_600_000


class Log:
    """A file to which records are added; `written` counts them."""

    def __init__(self, path):
        self.path = path
        self.written = 0
        open(path, "ab").close()

    def write(self, records):
        with open(self.path, "ab", buffering=0) as sink:
            sink.write(b"".join(json.dumps(one).encode() + b"\n" for one in records))
        self.written += len(records)


class Teller:
    """Makes records with ids of their own; the same seed makes the same ones."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.sessions = 0

    def id(self):
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def record(self, kind, time, address, user, session, error=None, **details):
        return {"id": self.id(), "time": time, "type": kind, "realmId": "acme",
                "realmName": "acme", "clientId": "app", "userId": user, "sessionId": session,
                "ipAddress": address, "error": error, "details": details}

    def login(self, time):
        """Somebody who means nothing to anybody, but that time went by."""
        address = f"192.0.2.{self.random.randrange(1, 255)}"
        return self.record("LOGIN", time, address, self.id(), self.id(), auth_type="code")


class Session:
    """One grant and what becomes of it from a time on: its owner is at home, a stranger elsewhere,
    and no other session knows either place."""

    def __init__(self, teller, start):
        self.teller = teller
        self.start = start
        self.user, self.session = teller.id(), teller.id()
        teller.sessions += 1
        self.home, self.elsewhere = (f"198.{net}.{teller.sessions}.7" for net in (18, 19))
        self.tokens = [teller.id() for _ in range(4)]

    def record(self, kind, after, address, error=None, **details):
        return self.teller.record(kind, self.start + after, address, self.user, self.session,
                                  error, **details)

    def redeem(self, after, token, address=None):
        """A code becomes the first refresh token of a lineage."""
        return self.record(
            "CODE_TO_TOKEN", after, address or self.home, token_id=self.teller.id(),
            refresh_token_id=token, refresh_token_type="Refresh", scope="openid",
            grant_type="authorization_code", code_id=self.session)

    def refresh(self, after, generation):
        return self.record(
            "REFRESH_TOKEN", after, self.home, token_id=self.teller.id(),
            refresh_token_id=self.tokens[generation], refresh_token_type="Refresh",
            updated_refresh_token_id=self.tokens[generation + 1], grant_type="refresh_token",
            scope="openid")

    def replay(self, after, generation=1):
        """A refresh token that was spent comes again, and is refused."""
        return self.record(
            "REFRESH_TOKEN_ERROR", after, self.elsewhere, "invalid_token", reason="Stale token",
            grant_type="refresh_token", refresh_token_type="Refresh",
            refresh_token_id=self.tokens[generation], refresh_token_sub=self.user)

    def code_again(self, after, address=None):
        """The code that was redeemed comes again, and is refused."""
        return self.record(
            "CODE_TO_TOKEN_ERROR", after, address or self.home, "invalid_code",
            grant_type="authorization_code", code_id=self.session)

    def theft(self):
        """The owner goes on for three generations; then a stranger presents the second: REF-01, as
        long as nobody knows that the owner is at two places. Lasts seven minutes."""
        lives = [self.refresh(after * MINUTE, generation)
                 for generation, after in enumerate((1, 3, 4))]
        return [self.redeem(0, self.tokens[0]), *lives, self.replay(7 * MINUTE)]

    def alibi(self):
        """After two minutes the owner was at the stranger's place, too: no theft."""
        return [self.redeem(2 * MINUTE, self.teller.id(), self.elsewhere)]
