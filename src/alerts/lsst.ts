// Made by scripts/make-types.mjs; a test compares. The texts say in our words what the survey's own schemas say of their fields.

/**
 * A Rubin/LSST alert, after version 10.0 of the schema. Units are those of the survey: nJy, MJD (TAI), degrees (ICRS). NaN is null;
 * stamps are FITS files in base64.
 */
export interface LsstAlert {
  /** Id of the detection. */
  readonly diaSourceId: bigint;
  /** Why the image was taken. */
  readonly observation_reason: string | null;
  /** What the image was taken of. */
  readonly target_name: string | null;
  /** What made the alert. */
  readonly diaSource: LsstDiaSource;
  /** Earlier detections of the object; null: none. */
  readonly prvDiaSources: readonly LsstDiaSource[] | null;
  /** Forced photometry at its place; null: none. */
  readonly prvDiaForcedSources: readonly LsstDiaForcedSource[] | null;
  /** What the detection was put to; null: to a body of the Solar System, or to nothing. */
  readonly diaObject: LsstDiaObject | null;
  /** What is known of the body; null: it is none. */
  readonly ssSource: LsstSsSource | null;
  /** Stamp of the new image less the template: a FITS file, in base64. */
  readonly cutoutDifference: string | null;
  /** Stamp of the new image: a FITS file, in base64. */
  readonly cutoutScience: string | null;
  /** Stamp of the template: a FITS file, in base64. */
  readonly cutoutTemplate: string | null;
  /** The body's orbit, as the Minor Planet Center has it; null: it is no such body. */
  readonly mpc_orbits?: Readonly<Record<string, unknown>> | null;
}

