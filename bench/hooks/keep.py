"""Looks at an alert, and keeps it."""


def process_alert(alert):
    return None if alert else False
