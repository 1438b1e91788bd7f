/** What the sky shows of an alert, and where the whole of it stands. */
export interface Glimpse {
  /** As Kafka knows it. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** ANTARES, ZTF, LSST; else the topic. */
  readonly survey: string;
  readonly id: string;
  /** Degrees, J2000. */
  readonly ra: number;
  readonly dec: number;
  /** null: it has none. */
  readonly magnitude: number | null;
  /** `g`, `r`, …; empty: not known. */
  readonly band: string;
}

/** How workers are told to give glimpses. */
export interface GlimpseSettings {
  /** How many pages are open, as an int32 that all threads see. */
  readonly pages: SharedArrayBuffer;
  /** At the most, from one worker. */
  readonly perSecond: number;
}
