// Makes a local authority and certificates signed by it, for a broker on this machine. Nothing of it is ever committed.
//
//   node certs/make-local-ca.mjs DIR
//
// DIR then holds ca.pem, ca.key and what it signed: server.p12 (password: see `keystorePassword`), the same for a
// certificate that has expired and for one of another host, and client.pem with client.key and client-locked.key (the same
// key behind `keyPassword`). other-ca.pem has signed no server; other-client.pem is a client of its.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Protects keys that live as long as a test run, in a folder that goes away with it. */
export const keystorePassword = 'local-only';

/** Of client-locked.key. */
export const keyPassword = 'key-only-local';

const DAYS = '30';
/** The one negative number that openssl takes: the certificate ended yesterday. */
const YESTERDAY = '-1';
const LOOPBACK = 'DNS:localhost,IP:127.0.0.1,IP:::1';

/** Makes everything in a folder. Returns the files' paths. */
export function makeLocalCa(dir) {
  mkdirSync(dir, { recursive: true });
  const at = (name) => join(dir, name);
  makeAuthority(at('ca'), 'antares-client local authority');
  makeAuthority(at('other-ca'), 'antares-client foreign authority');
  sign(dir, 'server', { hosts: LOOPBACK });
  sign(dir, 'expired', { hosts: LOOPBACK, days: YESTERDAY });
  sign(dir, 'wrong-host', { hosts: 'DNS:kafka.example.org' });
  sign(dir, 'client', { subject: '/CN=antares-client' });
  sign(dir, 'other-client', { subject: '/CN=antares-client', authority: 'other-ca' });
  openssl(
    'rsa',
    '-aes256',
    '-in',
    at('client.key'),
    '-out',
    at('client-locked.key'),
    '-passout',
    `pass:${keyPassword}`,
  );
  exportKeystores(dir, ['server', 'expired', 'wrong-host']);
  return {
    ca: at('ca.pem'),
    otherCa: at('other-ca.pem'),
    keystore: at('server.p12'),
    expiredKeystore: at('expired.p12'),
    wrongHostKeystore: at('wrong-host.p12'),
    client: { certificate: at('client.pem'), key: at('client.key'), lockedKey: at('client-locked.key') },
    otherClient: { certificate: at('other-client.pem'), key: at('other-client.key') },
  };
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

/** A certificate for the hosts of a server, or for a client where none are given. */
function sign(dir, name, { hosts, subject = '/CN=localhost', authority = 'ca', days = DAYS }) {
  const at = (file) => join(dir, file);
  const use = hosts === undefined ? 'clientAuth' : 'serverAuth';
  const names = hosts === undefined ? '' : `subjectAltName=${hosts}\n`;
  writeFileSync(at(`${name}.ext`), `${names}extendedKeyUsage=${use}\n`);
  const key = at(`${name}.key`);
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    subject,
    '-keyout',
    key,
    '-out',
    at(`${name}.csr`),
  );
  const signer = ['-CA', at(`${authority}.pem`), '-CAkey', at(`${authority}.key`), '-CAcreateserial'];
  const [request, result] = [at(`${name}.csr`), at(`${name}.pem`)];
  openssl(
    'x509',
    '-req',
    '-in',
    request,
    ...signer,
    '-days',
    days,
    '-extfile',
    at(`${name}.ext`),
    '-out',
    result,
  );
}

function exportKeystores(dir, names) {
  for (const name of names) {
    const at = (file) => join(dir, file);
    const parts = ['-in', at(`${name}.pem`), '-inkey', at(`${name}.key`), '-certfile', at('ca.pem')];
    openssl('pkcs12', '-export', ...parts, '-out', at(`${name}.p12`), '-passout', `pass:${keystorePassword}`);
  }
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
