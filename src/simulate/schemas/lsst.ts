import { fieldList, optionalArray, record } from './field-list.ts';

const timestamp = { type: 'long', logicalType: 'timestamp-micros' };
const named = { timestamp };

const diaSource = `
  diaSourceId:long visit:long detector:int diaObjectId:long? ssObjectId:long? parentDiaSourceId:long?
  midpointMjdTai:double ra:double raErr:float? dec:double decErr:float? ra_dec_Cov:float? x:float xErr:float? y:float
  yErr:float? centroid_flag:boolean? apFlux:float? apFluxErr:float? apFlux_flag:boolean?
  apFlux_flag_apertureTruncated:boolean? isNegative:boolean? snr:float? psfFlux:float? psfFluxErr:float? psfLnL:float?
  psfChi2:float? psfNdata:int? psfFlux_flag:boolean? psfFlux_flag_edge:boolean? psfFlux_flag_noGoodPixels:boolean?
  trailFlux:float? trailFluxErr:float? trailRa:double? trailRaErr:float? trailDec:double? trailDecErr:float?
  trailLength:float? trailLengthErr:float? trailAngle:float? trailAngleErr:float? trailChi2:float? trailNdata:int?
  trail_flag_edge:boolean? dipoleMeanFlux:float? dipoleMeanFluxErr:float? dipoleFluxDiff:float? dipoleFluxDiffErr:float?
  dipoleLength:float? dipoleAngle:float? dipoleChi2:float? dipoleNdata:int? scienceFlux:float? scienceFluxErr:float?
  forced_PsfFlux_flag:boolean? forced_PsfFlux_flag_edge:boolean? templateFlux:float? templateFluxErr:float? ixx:float?
  iyy:float? ixy:float? ixxPSF:float? iyyPSF:float? ixyPSF:float? shape_flag:boolean? shape_flag_no_pixels:boolean?
  shape_flag_not_contained:boolean? extendedness:float? reliability:float? band:string? isDipole:boolean?
  dipoleFitAttempted:boolean? timeProcessedMjdTai:double timeWithdrawnMjdTai:double? bboxSize:int?
  pixelFlags:boolean? pixelFlags_bad:boolean? pixelFlags_cr:boolean? pixelFlags_crCenter:boolean?
  pixelFlags_edge:boolean? pixelFlags_saturated:boolean? pixelFlags_streak:boolean? glint_trail:boolean?
  time_processed:timestamp`;

const forcedSource = `
  diaForcedSourceId:long diaObjectId:long ra:double dec:double visit:long detector:int psfFlux:float? psfFluxErr:float?
  midpointMjdTai:double scienceFlux:float? scienceFluxErr:float? band:string? timeProcessedMjdTai:double`;

const perBand = (band: string): string => `
  ${band}_psfFluxMean:float? ${band}_psfFluxMeanErr:float? ${band}_psfFluxSigma:float? ${band}_psfFluxNdata:int?
  ${band}_psfFluxMin:float? ${band}_psfFluxMax:float? ${band}_fpFluxMean:float? ${band}_fpFluxMeanErr:float?
  ${band}_scienceFluxMean:float? ${band}_scienceFluxMeanErr:float? ${band}_psfFluxErrMean:float?`;

const diaObject = `
  diaObjectId:long validityStartMjdTai:double ra:double raErr:float? dec:double decErr:float? ra_dec_Cov:float?
  nDiaSources:int firstDiaSourceMjdTai:double? lastDiaSourceMjdTai:double?
  ${['u', 'g', 'r', 'i', 'z', 'y'].map(perBand).join(' ')}`;

const ssSource = `
  diaSourceId:long ssObjectId:long designation:string? eclLambda:double eclBeta:double galLon:double? galLat:double?
  phaseAngle:float? helioRange:float? topoRange:float? helio_x:float? helio_y:float? helio_z:float?`;

/** The registry's id of {@link lsstSchema}: 100 × major + minor. */
export const lsstSchemaId = 1000;

/** A Rubin/LSST alert, after version 10.0 of its schema: its structure and names; the texts are left out. */
export const lsstSchema: Record<string, unknown> = {
  ...record('alert', [
    ...fieldList('diaSourceId:long observation_reason:string? target_name:string?'),
    { name: 'diaSource', type: record('diaSource', fieldList(diaSource, named)) },
    { name: 'prvDiaSources', type: optionalArray('diaSource'), default: null },
    {
      name: 'prvDiaForcedSources',
      type: optionalArray(record('diaForcedSource', fieldList(forcedSource))),
      default: null,
    },
    { name: 'diaObject', type: ['null', record('diaObject', fieldList(diaObject))], default: null },
    { name: 'ssSource', type: ['null', record('ssSource', fieldList(ssSource))], default: null },
    ...fieldList('cutoutDifference:bytes? cutoutScience:bytes? cutoutTemplate:bytes?'),
  ]),
  namespace: 'lsst.v10_0',
};
