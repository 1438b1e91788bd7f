// Made by scripts/make-types.mjs; a test compares. The texts say in our words what the survey's own schemas say of their fields.

/**
 * A ZTF alert, after version 4.02 of the schema. Units are those of the survey: magnitudes, Julian days, degrees (J2000). NaN is
 * null.
 */
export interface ZtfAlert {
  /** Version of the schema. */
  readonly schemavsn: string;
  /** Who made the message. */
  readonly publisher: string;
  /** Name of the object, such as `ZTF18abcdefg`. */
  readonly objectId: string;
  /** Id of the measurement. */
  readonly candid: bigint;
  /** What made the alert. */
  readonly candidate: ZtfCandidate;
  /** Earlier measurements and limits of about 30 days; null: none. */
  readonly prv_candidates: readonly ZtfPrvCandidate[] | null;
  /** Forced photometry of about 30 days; null: none. */
  readonly fp_hists: readonly ZtfFpHist[] | null;
  /** Of the new image. */
  readonly cutoutScience: ZtfCutout | null;
  /** Of the reference image. */
  readonly cutoutTemplate: ZtfCutout | null;
  /** Of the new image less the reference. */
  readonly cutoutDifference: ZtfCutout | null;
}

/** The measurement that made the alert. */
export interface ZtfCandidate {
  /** When the exposure began: Julian date, UTC. */
  readonly jd: number | null;
  /** Filter: 1 is g, 2 is r, 3 is i. */
  readonly fid: number;
  /** Id under which the image was processed. */
  readonly pid: bigint;
  /** Five-sigma limit of the difference image, AB magnitudes. */
  readonly diffmaglim: number | null;
  /** Who leads the program. */
  readonly programpi: string | null;
  /** Whose observing time: 1 is public, 2 the partnership, 3 Caltech. */
  readonly programid: number;
  /** Id of the measurement. */
  readonly candid: bigint;
  /** `t` or `1`: brighter than the reference; `f` or `0`: fainter. */
  readonly isdiffpos: string;
  /** Number of the night. */
  readonly nid: number | null;
  /** Readout channel, from 0 to 63: a quarter of a detector. */
  readonly rcid: number | null;
  /** Number of the field in the sky. */
  readonly field: number | null;
  /** Column in the image, pixels. */
  readonly xpos: number | null;
  /** Row in the image, pixels. */
  readonly ypos: number | null;
  /** Right ascension, degrees (J2000). */
  readonly ra: number | null;
  /** Declination, degrees (J2000). */
  readonly dec: number | null;
  /** Brightness of the difference by fitting the PSF, AB magnitudes. */
  readonly magpsf: number | null;
  /** One sigma of `magpsf`, magnitudes. */
  readonly sigmapsf: number | null;
  /** Reduced chi-square of that fit. */
  readonly chipsf: number | null;
  /** Brightness of the difference in an aperture of 14 pixels across, AB magnitudes. */
  readonly magap: number | null;
  /** One sigma of `magap`, magnitudes. */
  readonly sigmagap: number | null;
  /** Distance of the nearest source of the reference, pixels. */
  readonly distnr: number | null;
  /** Brightness of the nearest source of the reference, AB magnitudes. */
  readonly magnr: number | null;
  /** One sigma of `magnr`, magnitudes. */
  readonly sigmagnr: number | null;
  /** DAOPhot's chi of the nearest source of the reference. */
  readonly chinr: number | null;
  /** DAOPhot's sharpness of the nearest source of the reference. */
  readonly sharpnr: number | null;
  /** Background around the source, DN. */
  readonly sky: number | null;
  /** `magap` less `magpsf`, magnitudes. */
  readonly magdiff: number | null;
  /** Width of the source, pixels. */
  readonly fwhm: number | null;
  /** Star or galaxy, by SExtractor's score. */
  readonly classtar: number | null;
  /** From the source to the nearest edge of the image, pixels. */
  readonly mindtoedge: number | null;
  /** `diffmaglim` less `magap`, magnitudes. */
  readonly magfromlim: number | null;
  /** Width in the difference image over `fwhm`. */
  readonly seeratio: number | null;
  /** Half of the long axis of the source (RMS), pixels. */
  readonly aimage: number | null;
  /** Half of the short axis of the source (RMS), pixels. */
  readonly bimage: number | null;
  /** `aimage` over `fwhm`. */
  readonly aimagerat: number | null;
  /** `bimage` over `fwhm`. */
  readonly bimagerat: number | null;
  /** `aimage` over `bimage`. */
  readonly elong: number | null;
  /** So many of 5 × 5 pixels around the source are negative. */
  readonly nneg: number | null;
  /** So many of 5 × 5 pixels around the source were known to be bad. */
  readonly nbad: number | null;
  /** Real or bogus: from 0, an artefact, to 1. */
  readonly rb: number | null;
  /** Distance of the nearest known body of the Solar System, arc seconds; -999: none is near. */
  readonly ssdistnr: number | null;
  /** Brightness of the nearest known body of the Solar System, magnitudes. */
  readonly ssmagnr: number | null;
  /** Name of the nearest known body of the Solar System. */
  readonly ssnamenr: string | null;
  /** Sum of 5 × 5 pixels around the source over the sum of their absolute values, after a median filter. */
  readonly sumrat: number | null;
  /** Brightness of the difference in an aperture of 18 pixels across, AB magnitudes. */
  readonly magapbig: number | null;
  /** One sigma of `magapbig`, magnitudes. */
  readonly sigmagapbig: number | null;
  /** Right ascension of the nearest source of the reference, degrees (J2000). */
  readonly ranr: number | null;
  /** Declination of the nearest source of the reference, degrees (J2000). */
  readonly decnr: number | null;
  /** Signal to noise of the highest pixel in the difference image that is filtered for points. */
  readonly scorr: number | null;
  /** Zero point of the magnitudes, magnitudes. */
  readonly magzpsci: number | null;
  /** One sigma of `magzpsci`, magnitudes. */
  readonly magzpsciunc: number | null;
  /** Scatter of the stars that gave `magzpsci`, magnitudes. */
  readonly magzpscirms: number | null;
  /** How the zero point goes with the colour of a star. */
  readonly clrcoeff: number | null;
  /** One sigma of `clrcoeff`. */
  readonly clrcounc: number | null;
  /** Version of what gave `rb`. */
  readonly rbversion: string;
  /** Brightness in g of the nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly sgmag1: number | null;
  /** Brightness in r of the nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly srmag1: number | null;
  /** Brightness in i of the nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly simag1: number | null;
  /** Brightness in z of the nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly szmag1: number | null;
  /** Is the nearest source of Pan-STARRS 1 a star? From 0, a galaxy, to 1. */
  readonly sgscore1: number | null;
  /** Distance of the nearest source of Pan-STARRS 1, arc seconds. */
  readonly distpsnr1: number | null;
  /** Id of the nearest source of Pan-STARRS 1 in its catalogue. */
  readonly objectidps1: bigint | null;
  /** Brightness in g of the second nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly sgmag2: number | null;
  /** Brightness in r of the second nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly srmag2: number | null;
  /** Brightness in i of the second nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly simag2: number | null;
  /** Brightness in z of the second nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly szmag2: number | null;
  /** Is the second nearest source of Pan-STARRS 1 a star? From 0, a galaxy, to 1. */
  readonly sgscore2: number | null;
  /** Distance of the second nearest source of Pan-STARRS 1, arc seconds. */
  readonly distpsnr2: number | null;
  /** Id of the second nearest source of Pan-STARRS 1 in its catalogue. */
  readonly objectidps2: bigint | null;
  /** Brightness in g of the third nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly sgmag3: number | null;
  /** Brightness in r of the third nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly srmag3: number | null;
  /** Brightness in i of the third nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly simag3: number | null;
  /** Brightness in z of the third nearest source of Pan-STARRS 1, AB magnitudes. */
  readonly szmag3: number | null;
  /** Is the third nearest source of Pan-STARRS 1 a star? From 0, a galaxy, to 1. */
  readonly sgscore3: number | null;
  /** Distance of the third nearest source of Pan-STARRS 1, arc seconds. */
  readonly distpsnr3: number | null;
  /** Id of the third nearest source of Pan-STARRS 1 in its catalogue. */
  readonly objectidps3: bigint | null;
  /** So many detections within 1.5 arc seconds in the survey so far. */
  readonly ndethist: number;
  /** So often was the place observed so far. */
  readonly ncovhist: number;
  /** First of the `ndethist` detections: Julian date, UTC. */
  readonly jdstarthist: number | null;
  /** Last of the `ndethist` detections: Julian date, UTC. */
  readonly jdendhist: number | null;
  /** 1: the exposure was for a target of opportunity. */
  readonly tooflag: number | null;
  /** So many sources of Pan-STARRS 1 are within 30 arc seconds. */
  readonly nmtchps: number;
  /** Id under which the reference was processed. */
  readonly rfid: bigint;
  /** First exposure in the reference: Julian date, UTC. */
  readonly jdstartref: number | null;
  /** Last exposure in the reference: Julian date, UTC. */
  readonly jdendref: number | null;
  /** So many exposures are in the reference. */
  readonly nframesref: number;
  /** Difference image over its scatter, at the source. */
  readonly dsnrms: number | null;
  /** Difference image over its scatter, at the source, after a filter for points. */
  readonly ssnrms: number | null;
  /** `dsnrms` less `ssnrms`. */
  readonly dsdiff: number | null;
  /** So many stars of Pan-STARRS 1 gave the zero point. */
  readonly nmatches: number;
  /** Covariance of `magzpsci` and `clrcoeff`. */
  readonly zpclrcov: number | null;
  /** Zero point by the median of stars of Pan-STARRS 1, magnitudes. */
  readonly zpmed: number | null;
  /** Median colour of the stars that gave the zero point, magnitudes: g − r; in filter i it is r − i. */
  readonly clrmed: number | null;
  /** Scatter of their colour, magnitudes. */
  readonly clrrms: number | null;
  /** Distance of the nearest source of Gaia DR1, within 90 arc seconds, arc seconds. */
  readonly neargaia: number | null;
  /** Distance of the nearest source of Gaia DR1 that is brighter than 14, within 90 arc seconds, arc seconds. */
  readonly neargaiabright: number | null;
  /** Brightness in G of the nearest source of Gaia DR1, magnitudes. */
  readonly maggaia: number | null;
  /** Brightness in G of the nearest source of Gaia DR1 that is brighter than 14, magnitudes. */
  readonly maggaiabright: number | null;
  /** Exposure, seconds. */
  readonly exptime: number | null;
  /** Real or bogus by deep learning: from 0, an artefact, to 1. */
  readonly drb: number | null;
  /** Version of what gave `drb`. */
  readonly drbversion: string;
  /** File of the difference image; until version 3. */
  readonly pdiffimfilename?: string | null;
  /** Number in a table of the pipeline; until version 3. */
  readonly tblid?: bigint | null;
}

