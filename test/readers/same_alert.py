"""A hook that gives each alert back as a new one."""


def process_alert(alert):
    return dict(alert)
