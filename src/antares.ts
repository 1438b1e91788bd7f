/** The cluster that ANTARES runs today, and the prefix of its topics. */
export const antares = { host: 'kafka.antares.noirlab.edu', port: 9092, topicPrefix: 'client.' } as const;

/** `--bootstrap-servers`, or what `--host` and `--port` make of the address of ANTARES. */
export function serversOf(
  servers?: string | null,
  host?: string | null,
  port?: string | number | null,
): string {
  return servers ?? `${host ?? antares.host}:${port ?? antares.port}`;
}

export function isAntaresAddress(servers: string): boolean {
  return servers === `${antares.host}:${antares.port}`;
}
