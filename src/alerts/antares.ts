// Made by scripts/make-types.mjs; a test compares. The texts say in our words what the survey's own schemas say of their fields.

/**
 * An alert as ANTARES sends it. Numbers that are not there are NaN or -999, as the survey has them; a 64-bit integer of the wire is a
 * `bigint`.
 */
export interface AntaresAlert {
  /** Seconds since 1970. */
  readonly timestamp_unix: number;
  /** The same as text, in UTC. */
  readonly timestamp_utc: string;
  /** The measurement that the message is about. */
  readonly new_alert: AntaresMeasurement;
  /** Earlier ones of the same locus. */
  readonly alert_history: readonly AntaresMeasurement[];
  /** What is near in catalogues, by the name of the catalogue. */
  readonly catalog_objects: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

/** One measurement: the new one, or one of the history. `ra` and `dec` are in degrees (J2000). */
export interface AntaresMeasurement {
  /** Right ascension, degrees (J2000). */
  readonly ra: number;
  /** Number of the survey. */
  readonly survey: number;
  /** When ANTARES took it in, seconds since 1970. */
  readonly ingest_time: number;
  /** When it was observed: MJD. */
  readonly mjd: number;
  /** Declination, degrees (J2000). */
  readonly dec: number;
  /** The survey's own id. */
  readonly original_id: bigint | number;
  /** ANTARES's id of the alert. */
  readonly alert_id: number;
  /** ANTARES's id of the place in the sky. */
  readonly locus_id: number;
  /** Triangle of the hierarchical mesh of the sky at level 20 (HTM). */
  readonly htm20: bigint | number;
  /** What the survey measured. */
  readonly properties: AntaresProperties;
}

/**
 * What the survey measured, under its own names and in its own units (magnitudes, Julian days, degrees). Surveys and times differ, so
 * none of it must be there.
 */
export interface AntaresProperties {
  /** Name of the object, such as `ZTF18abcdefg`. */
  readonly ztf_object_id?: string;
  /** Id of the measurement. */
  readonly ztf_candid?: bigint | number;
  /** Filter: 1 is g, 2 is r, 3 is i. */
  readonly ztf_fid?: number;
  /** Brightness of the difference by fitting the PSF, AB magnitudes. */
  readonly ztf_magpsf?: number;
  /** One sigma of `ztf_magpsf`, magnitudes. */
  readonly ztf_sigmapsf?: number;
  /** Five-sigma limit of the difference image, AB magnitudes. */
  readonly ztf_diffmaglim?: number;
  /** `t` or `1`: brighter than the reference; `f` or `0`: fainter. */
  readonly ztf_isdiffpos?: string;
  /** Name of the nearest known body of the Solar System. */
  readonly ztf_ssnamenr?: string;
  /** Brightness of the difference in an aperture of 14 pixels across, AB magnitudes. */
  readonly ztf_magap?: number;
  /** One sigma of `ztf_magap`, magnitudes. */
  readonly ztf_sigmagap?: number;
  /** Distance of the nearest source of the reference, pixels. */
  readonly ztf_distnr?: number;
  /** Brightness of the nearest source of the reference, AB magnitudes. */
  readonly ztf_magnr?: number;
  /** One sigma of `ztf_magnr`, magnitudes. */
  readonly ztf_sigmagnr?: number;
  /** DAOPhot's chi of the nearest source of the reference. */
  readonly ztf_chinr?: number;
  /** DAOPhot's sharpness of the nearest source of the reference. */
  readonly ztf_sharpnr?: number;
  /** Background around the source, DN. */
  readonly ztf_sky?: number;
  /** `ztf_magap` less `ztf_magpsf`, magnitudes. */
  readonly ztf_magdiff?: number;
  /** Width of the source, pixels. */
  readonly ztf_fwhm?: number;
  /** Star or galaxy, by SExtractor's score. */
  readonly ztf_classtar?: number;
  /** From the source to the nearest edge of the image, pixels. */
  readonly ztf_mindtoedge?: number;
  /** `ztf_diffmaglim` less `ztf_magap`, magnitudes. */
  readonly ztf_magfromlim?: number;
  /** Width in the difference image over `ztf_fwhm`. */
  readonly ztf_seeratio?: number;
  /** Half of the long axis of the source (RMS), pixels. */
  readonly ztf_aimage?: number;
  /** Half of the short axis of the source (RMS), pixels. */
  readonly ztf_bimage?: number;
  /** `ztf_aimage` over `ztf_fwhm`. */
  readonly ztf_aimagerat?: number;
  /** `ztf_bimage` over `ztf_fwhm`. */
  readonly ztf_bimagerat?: number;
  /** `ztf_aimage` over `ztf_bimage`. */
  readonly ztf_elong?: number;
  /** Real or bogus: from 0, an artefact, to 1. */
  readonly ztf_rb?: number;
  /** Distance of the nearest known body of the Solar System, arc seconds; -999: none is near. */
  readonly ztf_ssdistnr?: number;
  /** Brightness of the nearest known body of the Solar System, magnitudes. */
  readonly ztf_ssmagnr?: number;
  /** Sum of 5 × 5 pixels around the source over the sum of their absolute values, after a median filter. */
  readonly ztf_sumrat?: number;
  /** Brightness of the difference in an aperture of 18 pixels across, AB magnitudes. */
  readonly ztf_magapbig?: number;
  /** One sigma of `ztf_magapbig`, magnitudes. */
  readonly ztf_sigmagapbig?: number;
  /** Right ascension of the nearest source of the reference, degrees (J2000). */
  readonly ztf_ranr?: number;
  /** Declination of the nearest source of the reference, degrees (J2000). */
  readonly ztf_decnr?: number;
  /** Brightness in g of the nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly ztf_sgmag1?: number;
  /** Brightness in r of the nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly ztf_srmag1?: number;
  /** Brightness in i of the nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly ztf_simag1?: number;
  /** Brightness in z of the nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly ztf_szmag1?: number;
  /** Is the nearest source of Pan-STARRS 1 a star? From 0, a galaxy, to 1. */
  readonly ztf_sgscore1?: number;
  /** Distance of the nearest source of Pan-STARRS 1, arc seconds. */
  readonly ztf_distpsnr1?: number;
  /** Brightness in g of the second nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly ztf_sgmag2?: number;
  /** Brightness in r of the second nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly ztf_srmag2?: number;
  /** Brightness in i of the second nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly ztf_simag2?: number;
  /** Brightness in z of the second nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly ztf_szmag2?: number;
  /** Is the second nearest source of Pan-STARRS 1 a star? From 0, a galaxy, to 1. */
  readonly ztf_sgscore2?: number;
  /** Distance of the second nearest source of Pan-STARRS 1, arc seconds. */
  readonly ztf_distpsnr2?: number;
  /** Brightness in g of the third nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly ztf_sgmag3?: number;
  /** Brightness in r of the third nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly ztf_srmag3?: number;
  /** Brightness in i of the third nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly ztf_simag3?: number;
  /** Brightness in z of the third nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly ztf_szmag3?: number;
  /** Is the third nearest source of Pan-STARRS 1 a star? From 0, a galaxy, to 1. */
  readonly ztf_sgscore3?: number;
  /** Distance of the third nearest source of Pan-STARRS 1, arc seconds. */
  readonly ztf_distpsnr3?: number;
  /** Signal to noise of the highest pixel in the difference image that is filtered for points. */
  readonly ztf_scorr?: number;
  /** Difference image over its scatter, at the source. */
  readonly ztf_dsnrms?: number;
  /** Difference image over its scatter, at the source, after a filter for points. */
  readonly ztf_ssnrms?: number;
  /** `ztf_dsnrms` less `ztf_ssnrms`. */
  readonly ztf_dsdiff?: number;
  /** Zero point of the magnitudes, magnitudes. */
  readonly ztf_magzpsci?: number;
  /** One sigma of `ztf_magzpsci`, magnitudes. */
  readonly ztf_magzpsciunc?: number;
  /** Scatter of the stars that gave `ztf_magzpsci`, magnitudes. */
  readonly ztf_magzpscirms?: number;
  /** How the zero point goes with the colour of a star. */
  readonly ztf_clrcoeff?: number;
  /** One sigma of `ztf_clrcoeff`. */
  readonly ztf_clrcounc?: number;
  /** Covariance of `ztf_magzpsci` and `ztf_clrcoeff`. */
  readonly ztf_zpclrcov?: number;
  /** Zero point by the median of stars of Pan-STARRS 1, magnitudes. */
  readonly ztf_zpmed?: number;
  /** Median colour of the stars that gave the zero point, magnitudes: g − r; in filter i it is r − i. */
  readonly ztf_clrmed?: number;
  /** Scatter of their colour, magnitudes. */
  readonly ztf_clrrms?: number;
  /** Distance of the nearest source of Gaia DR1, within 90 arc seconds, arc seconds. */
  readonly ztf_neargaia?: number;
  /** Distance of the nearest source of Gaia DR1 that is brighter than 14, within 90 arc seconds, arc seconds. */
  readonly ztf_neargaiabright?: number;
  /** Brightness in G of the nearest source of Gaia DR1, magnitudes. */
  readonly ztf_maggaia?: number;
  /** Brightness in G of the nearest source of Gaia DR1 that is brighter than 14, magnitudes. */
  readonly ztf_maggaiabright?: number;
  /** Exposure, seconds. */
  readonly ztf_exptime?: number;
  /** First of the `ztf_ndethist` detections: Julian date, UTC. */
  readonly ztf_jdstarthist?: number;
  /** Last of the `ztf_ndethist` detections: Julian date, UTC. */
  readonly ztf_jdendhist?: number;
  /** First exposure in the reference: Julian date, UTC. */
  readonly ztf_jdstartref?: number;
  /** Last exposure in the reference: Julian date, UTC. */
  readonly ztf_jdendref?: number;
  /** Number of the night. */
  readonly ztf_nid?: number;
  /** Readout channel, from 0 to 63: a quarter of a detector. */
  readonly ztf_rcid?: number;
  /** Number of the field in the sky. */
  readonly ztf_field?: number;
  /** So many of 5 × 5 pixels around the source are negative. */
  readonly ztf_nneg?: number;
  /** So many of 5 × 5 pixels around the source were known to be bad. */
  readonly ztf_nbad?: number;
  /** So many detections within 1.5 arc seconds in the survey so far. */
  readonly ztf_ndethist?: number;
  /** So often was the place observed so far. */
  readonly ztf_ncovhist?: number;
  /** 1: the exposure was for a target of opportunity. */
  readonly ztf_tooflag?: number;
  /** So many sources of Pan-STARRS 1 are within 30 arc seconds. */
  readonly ztf_nmtchps?: number;
  /** So many exposures are in the reference. */
  readonly ztf_nframesref?: number;
  /** So many stars of Pan-STARRS 1 gave the zero point. */
  readonly ztf_nmatches?: number;
  /** Whose observing time: 1 is public, 2 the partnership, 3 Caltech. */
  readonly ztf_programid?: number;
  /** Id under which the image was processed. */
  readonly ztf_pid?: bigint | number;
  /** Id under which the reference was processed. */
  readonly ztf_rfid?: bigint | number;
  /** Id of the nearest source of Pan-STARRS 1 in its catalogue. */
  readonly ztf_objectidps1?: bigint | number;
  /** Id of the second nearest source of Pan-STARRS 1 in its catalogue. */
  readonly ztf_objectidps2?: bigint | number;
  /** Id of the third nearest source of Pan-STARRS 1 in its catalogue. */
  readonly ztf_objectidps3?: bigint | number;
  /** Filter: g, R or i. */
  readonly passband?: string;
  /** File of the difference image; until version 3. */
  readonly ztf_pdiffimfilename?: string;
  /** Who leads the program. */
  readonly ztf_programpi?: string;
  /** Version of what gave `rb`. */
  readonly ztf_rbversion?: string;
  /** When the exposure began: Julian date, UTC. */
  readonly ztf_jd?: number;
  /** Right ascension, degrees (J2000). */
  readonly ztf_ra?: number;
  /** Declination, degrees (J2000). */
  readonly ztf_dec?: number;
  /** Column in the image, pixels. */
  readonly ztf_xpos?: number;
  /** Row in the image, pixels. */
  readonly ztf_ypos?: number;
  /** Reduced chi-square of that fit. */
  readonly ztf_chipsf?: number;
  /** Number in a table of the pipeline; until version 3. */
  readonly ztf_tblid?: number;
}
