/** Whether all of `HOST[:PORT],…` are addresses of this machine itself, which nobody on the network can listen in on. */
export function areLoopback(servers: string): boolean {
  return servers
    .split(',')
    .every((server) => /^(\[::1\]|localhost|127(\.\d+){3})(:\d+)?$/.test(server.trim()));
}
