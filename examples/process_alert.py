# The original client's `process_alert(alert)`, as it stands there: put your own in its place. It needs Python 3 alone.
#
#   antares-client extragalactic_staging -d alerts --process examples/process_alert.py
#
# None: the alert is saved as it came. False: it is not saved. A dict: that is saved instead. What is raised makes the
# message a dead letter; what is printed goes to the log.

FAINTEST_MAGNITUDE = 18


def process_alert(alert):
    """Prints what is bright, and saves everything."""
    new_alert = alert["new_alert"]
    magnitude = new_alert["properties"]["ztf_magpsf"]
    if magnitude <= FAINTEST_MAGNITUDE:
        print(f"bright: {new_alert['alert_id']} at {magnitude:.2f} mag")
