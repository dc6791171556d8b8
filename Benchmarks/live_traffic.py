"""Produces what a Keycloak server logs, at a steady rate and as of now, with thefts among it.

Every session is opened by a login and then refreshed in turn; some end and begin anew. Now and then
an old refresh token comes back from a stranger. Standard output gets a line for each theft,
`theft SESSION SECONDS`, and one each second, `sent COUNT SECONDS`.

    live_traffic.py BROKER TOPIC RATE SECONDS SESSIONS THEFTS_PER_SECOND SEED
"""

import collections
import random
import sys
import time

import brokers

CLIENTS = ["mobile-banking", "web-shop", "field-service-app", "team-portal", "courier-app"]
REALM = "3f0a9c52-7a64-4c1e-9a51-6a2f1f6c9d10"

EVENT = (
    '{"id":"%s","time":%d,"type":"%s","realmId":"' + REALM + '","realmName":"live",'
    '"clientId":"%s","userId":%s,"sessionId":"%s","ipAddress":"%s","error":%s,"details":{%s}}'
)
LOGIN = ('"auth_method":"openid-connect","auth_type":"code","response_type":"code",'
         '"redirect_uri":"https://app.live.example/callback","consent":"no_consent_required",'
         '"code_id":"%s","response_mode":"query","username":"person%d"')
CODE = ('"token_id":"onrtac:%s","grant_type":"authorization_code","refresh_token_type":"Refresh",'
        '"scope":"openid profile","refresh_token_id":"%s","code_id":"%s",'
        '"client_auth_method":"client-secret"')
REFRESH = ('"token_id":"onrtrt:%s","grant_type":"refresh_token","refresh_token_type":"Refresh",'
           '"updated_refresh_token_id":"%s","scope":"openid profile","refresh_token_id":"%s",'
           '"client_auth_method":"client-secret"')
REPLAY = ('"reason":"Stale token","grant_type":"refresh_token","refresh_token_type":"Refresh",'
          '"refresh_token_id":"%s","refresh_token_sub":"%s","client_auth_method":"client-secret"')


class Session:
    """One login of one person: what identifies it, and its last refresh tokens."""

    __slots__ = ("number", "name", "client", "user", "address", "tokens")

    def __init__(self, number, name, client, user, address):
        self.number = number
        self.name = name
        self.client = client
        self.user = user
        self.address = address
        self.tokens = collections.deque(maxlen=4)


class Traffic:
    """An endless stream of events; each call gives the next one."""

    def __init__(self, sessions, thefts_per_second, rate, seed):
        self.random = random.Random(seed)
        self.sessions = [None] * sessions
        self.opened = collections.deque()
        self.next = 0
        self.theft_every = rate / thefts_per_second if thefts_per_second else 0
        self.until_theft = self.theft_every
        self.churn = 0.002
        #: The session of a theft, when the last event was one.
        self.stolen = None

    def uuid(self):
        bits = self.random.getrandbits(128)
        return "%08x-%04x-4%03x-8%03x-%012x" % (
            bits >> 96, bits >> 80 & 0xFFFF, bits >> 68 & 0xFFF, bits >> 56 & 0xFFF,
            bits & 0xFFFFFFFFFFFF)

    def event(self, now, kind, session, details, user=None, address=None, error="null"):
        user = '"%s"' % session.user if user is None else user
        line = EVENT % (self.uuid(), now, kind, session.client, user, session.name,
                        address or session.address, error, details)
        return session.name, line

    def __call__(self, now):
        """Key and line of the next event, as of `now` in milliseconds since 1970."""
        self.stolen = None
        if self.opened:
            return self.redeem(now, self.opened.popleft())
        self.until_theft -= 1
        number = self.next
        self.next = (number + 1) % len(self.sessions)
        session = self.sessions[number]
        if session is None:
            return self.login(now, number)
        if self.theft_every and self.until_theft <= 0 and len(session.tokens) == 4:
            self.until_theft += self.theft_every
            return self.replay(now, session)
        if self.random.random() < self.churn:
            self.sessions[number] = None
            return self.event(now, "LOGOUT", session, "")
        return self.refresh(now, session)

    def login(self, now, number):
        address = "%d.%d.%d.%d" % (
            80 + number % 12, number >> 16 & 255, number >> 8 & 255, number & 255)
        # The same person comes back to the same slot.
        user = "%08x-0000-4000-8000-%012x" % (number, number * 2654435761)
        session = Session(number, self.uuid(), CLIENTS[number % len(CLIENTS)], user, address)
        self.sessions[number] = session
        self.opened.append(session)
        return self.event(now, "LOGIN", session, LOGIN % (session.name, number))

    def redeem(self, now, session):
        token = self.uuid()
        session.tokens.append(token)
        return self.event(now, "CODE_TO_TOKEN", session,
                          CODE % (self.uuid(), token, session.name))

    def refresh(self, now, session):
        old, token = session.tokens[-1], self.uuid()
        session.tokens.append(token)
        return self.event(now, "REFRESH_TOKEN", session, REFRESH % (self.uuid(), token, old))

    def replay(self, now, session):
        """A stranger presents a token three generations old; the server ends the session."""
        self.stolen = session.name
        self.sessions[session.number] = None
        thief = "185.%d.%d.%d" % tuple(self.random.randrange(256) for _ in range(3))
        return self.event(
            now, "REFRESH_TOKEN_ERROR", session, REPLAY % (session.tokens[0], session.user),
            user="null", address=thief, error='"invalid_token"')


class Address:
    """Of a broker that somebody else started."""

    def __init__(self, address):
        self.address = address


def main():
    broker, topic = Address(sys.argv[1]), sys.argv[2]
    rate, seconds = int(sys.argv[3]), float(sys.argv[4])
    traffic = Traffic(int(sys.argv[5]), float(sys.argv[6]), rate, int(sys.argv[7]))
    # Both brokers keep every small batch by itself and become slow with very many of them.
    feed = brokers.Feed(broker, topic, **{"compression.type": "zstd", "linger.ms": 25})
    started = time.time()
    sent, told = 0, 0
    while (elapsed := time.time() - started) < seconds:
        due = int(elapsed * rate)
        now = int(time.time() * 1000)
        while sent < due:
            key, line = traffic(now)
            feed.send(key.encode(), line.encode())
            sent += 1
            if traffic.stolen:
                print(f"theft {traffic.stolen} {time.time():.4f}")
        if int(elapsed) > told:
            told = int(elapsed)
            print(f"sent {sent} {time.time():.3f}", flush=True)
        feed.producer.poll(0.002)
    feed.flush()
    print(f"sent {sent} {time.time():.3f}", flush=True)


if __name__ == "__main__":
    main()
