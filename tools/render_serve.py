"""The table of docs/serve.md: what the server adds, and what it withstands."""


def overhead(name, part):
    times = part["overhead_ms"]
    return f"| {name} | {times['p50']:.2f} ms (p99 {times['p99']:.2f} ms, n {times['n']}) |"


def serve(data):
    soak, bad = data["soak"], data["malformed"]
    machine = data["machine"]
    return [
        f"| measured ({machine['cpu']}, {machine['cores']} cores, loopback, two 224 x 224 cameras) | |",
        "|---|---|",
        overhead("round trip less the policy's own time, every request a query", data["full"]),
        overhead("the same, mostly reuse", data["reuse"]),
        f"| {soak['idle_clients']} idle and {soak['busy_clients']} busy clients for {soak['minutes']:g} minutes | {soak['errors']} errors, "
        f"{soak['requests_per_second']:.0f} requests a second, least served client / most served {soak['least_over_most']:.3f}, "
        f"growth of memory {soak['rss_growth_bytes'] / 1e6:.1f} MB |",
        f"| {bad['messages']} malformed messages | {bad['error_told']} told their error, {bad['closed_without_words']} closed without words, "
        f"{bad['answered']} answered; the next request is served |",
    ]


TABLES = {"serve": serve}
