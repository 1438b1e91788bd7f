// Saves each ZTF alert with its galactic latitude beside it. TypeScript runs where Node runs it (22.18 and newer).
//
//   antares-client ztf_20261124_programid1 -d alerts --process examples/add-field.ts
import type { AlertContext } from 'antares-client';

interface ZtfAlert {
  readonly candid: bigint;
  readonly candidate: { readonly ra: number; readonly dec: number };
}

const radians = Math.PI / 180;
/** The galactic pole of J2000 (Reid and Brunthaler 2004). */
const pole = { raDeg: 192.85948, decDeg: 27.12825 };

export function processAlert(alert: ZtfAlert, { logger }: AlertContext): Record<string, unknown> {
  const { ra, dec } = alert.candidate;
  const sine =
    Math.sin(dec * radians) * Math.sin(pole.decDeg * radians) +
    Math.cos(dec * radians) * Math.cos(pole.decDeg * radians) * Math.cos((ra - pole.raDeg) * radians);
  const galacticLatitudeDeg = Math.asin(sine) / radians;
  logger.debug(`${alert.candid} lies at b = ${galacticLatitudeDeg.toFixed(1)}°`);
  return { ...alert, galacticLatitudeDeg };
}
