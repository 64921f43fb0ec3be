"""Load tests on Locust: many users at once, every answer judged.

Locust replaces the blocking parts of the standard library when it is imported, so it runs in processes of its own:
`locustfile` is what it is started with, and nothing else imports it. Its greenlets share one thread; a Judge among them
would hold up every user, so it sits in a process beside them (`judging`) and is told of each exchange over a pipe.
"""