/** A measurement of the last 30 days; without `magpsf` it is an upper limit, `diffmaglim`. */
export interface ZtfPrvCandidate {
  /** When the exposure began: Julian date, UTC. */
  readonly jd: number | null;
  /** Filter: 1 is g, 2 is r, 3 is i. */
  readonly fid: number;
  /** Id under which the image was processed. */
  readonly pid: bigint;
  /** Five-sigma limit of the difference image, AB magnitudes. */
  readonly diffmaglim: number | null;
  /** Who leads the program. */
  readonly programpi: string | null;
  /** Whose observing time: 1 is public, 2 the partnership, 3 Caltech. */
  readonly programid: number;
  /** Id of the measurement. */
  readonly candid: bigint | null;
  /** `t` or `1`: brighter than the reference; `f` or `0`: fainter. */
  readonly isdiffpos: string | null;
  /** Number of the night. */
  readonly nid: number | null;
  /** Readout channel, from 0 to 63: a quarter of a detector. */
  readonly rcid: number | null;
  /** Number of the field in the sky. */
  readonly field: number | null;
  /** Column in the image, pixels. */
  readonly xpos: number | null;
  /** Row in the image, pixels. */
  readonly ypos: number | null;
  /** Right ascension, degrees (J2000). */
  readonly ra: number | null;
  /** Declination, degrees (J2000). */
  readonly dec: number | null;
  /** Brightness of the difference by fitting the PSF, AB magnitudes. */
  readonly magpsf: number | null;
  /** One sigma of `magpsf`, magnitudes. */
  readonly sigmapsf: number | null;
  /** Reduced chi-square of that fit. */
  readonly chipsf: number | null;
  /** Brightness of the difference in an aperture of 14 pixels across, AB magnitudes. */
  readonly magap: number | null;
  /** One sigma of `magap`, magnitudes. */
  readonly sigmagap: number | null;
  /** Distance of the nearest source of the reference, pixels. */
  readonly distnr: number | null;
  /** Brightness of the nearest source of the reference, AB magnitudes. */
  readonly magnr: number | null;
  /** One sigma of `magnr`, magnitudes. */
  readonly sigmagnr: number | null;
  /** DAOPhot's chi of the nearest source of the reference. */
  readonly chinr: number | null;
  /** DAOPhot's sharpness of the nearest source of the reference. */
  readonly sharpnr: number | null;
  /** Background around the source, DN. */
  readonly sky: number | null;
  /** `magap` less `magpsf`, magnitudes. */
  readonly magdiff: number | null;
  /** Width of the source, pixels. */
  readonly fwhm: number | null;
  /** Star or galaxy, by SExtractor's score. */
  readonly classtar: number | null;
  /** From the source to the nearest edge of the image, pixels. */
  readonly mindtoedge: number | null;
  /** `diffmaglim` less `magap`, magnitudes. */
  readonly magfromlim: number | null;
  /** Width in the difference image over `fwhm`. */
  readonly seeratio: number | null;
  /** Half of the long axis of the source (RMS), pixels. */
  readonly aimage: number | null;
  /** Half of the short axis of the source (RMS), pixels. */
  readonly bimage: number | null;
  /** `aimage` over `fwhm`. */
  readonly aimagerat: number | null;
  /** `bimage` over `fwhm`. */
  readonly bimagerat: number | null;
  /** `aimage` over `bimage`. */
  readonly elong: number | null;
  /** So many of 5 × 5 pixels around the source are negative. */
  readonly nneg: number | null;
  /** So many of 5 × 5 pixels around the source were known to be bad. */
  readonly nbad: number | null;
  /** Real or bogus: from 0, an artefact, to 1. */
  readonly rb: number | null;
  /** Distance of the nearest known body of the Solar System, arc seconds; -999: none is near. */
  readonly ssdistnr: number | null;
  /** Brightness of the nearest known body of the Solar System, magnitudes. */
  readonly ssmagnr: number | null;
  /** Name of the nearest known body of the Solar System. */
  readonly ssnamenr: string | null;
  /** Sum of 5 × 5 pixels around the source over the sum of their absolute values, after a median filter. */
  readonly sumrat: number | null;
  /** Brightness of the difference in an aperture of 18 pixels across, AB magnitudes. */
  readonly magapbig: number | null;
  /** One sigma of `magapbig`, magnitudes. */
  readonly sigmagapbig: number | null;
  /** Right ascension of the nearest source of the reference, degrees (J2000). */
  readonly ranr: number | null;
  /** Declination of the nearest source of the reference, degrees (J2000). */
  readonly decnr: number | null;
  /** Signal to noise of the highest pixel in the difference image that is filtered for points. */
  readonly scorr: number | null;
  /** Zero point of the magnitudes, magnitudes. */
  readonly magzpsci: number | null;
  /** One sigma of `magzpsci`, magnitudes. */
  readonly magzpsciunc: number | null;
  /** Scatter of the stars that gave `magzpsci`, magnitudes. */
  readonly magzpscirms: number | null;
  /** How the zero point goes with the colour of a star. */
  readonly clrcoeff: number | null;
  /** One sigma of `clrcoeff`. */
  readonly clrcounc: number | null;
  /** Version of what gave `rb`. */
  readonly rbversion: string;
  /** File of the difference image; until version 3. */
  readonly pdiffimfilename?: string | null;
  /** Number in a table of the pipeline; until version 3. */
  readonly tblid?: bigint | null;
}