/** A detection in a difference image. */
export interface LsstDiaSource {
  /** Id of the detection. */
  readonly diaSourceId: bigint;
  /** Id of the visit. */
  readonly visit: bigint;
  /** Number of the detector. */
  readonly detector: number;
  /** Id of the object. */
  readonly diaObjectId: bigint | null;
  /** Id of the body of the Solar System. */
  readonly ssObjectId: bigint | null;
  /** Id of the detection that this one was taken out of; null: none. */
  readonly parentDiaSourceId: bigint | null;
  /** Middle of the exposure: MJD, TAI. */
  readonly midpointMjdTai: number | null;
  /** Right ascension, degrees (ICRS). */
  readonly ra: number | null;
  /** One sigma of `ra`, degrees. */
  readonly raErr: number | null;
  /** Declination, degrees (ICRS). */
  readonly dec: number | null;
  /** One sigma of `dec`, degrees. */
  readonly decErr: number | null;
  /** Covariance of `ra` and `dec`, degrees². */
  readonly ra_dec_Cov: number | null;
  /** Column in the image, pixels. */
  readonly x: number | null;
  /** One sigma of `x`, pixels. */
  readonly xErr: number | null;
  /** Row in the image, pixels. */
  readonly y: number | null;
  /** One sigma of `y`, pixels. */
  readonly yErr: number | null;
  /** The place could not be measured well. */
  readonly centroid_flag: boolean | null;
  /** Flux of the difference in an aperture of 12 pixels radius, nJy. */
  readonly apFlux: number | null;
  /** One sigma of `apFlux`, nJy. */
  readonly apFluxErr: number | null;
  /** `apFlux` could not be measured well. */
  readonly apFlux_flag: boolean | null;
  /** The aperture goes over the edge. */
  readonly apFlux_flag_apertureTruncated: boolean | null;
  /** Fainter than in the template. */
  readonly isNegative: boolean | null;
  /** Signal to noise. */
  readonly snr: number | null;
  /** Flux of the difference by fitting the PSF, nJy. */
  readonly psfFlux: number | null;
  /** One sigma of `psfFlux`, nJy. */
  readonly psfFluxErr: number | null;
  /** How well a point fits: natural logarithm of the likelihood. */
  readonly psfLnL: number | null;
  /** How well a point fits: chi-square. */
  readonly psfChi2: number | null;
  /** So many pixels were fitted with a point. */
  readonly psfNdata: number | null;
  /** `psfFlux` could not be measured well. */
  readonly psfFlux_flag: boolean | null;
  /** Too near to the edge for all of the PSF. */
  readonly psfFlux_flag_edge: boolean | null;
  /** Too few good pixels to fit. */
  readonly psfFlux_flag_noGoodPixels: boolean | null;
  /** Flux of the difference by fitting a trail, nJy. */
  readonly trailFlux: number | null;
  /** One sigma of `trailFlux`, nJy. */
  readonly trailFluxErr: number | null;
  /** Right ascension of the middle of the trail, degrees (ICRS). */
  readonly trailRa: number | null;
  /** One sigma of `trailRa`, degrees. */
  readonly trailRaErr: number | null;
  /** Declination of the middle of the trail, degrees (ICRS). */
  readonly trailDec: number | null;
  /** One sigma of `trailDec`, degrees. */
  readonly trailDecErr: number | null;
  /** Length of the trail, arc seconds. */
  readonly trailLength: number | null;
  /** One sigma of `trailLength`. */
  readonly trailLengthErr: number | null;
  /** Direction of the trail, from the meridian, degrees. */
  readonly trailAngle: number | null;
  /** One sigma of `trailAngle`. */
  readonly trailAngleErr: number | null;
  /** How well a trail fits: chi-square. */
  readonly trailChi2: number | null;
  /** So many pixels were fitted with a trail. */
  readonly trailNdata: number | null;
  /** The trail goes to the edge or over it. */
  readonly trail_flag_edge: boolean | null;
  /** Mean of the absolute fluxes of the two lobes of a dipole, nJy. */
  readonly dipoleMeanFlux: number | null;
  /** One sigma of `dipoleMeanFlux`, nJy. */
  readonly dipoleMeanFluxErr: number | null;
  /** Difference of the absolute fluxes of the two lobes of a dipole, nJy. */
  readonly dipoleFluxDiff: number | null;
  /** One sigma of `dipoleFluxDiff`, nJy. */
  readonly dipoleFluxDiffErr: number | null;
  /** From lobe to lobe of a dipole, arc seconds. */
  readonly dipoleLength: number | null;
  /** Direction of a dipole from its negative lobe to the positive one, from the meridian, degrees. */
  readonly dipoleAngle: number | null;
  /** How well a dipole fits: chi-square. */
  readonly dipoleChi2: number | null;
  /** So many pixels were fitted with a dipole. */
  readonly dipoleNdata: number | null;
  /** Flux in the new image, nJy. */
  readonly scienceFlux: number | null;
  /** One sigma of `scienceFlux`, nJy. */
  readonly scienceFluxErr: number | null;
  /** `scienceFlux` could not be measured well. */
  readonly forced_PsfFlux_flag: boolean | null;
  /** Too near to the edge of the new image for all of the PSF. */
  readonly forced_PsfFlux_flag_edge: boolean | null;
  /** Flux in the template, nJy. */
  readonly templateFlux: number | null;
  /** One sigma of `templateFlux`, nJy. */
  readonly templateFluxErr: number | null;
  /** Second moment xx of the source, nJy arc seconds². */
  readonly ixx: number | null;
  /** Second moment yy of the source, nJy arc seconds². */
  readonly iyy: number | null;
  /** Second moment xy of the source, nJy arc seconds². */
  readonly ixy: number | null;
  /** Second moment xx of the PSF, nJy arc seconds². */
  readonly ixxPSF: number | null;
  /** Second moment yy of the PSF, nJy arc seconds². */
  readonly iyyPSF: number | null;
  /** Second moment xy of the PSF, nJy arc seconds². */
  readonly ixyPSF: number | null;
  /** The moments could not be measured well. */
  readonly shape_flag: boolean | null;
  /** There are no pixels to measure moments of. */
  readonly shape_flag_no_pixels: boolean | null;
  /** The middle is outside of the pixels of the source. */
  readonly shape_flag_not_contained: boolean | null;
  /** From 0, a point, to 1. */
  readonly extendedness: number | null;
  /** Real or bogus: from 0, an artefact, to 1. */
  readonly reliability: number | null;
  /** Filter: u, g, r, i, z or y. */
  readonly band: string | null;
  /** A dipole fits well. */
  readonly isDipole: boolean | null;
  /** A dipole was tried. */
  readonly dipoleFitAttempted: boolean | null;
  /** When it was processed: MJD, TAI. */
  readonly timeProcessedMjdTai: number | null;
  /** When it was called invalid: MJD, TAI; null: it was not. */
  readonly timeWithdrawnMjdTai: number | null;
  /** Side of the square around the source, pixels. */
  readonly bboxSize: number | null;
  /** The flags of pixels could not all be set. */
  readonly pixelFlags: boolean | null;
  /** With a bad pixel. */
  readonly pixelFlags_bad: boolean | null;
  /** With a cosmic ray. */
  readonly pixelFlags_cr: boolean | null;
  /** With a cosmic ray in the 3 × 3 pixels of its middle. */
  readonly pixelFlags_crCenter: boolean | null;
  /** Partly outside of what can be used. */
  readonly pixelFlags_edge: boolean | null;
  /** With a saturated pixel. */
  readonly pixelFlags_saturated: boolean | null;
  /** With a streak. */
  readonly pixelFlags_streak: boolean | null;
  /** Part of a trail of glints. */
  readonly glint_trail: boolean | null;
  /** When it was processed, as text in UTC; the survey had it until version 8. */
  readonly time_processed?: string;
  /** Too few good pixels of the new image to fit. */
  readonly forced_PsfFlux_flag_noGoodPixels?: boolean | null;
  /** It was taken apart, and its parts should be measured instead. */
  readonly shape_flag_parent_source?: boolean | null;
  /** Its middle is off the image. */
  readonly pixelFlags_offimage?: boolean | null;
  /** With a pixel without data. */
  readonly pixelFlags_nodata?: boolean | null;
  /** With a pixel without data in the 3 × 3 of its middle. */
  readonly pixelFlags_nodataCenter?: boolean | null;
  /** With an interpolated pixel. */
  readonly pixelFlags_interpolated?: boolean | null;
  /** With an interpolated pixel in the 3 × 3 of its middle. */
  readonly pixelFlags_interpolatedCenter?: boolean | null;
  /** With a pixel that may be bad. */
  readonly pixelFlags_suspect?: boolean | null;
  /** With a pixel that may be bad in the 3 × 3 of its middle. */
  readonly pixelFlags_suspectCenter?: boolean | null;
  /** With something put in to test the survey. */
  readonly pixelFlags_injected?: boolean | null;
  /** With something put in to test the survey, in the 3 × 3 pixels of its middle. */
  readonly pixelFlags_injectedCenter?: boolean | null;
  /** With something put into the template to test the survey. */
  readonly pixelFlags_injected_template?: boolean | null;
  /** With something put into the template to test the survey, in the 3 × 3 pixels of its middle. */
  readonly pixelFlags_injected_templateCenter?: boolean | null;
  /** With a saturated pixel in the 3 × 3 of its middle. */
  readonly pixelFlags_saturatedCenter?: boolean | null;
  /** With a streak in the 3 × 3 pixels of its middle. */
  readonly pixelFlags_streakCenter?: boolean | null;
}

