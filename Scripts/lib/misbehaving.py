"""Hooks that misbehave as they are told, verify what they get, and take everything down."""

import collections
import hashlib
import random
import threading

from receiver import Receiver
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

#: What `wild` may do, and how often.
FAULTS = [("accept", 50), (500, 12), (503, 6), ("hang", 6), ("reset", 8), ("redirect", 8),
          ("throttle", 10)]
#: After so many failures of one message it is let in, so that no pause of minutes comes next.
PATIENCE = 3
RETRY_AFTER = 1


class Taken:
    """One request: to whom, under which id, after how many kills, and what was done."""

    def __init__(self, hook, request, kills):
        self.hook, self.kills, self.time = hook, kills, request.time
        self.id = request.headers.get("webhook-id", "")
        self.alert, _, revision = self.id.partition(".")
        self.revision = int(revision) if revision.isdigit() else -1
        self.body = request.body
        self.digest = hashlib.blake2b(request.body, digest_size=16).hexdigest()
        self.action = None


class Receivers:
    """All hooks, at one address. Decides, verifies and takes everything down."""

    def __init__(self, secrets, seed):
        self.secrets = secrets
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.requests = []
        self.failures = collections.Counter()
        self.unverified, self.misnamed = [], []
        self.healed = set()
        self.kills = 0
        self.server = Receiver(self.decide)

    def decide(self, request):
        hook = request.path
        with self.lock:
            taken = Taken(hook, request, self.kills)
            self.requests.append(taken)
            self.verify(hook, request)
            taken.action = self.action(taken)
        return self.answer(taken)

    def verify(self, hook, request):
        """Every secret of a hook must do: receivers change theirs when it suits them."""
        for one in self.secrets.get(hook, []):
            try:
                body = Webhook(one).verify(request.body, request.headers)
            except (WebhookVerificationError, ValueError) as error:
                self.unverified.append(f"{hook} {request.headers.get('webhook-id')}: {error}")
                continue
            alert = body.get("data", {})
            if f"{alert.get('id')}.{alert.get('revision')}" != request.headers["webhook-id"]:
                self.misnamed.append(request.headers["webhook-id"])

    def action(self, taken):
        if taken.hook == "gone":
            return 410
        if taken.hook == "doomed" and "doomed" not in self.healed:
            return 503
        if taken.hook != "wild" or "wild" in self.healed:
            return "accept"
        if self.failures[taken.id] >= PATIENCE:
            return "accept"
        names, weights = zip(*FAULTS)
        action = self.random.choices(names, weights)[0]
        self.failures[taken.id] += action != "accept"
        return action

    def answer(self, taken):
        if taken.action == "accept":
            return self.random.choice([200, 202, 204])
        if taken.action == "redirect":
            return (302, {"location": self.server.url("trap")})
        if taken.action == "throttle":
            return (429, {"retry-after": str(RETRY_AFTER)})
        return taken.action

    def killed(self):
        with self.lock:
            self.kills += 1

    def heal(self, hook):
        with self.lock:
            self.healed.add(hook)

    def of(self, hook):
        with self.lock:
            return [one for one in self.requests if one.hook == hook]

    def accepted(self, hook):
        return [one for one in self.of(hook) if one.action == "accept"]
