// Makes a local authority and certificates signed by it, for a broker on this machine. Nothing of it is ever committed.
//
//   node certs/make-local-ca.mjs DIR
//
// DIR then holds ca.pem, ca.key, server.p12 (password: see `keystorePassword`), and other-ca.pem, an authority that has
// signed nothing.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Protects keys that live as long as a test run, in a folder that goes away with it. */
export const keystorePassword = 'local-only';

const DAYS = '30';

/** Makes everything in a folder. Returns the files' paths. */
export function makeLocalCa(dir) {
  mkdirSync(dir, { recursive: true });
  const at = (name) => join(dir, name);
  makeAuthority(at('ca'), 'antares-client local authority');
  makeAuthority(at('other-ca'), 'antares-client foreign authority');
  signServer(dir, 'server', 'DNS:localhost,IP:127.0.0.1,IP:::1');
  return { ca: at('ca.pem'), otherCa: at('other-ca.pem'), keystore: at('server.p12') };
}

function makeAuthority(base, name) {
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    DAYS,
    '-subj',
    `/CN=${name}`,
    '-keyout',
    `${base}.key`,
    '-out',
    `${base}.pem`,
  );
}

function signServer(dir, name, hosts) {
  const at = (file) => join(dir, file);
  writeFileSync(at(`${name}.ext`), `subjectAltName=${hosts}\nextendedKeyUsage=serverAuth\n`);
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=localhost',
    '-keyout',
    at(`${name}.key`),
    '-out',
    at(`${name}.csr`),
  );
  openssl(
    'x509',
    '-req',
    '-in',
    at(`${name}.csr`),
    '-CA',
    at('ca.pem'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
    '-days',
    DAYS,
    '-extfile',
    at(`${name}.ext`),
    '-out',
    at(`${name}.pem`),
  );
  openssl(
    'pkcs12',
    '-export',
    '-in',
    at(`${name}.pem`),
    '-inkey',
    at(`${name}.key`),
    '-certfile',
    at('ca.pem'),
    '-out',
    at(`${name}.p12`),
    '-passout',
    `pass:${keystorePassword}`,
  );
}

function openssl(...args) {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [dir] = process.argv.slice(2);
  if (dir === undefined) {
    console.error('usage: node certs/make-local-ca.mjs DIR');
    process.exit(2);
  }
  console.log(makeLocalCa(dir));
}
