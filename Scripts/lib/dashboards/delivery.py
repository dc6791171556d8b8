"""Whether alerts arrive."""

from dashboards.boards import board, labels_of, prometheus_variables
from dashboards.panels import GREEN, ORANGE, RED, YELLOW, lines, stat, states, steps, words

HOOK = 'hook=~"$hook"'
ATTEMPTS = f"grantrail_delivery_attempts_total{{{HOOK}, @}}"
DELIVERED = f'grantrail_delivery_attempts_total{{{HOOK}, result="delivered", @}}'


def now():
    return (
        "Now",
        stat("Waiting", "Alerts that some hook has not taken yet.",
             f"sum(grantrail_delivery_queue{{{HOOK}, @}})", "short", decimals=0,
             thresholds=steps((100, YELLOW), (1000, RED))),
        stat("Oldest", "How long the oldest of them has waited.",
             f"max(grantrail_delivery_oldest_seconds{{{HOOK}, @}})", "s",
             thresholds=steps((60, YELLOW), (900, RED))),
        stat("Dead", "Alerts that were given up. `grantrail hooks dead` lists them, "
             "`grantrail hooks replay` tries them again.",
             f"sum(grantrail_delivery_dead{{{HOOK}, @}})", "short", decimals=0,
             thresholds=steps((1, RED))),
        stat("Open breakers", "Hooks that failed so often that only one delivery at a time is "
             "tried.",
             f"sum(grantrail_hook_breaker_open{{{HOOK}, @}})", "short", decimals=0,
             thresholds=steps((1, RED))),
        stat("Attempts that succeed", "Share of all attempts in the period.",
             f"sum(increase({DELIVERED}[$__range])) / sum(increase({ATTEMPTS}[$__range]))",
             "percentunit", width=8, decimals=1,
             thresholds=steps((0.9, YELLOW), (0.99, GREEN), base=RED)),
    )


def flow():
    return (
        "Flow",
        lines("Attempts by result", "Attempts a second, by what became of them.",
              [(f"sum by (result) (rate({ATTEMPTS}[$__rate_interval]))", "{{result}}")],
              "cps", colours={"delivered": GREEN, "retried": ORANGE, "dead": RED}),
        lines("Attempts by hook", "Attempts a second.",
              [(f"sum by (hook) (rate({ATTEMPTS}[$__rate_interval]))", "{{hook}}")], "cps"),
        lines("Share of attempts that fail", "By hook. Receivers that are slow or down.",
              [(f"1 - sum by (hook) (rate({DELIVERED}[$__rate_interval])) "
                f"/ sum by (hook) (rate({ATTEMPTS}[$__rate_interval]))", "{{hook}}")],
              "percentunit", thresholds=steps((0.1, YELLOW), (0.5, RED))),
        states("Breakers", "Open: the hook failed so often that only one delivery at a time is "
               "tried until one succeeds.",
               f"max by (hook) (grantrail_hook_breaker_open{{{HOOK}, @}})", "{{hook}}",
               words(no=("closed", GREEN), yes=("open", RED))),
    )


def backlog():
    return (
        "Backlog",
        lines("Waiting by hook", "Alerts that the hook has not taken yet.",
              [(f"sum by (hook) (grantrail_delivery_queue{{{HOOK}, @}})", "{{hook}}")],
              "short", width=8),
        lines("Oldest by hook", "How long the oldest waiting alert has waited.",
              [(f"max by (hook) (grantrail_delivery_oldest_seconds{{{HOOK}, @}})", "{{hook}}")],
              "s", width=8, thresholds=steps((900, RED))),
        lines("Dead by hook", "Alerts that were given up and not replayed.",
              [(f"sum by (hook) (grantrail_delivery_dead{{{HOOK}, @}})", "{{hook}}")],
              "short", width=8),
    )


def kept_back():
    return (
        "Kept back",
        lines("Held back by budgets", "Notifications that a digest tells of instead, in the period. "
              "`grantrail hooks held` lists them.",
              [(f"sum by (hook, reason) (increase(grantrail_notifications_held_total{{{HOOK}, @}}"
                "[$__rate_interval]))", "{{hook}} {{reason}}")],
              "short", width=8),
        lines("Silenced", "Notifications that nobody got because of a silence, in the period.",
              [("sum(increase(grantrail_notifications_silenced_total{@}[$__rate_interval]))",
                "silenced")], "short", width=8),
        lines("Silences", "Silences that hold now. `grantrail alerts silences` lists them.",
              [("max(grantrail_silences{@})", "silences")], "short", width=8),
    )


def make(_queries):
    hook = labels_of("hook", "Hook", "grantrail_delivery_queue",
                     'job=~"$job", instance=~"$instance"')
    return board(
        "delivery", "Grantrail / Delivery",
        "Whether alerts arrive at the hooks, how long they wait, and what was given up.",
        [now(), flow(), backlog(), kept_back()], prometheus_variables(hook))