/** Forced photometry at the place of the object. */
export interface LsstDiaForcedSource {
  /** Id of the measurement. */
  readonly diaForcedSourceId: bigint;
  /** Id of the object. */
  readonly diaObjectId: bigint;
  /** Right ascension, degrees (ICRS). */
  readonly ra: number | null;
  /** Declination, degrees (ICRS). */
  readonly dec: number | null;
  /** Id of the visit. */
  readonly visit: bigint;
  /** Number of the detector. */
  readonly detector: number;
  /** Flux of the difference by fitting the PSF, nJy. */
  readonly psfFlux: number | null;
  /** One sigma of `psfFlux`, nJy. */
  readonly psfFluxErr: number | null;
  /** Middle of the exposure: MJD, TAI. */
  readonly midpointMjdTai: number | null;
  /** Flux in the new image, nJy. */
  readonly scienceFlux: number | null;
  /** One sigma of `scienceFlux`, nJy. */
  readonly scienceFluxErr: number | null;
  /** Filter: u, g, r, i, z or y. */
  readonly band: string | null;
  /** When it was processed: MJD, TAI. */
  readonly timeProcessedMjdTai: number | null;
  /** When it was called invalid: MJD, TAI; null: it was not. */
  readonly timeWithdrawnMjdTai?: number | null;
}

