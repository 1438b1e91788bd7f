// Keeps bright new transients: brighter than 18th magnitude, seen at most five times, and no known asteroid.
//
//   antares-client extragalactic_staging -d bright --process examples/bright-transient.mjs
const FAINTEST_MAGNITUDE = 18;
const MOST_DETECTIONS = 5;

/** Returns false for what is not kept; what is kept is saved as it came. */
export function processAlert(alert, { logger }) {
  const { properties, alert_id: id } = alert.new_alert;
  // The survey writes the text "null" where no asteroid is near.
  const isAsteroid = properties.ztf_ssnamenr !== 'null';
  const isNew = alert.alert_history.length < MOST_DETECTIONS;
  if (isAsteroid || !isNew || properties.ztf_magpsf > FAINTEST_MAGNITUDE) return false;
  logger.info(`bright: ${id} at ${properties.ztf_magpsf.toFixed(2)} mag`);
}
