import { fieldList, optionalArray, record } from './field-list.ts';

/** Fields of a candidate that a previous candidate has too. */
const common = `
  jd:double fid:int pid:long diffmaglim:float? programpi:string? programid:int candid:long isdiffpos:string nid:int?
  rcid:int? field:int? xpos:float? ypos:float? ra:double dec:double magpsf:float sigmapsf:float chipsf:float?
  magap:float? sigmagap:float? distnr:float? magnr:float? sigmagnr:float? chinr:float? sharpnr:float? sky:float?
  magdiff:float? fwhm:float? classtar:float? mindtoedge:float? magfromlim:float? seeratio:float? aimage:float?
  bimage:float? aimagerat:float? bimagerat:float? elong:float? nneg:int? nbad:int? rb:float? ssdistnr:float?
  ssmagnr:float? ssnamenr:string? sumrat:float? magapbig:float? sigmagapbig:float? ranr:double decnr:double
  scorr:double? magzpsci:float? magzpsciunc:float? magzpscirms:float? clrcoeff:float? clrcounc:float? rbversion:string`;

const candidateOnly = `
  sgmag1:float? srmag1:float? simag1:float? szmag1:float? sgscore1:float? distpsnr1:float? objectidps1:long?
  sgmag2:float? srmag2:float? simag2:float? szmag2:float? sgscore2:float? distpsnr2:float? objectidps2:long?
  sgmag3:float? srmag3:float? simag3:float? szmag3:float? sgscore3:float? distpsnr3:float? objectidps3:long?
  ndethist:int ncovhist:int jdstarthist:double? jdendhist:double? tooflag:int? nmtchps:int rfid:long jdstartref:double
  jdendref:double nframesref:int dsnrms:float? ssnrms:float? dsdiff:float? nmatches:int zpclrcov:float? zpmed:float?
  clrmed:float? clrrms:float? neargaia:float? neargaiabright:float? maggaia:float? maggaiabright:float? exptime:float?
  drb:float? drbversion:string`;

const forced = `
  field:int? rcid:int? fid:int pid:long rfid:long sciinpseeing:float? scibckgnd:float? scisigpix:float?
  magzpsci:float? magzpsciunc:float? magzpscirms:float? clrcoeff:float? clrcounc:float? exptime:float? adpctdif1:float?
  adpctdif2:float? diffmaglim:float? programid:int jd:double forcediffimflux:float? forcediffimfluxunc:float?
  procstatus:string? distnr:float? ranr:double decnr:double magnr:float? sigmagnr:float? chinr:float? sharpnr:float?`;

const cutout = record('cutout', fieldList('fileName:string stampData:bytes'));

/** A ZTF alert, after version 4.02 of the survey's schema: its structure and names; the texts are left out. */
export const ztfSchema: Record<string, unknown> = {
  ...record('alert', [
    ...fieldList('schemavsn:string publisher:string objectId:string candid:long'),
    { name: 'candidate', type: record('candidate', fieldList(common + candidateOnly)) },
    {
      name: 'prv_candidates',
      type: optionalArray(record('prv_candidate', fieldList(common))),
      default: null,
    },
    { name: 'fp_hists', type: optionalArray(record('fp_hist', fieldList(forced))), default: null },
    { name: 'cutoutScience', type: ['null', cutout], default: null },
    { name: 'cutoutTemplate', type: ['null', 'cutout'], default: null },
    { name: 'cutoutDifference', type: ['null', 'cutout'], default: null },
  ]),
  namespace: 'ztf.alert',
  version: '4.02',
};