/** The object that detections were put to. */
export interface LsstDiaObject {
  /** Id of the object. */
  readonly diaObjectId: bigint;
  /** Since when the record holds: MJD, TAI. */
  readonly validityStartMjdTai: number | null;
  /** Right ascension, degrees (ICRS). */
  readonly ra: number | null;
  /** One sigma of `ra`, degrees. */
  readonly raErr: number | null;
  /** Declination, degrees (ICRS). */
  readonly dec: number | null;
  /** One sigma of `dec`, degrees. */
  readonly decErr: number | null;
  /** Covariance of `ra` and `dec`, degrees². */
  readonly ra_dec_Cov: number | null;
  /** So many detections are put to it. */
  readonly nDiaSources: number;
  /** The first detection: MJD, TAI. */
  readonly firstDiaSourceMjdTai: number | null;
  /** The last detection: MJD, TAI. */
  readonly lastDiaSourceMjdTai: number | null;
  /** Weighted mean of `psfFlux` in u, nJy. */
  readonly u_psfFluxMean: number | null;
  /** One sigma of `u_psfFluxMean`, nJy. */
  readonly u_psfFluxMeanErr: number | null;
  /** Scatter of `psfFlux` in u, nJy. */
  readonly u_psfFluxSigma: number | null;
  /** So many detections are in u. */
  readonly u_psfFluxNdata: number | null;
  /** Least `psfFlux` in u, nJy. */
  readonly u_psfFluxMin: number | null;
  /** Largest `psfFlux` in u, nJy. */
  readonly u_psfFluxMax: number | null;
  /** Weighted mean of forced photometry in u, nJy. */
  readonly u_fpFluxMean: number | null;
  /** One sigma of `u_fpFluxMean`, nJy. */
  readonly u_fpFluxMeanErr: number | null;
  /** Weighted mean of `scienceFlux` in u, nJy. */
  readonly u_scienceFluxMean: number | null;
  /** One sigma of `u_scienceFluxMean`, nJy. */
  readonly u_scienceFluxMeanErr: number | null;
  /** Mean of `psfFluxErr` in u, nJy. */
  readonly u_psfFluxErrMean: number | null;
  /** Weighted mean of `psfFlux` in g, nJy. */
  readonly g_psfFluxMean: number | null;
  /** One sigma of `g_psfFluxMean`, nJy. */
  readonly g_psfFluxMeanErr: number | null;
  /** Scatter of `psfFlux` in g, nJy. */
  readonly g_psfFluxSigma: number | null;
  /** So many detections are in g. */
  readonly g_psfFluxNdata: number | null;
  /** Least `psfFlux` in g, nJy. */
  readonly g_psfFluxMin: number | null;
  /** Largest `psfFlux` in g, nJy. */
  readonly g_psfFluxMax: number | null;
  /** Weighted mean of forced photometry in g, nJy. */
  readonly g_fpFluxMean: number | null;
  /** One sigma of `g_fpFluxMean`, nJy. */
  readonly g_fpFluxMeanErr: number | null;
  /** Weighted mean of `scienceFlux` in g, nJy. */
  readonly g_scienceFluxMean: number | null;
  /** One sigma of `g_scienceFluxMean`, nJy. */
  readonly g_scienceFluxMeanErr: number | null;
  /** Mean of `psfFluxErr` in g, nJy. */
  readonly g_psfFluxErrMean: number | null;
  /** Weighted mean of `psfFlux` in r, nJy. */
  readonly r_psfFluxMean: number | null;
  /** One sigma of `r_psfFluxMean`, nJy. */
  readonly r_psfFluxMeanErr: number | null;
  /** Scatter of `psfFlux` in r, nJy. */
  readonly r_psfFluxSigma: number | null;
  /** So many detections are in r. */
  readonly r_psfFluxNdata: number | null;
  /** Least `psfFlux` in r, nJy. */
  readonly r_psfFluxMin: number | null;
  /** Largest `psfFlux` in r, nJy. */
  readonly r_psfFluxMax: number | null;
  /** Weighted mean of forced photometry in r, nJy. */
  readonly r_fpFluxMean: number | null;
  /** One sigma of `r_fpFluxMean`, nJy. */
  readonly r_fpFluxMeanErr: number | null;
  /** Weighted mean of `scienceFlux` in r, nJy. */
  readonly r_scienceFluxMean: number | null;
  /** One sigma of `r_scienceFluxMean`, nJy. */
  readonly r_scienceFluxMeanErr: number | null;
  /** Mean of `psfFluxErr` in r, nJy. */
  readonly r_psfFluxErrMean: number | null;
  /** Weighted mean of `psfFlux` in i, nJy. */
  readonly i_psfFluxMean: number | null;
  /** One sigma of `i_psfFluxMean`, nJy. */
  readonly i_psfFluxMeanErr: number | null;
  /** Scatter of `psfFlux` in i, nJy. */
  readonly i_psfFluxSigma: number | null;
  /** So many detections are in i. */
  readonly i_psfFluxNdata: number | null;
  /** Least `psfFlux` in i, nJy. */
  readonly i_psfFluxMin: number | null;
  /** Largest `psfFlux` in i, nJy. */
  readonly i_psfFluxMax: number | null;
  /** Weighted mean of forced photometry in i, nJy. */
  readonly i_fpFluxMean: number | null;
  /** One sigma of `i_fpFluxMean`, nJy. */
  readonly i_fpFluxMeanErr: number | null;
  /** Weighted mean of `scienceFlux` in i, nJy. */
  readonly i_scienceFluxMean: number | null;
  /** One sigma of `i_scienceFluxMean`, nJy. */
  readonly i_scienceFluxMeanErr: number | null;
  /** Mean of `psfFluxErr` in i, nJy. */
  readonly i_psfFluxErrMean: number | null;
  /** Weighted mean of `psfFlux` in z, nJy. */
  readonly z_psfFluxMean: number | null;
  /** One sigma of `z_psfFluxMean`, nJy. */
  readonly z_psfFluxMeanErr: number | null;
  /** Scatter of `psfFlux` in z, nJy. */
  readonly z_psfFluxSigma: number | null;
  /** So many detections are in z. */
  readonly z_psfFluxNdata: number | null;
  /** Least `psfFlux` in z, nJy. */
  readonly z_psfFluxMin: number | null;
  /** Largest `psfFlux` in z, nJy. */
  readonly z_psfFluxMax: number | null;
  /** Weighted mean of forced photometry in z, nJy. */
  readonly z_fpFluxMean: number | null;
  /** One sigma of `z_fpFluxMean`, nJy. */
  readonly z_fpFluxMeanErr: number | null;
  /** Weighted mean of `scienceFlux` in z, nJy. */
  readonly z_scienceFluxMean: number | null;
  /** One sigma of `z_scienceFluxMean`, nJy. */
  readonly z_scienceFluxMeanErr: number | null;
  /** Mean of `psfFluxErr` in z, nJy. */
  readonly z_psfFluxErrMean: number | null;
  /** Weighted mean of `psfFlux` in y, nJy. */
  readonly y_psfFluxMean: number | null;
  /** One sigma of `y_psfFluxMean`, nJy. */
  readonly y_psfFluxMeanErr: number | null;
  /** Scatter of `psfFlux` in y, nJy. */
  readonly y_psfFluxSigma: number | null;
  /** So many detections are in y. */
  readonly y_psfFluxNdata: number | null;
  /** Least `psfFlux` in y, nJy. */
  readonly y_psfFluxMin: number | null;
  /** Largest `psfFlux` in y, nJy. */
  readonly y_psfFluxMax: number | null;
  /** Weighted mean of forced photometry in y, nJy. */
  readonly y_fpFluxMean: number | null;
  /** One sigma of `y_fpFluxMean`, nJy. */
  readonly y_fpFluxMeanErr: number | null;
  /** Weighted mean of `scienceFlux` in y, nJy. */
  readonly y_scienceFluxMean: number | null;
  /** One sigma of `y_scienceFluxMean`, nJy. */
  readonly y_scienceFluxMeanErr: number | null;
  /** Mean of `psfFluxErr` in y, nJy. */
  readonly y_psfFluxErrMean: number | null;
  /** Steepest change of flux from one measurement to the next in u, nJy a day. */
  readonly u_psfFluxMaxSlope?: number | null;
  /** Steepest change of flux from one measurement to the next in g, nJy a day. */
  readonly g_psfFluxMaxSlope?: number | null;
  /** Steepest change of flux from one measurement to the next in r, nJy a day. */
  readonly r_psfFluxMaxSlope?: number | null;
  /** Steepest change of flux from one measurement to the next in i, nJy a day. */
  readonly i_psfFluxMaxSlope?: number | null;
  /** Steepest change of flux from one measurement to the next in z, nJy a day. */
  readonly z_psfFluxMaxSlope?: number | null;
  /** Steepest change of flux from one measurement to the next in y, nJy a day. */
  readonly y_psfFluxMaxSlope?: number | null;
}

