/** Looks at an alert, and keeps it. */
export function processAlert(alert) {
  return Object.keys(alert).length > 0 ? undefined : false;
}