/** Forced photometry at the place of the alert. Fluxes are in DN. */
export interface ZtfFpHist {
  /** Number of the field in the sky. */
  readonly field: number | null;
  /** Readout channel, from 0 to 63: a quarter of a detector. */
  readonly rcid: number | null;
  /** Filter: 1 is g, 2 is r, 3 is i. */
  readonly fid: number;
  /** Id under which the image was processed. */
  readonly pid: bigint;
  /** Id under which the reference was processed. */
  readonly rfid: bigint;
  /** Width of points in the image, pixels. */
  readonly sciinpseeing: number | null;
  /** Background of the image, DN. */
  readonly scibckgnd: number | null;
  /** Noise of one pixel of the image, DN. */
  readonly scisigpix: number | null;
  /** Zero point of the magnitudes, magnitudes. */
  readonly magzpsci: number | null;
  /** One sigma of `magzpsci`, magnitudes. */
  readonly magzpsciunc: number | null;
  /** Scatter of the stars that gave `magzpsci`, magnitudes. */
  readonly magzpscirms: number | null;
  /** How the zero point goes with the colour of a star. */
  readonly clrcoeff: number | null;
  /** One sigma of `clrcoeff`. */
  readonly clrcounc: number | null;
  /** Exposure, seconds. */
  readonly exptime: number | null;
  /** Scatter of places in the image against Gaia in right ascension, arc seconds. */
  readonly adpctdif1: number | null;
  /** Scatter of places in the image against Gaia in declination, arc seconds. */
  readonly adpctdif2: number | null;
  /** Five-sigma limit of the difference image, AB magnitudes. */
  readonly diffmaglim: number | null;
  /** Whose observing time: 1 is public, 2 the partnership, 3 Caltech. */
  readonly programid: number;
  /** When the exposure began: Julian date, UTC. */
  readonly jd: number | null;
  /** Flux of the difference, DN. */
  readonly forcediffimflux: number | null;
  /** One sigma of `forcediffimflux`, DN. */
  readonly forcediffimfluxunc: number | null;
  /** What the survey noted while it measured; 0: nothing. */
  readonly procstatus: string | null;
  /** Distance of the nearest source of the reference, arc seconds. */
  readonly distnr: number | null;
  /** Right ascension of the nearest source of the reference, degrees (J2000). */
  readonly ranr: number | null;
  /** Declination of the nearest source of the reference, degrees (J2000). */
  readonly decnr: number | null;
  /** Brightness of the nearest source of the reference, AB magnitudes. */
  readonly magnr: number | null;
  /** One sigma of `magnr`, magnitudes. */
  readonly sigmagnr: number | null;
  /** DAOPhot's chi of the nearest source of the reference. */
  readonly chinr: number | null;
  /** DAOPhot's sharpness of the nearest source of the reference. */
  readonly sharpnr: number | null;
}

/** A stamp of 63 × 63 pixels: a gzipped FITS file, in base64. */
export interface ZtfCutout {
  /** As the survey calls it. */
  readonly fileName: string;
  /** The gzipped FITS file, in base64. */
  readonly stampData: string;
}