/** What is known of a body of the Solar System. */
export interface LsstSsSource {
  /** Id of the detection. */
  readonly diaSourceId: bigint;
  /** Id of the body of the Solar System. */
  readonly ssObjectId: bigint;
  /** Provisional name of the body. */
  readonly designation: string | null;
  /** Ecliptic longitude, degrees. */
  readonly eclLambda: number | null;
  /** Ecliptic latitude, degrees. */
  readonly eclBeta: number | null;
  /** Galactic longitude, degrees. */
  readonly galLon: number | null;
  /** Galactic latitude, degrees. */
  readonly galLat: number | null;
  /** Between Sun and observer as the body sees them, degrees. */
  readonly phaseAngle: number | null;
  /** From the Sun, au. */
  readonly helioRange: number | null;
  /** From the observer, au. */
  readonly topoRange: number | null;
  /** From the Sun along x when the light left the body (ICRS), au. */
  readonly helio_x: number | null;
  /** From the Sun along y when the light left the body (ICRS), au. */
  readonly helio_y: number | null;
  /** From the Sun along z when the light left the body (ICRS), au. */
  readonly helio_z: number | null;
  /** From the Sun to the body in the sky, degrees. */
  readonly elongation?: number | null;
  /** How the distance from the Sun grows. */
  readonly helioRangeRate?: number | null;
  /** How the distance from the observer grows. */
  readonly topoRangeRate?: number | null;
  /** Right ascension by the orbit, degrees (ICRS). */
  readonly ephRa?: number | null;
  /** Declination by the orbit, degrees (ICRS). */
  readonly ephDec?: number | null;
  /** Brightness in V by the orbit, magnitudes. */
  readonly ephVmag?: number | null;
  /** Motion in the sky by the orbit. */
  readonly ephRate?: number | null;
  /** Motion along right ascension by the orbit, times the cosine of the declination. */
  readonly ephRateRa?: number | null;
  /** Motion along declination by the orbit. */
  readonly ephRateDec?: number | null;
  /** Distance of the place in the sky from the one by the orbit. */
  readonly ephOffset?: number | null;
  /** The part of `ephOffset` along right ascension, times the cosine of the declination. */
  readonly ephOffsetRa?: number | null;
  /** The part of `ephOffset` along declination. */
  readonly ephOffsetDec?: number | null;
  /** The part of `ephOffset` along the motion. */
  readonly ephOffsetAlongTrack?: number | null;
  /** The part of `ephOffset` across the motion. */
  readonly ephOffsetCrossTrack?: number | null;
  /** Velocity from the Sun along x when the light left the body (ICRS). */
  readonly helio_vx?: number | null;
  /** Velocity from the Sun along y when the light left the body (ICRS). */
  readonly helio_vy?: number | null;
  /** Velocity from the Sun along z when the light left the body (ICRS). */
  readonly helio_vz?: number | null;
  /** Speed as the Sun sees it when the light left the body. */
  readonly helio_vtot?: number | null;
  /** From the observer along x when the light left the body (ICRS), au. */
  readonly topo_x?: number | null;
  /** From the observer along y when the light left the body (ICRS), au. */
  readonly topo_y?: number | null;
  /** From the observer along z when the light left the body (ICRS), au. */
  readonly topo_z?: number | null;
  /** Velocity from the observer along x when the light left the body (ICRS). */
  readonly topo_vx?: number | null;
  /** Velocity from the observer along y when the light left the body (ICRS). */
  readonly topo_vy?: number | null;
  /** Velocity from the observer along z when the light left the body (ICRS). */
  readonly topo_vz?: number | null;
  /** Speed as the observer sees it when the light left the body. */
  readonly topo_vtot?: number | null;
  /** 1: of all detections this one is the nearest to the place by the orbit; 2: the second nearest, and so on. */
  readonly diaDistanceRank?: number | null;
}
