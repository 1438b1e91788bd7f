import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkClientCertificate } from '../src/broker/client-certificate.ts';
import type { Config } from '../src/config.ts';
import { newFolder } from './support/client.ts';
import { projectRoot } from './support/samples.ts';

test('a wrong password is told as one, also where it leaves what looks unlocked', (t) => {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'right' },
  });
  const key = join(newFolder(t), 'locked.key');
  writeFileSync(key, privateKey);
  const certificate = join(projectRoot, 'certs', 'antares-kafka-ca.pem');
  for (const keyPassword of ['wrong', unusual(privateKey)]) {
    const broker = { clientCertificate: { certificate, key, keyPassword } } as unknown as Config['broker'];
    assert.throws(() => {
      checkClientCertificate(broker);
    }, /--ssl-key .*locked\.key cannot be used: the key is locked, .*SSL_KEY_PASSWORD/);
  }
});

/** A wrong password with which the key's padding happens to be right: one of 256. */
function unusual(key: string): string {
  for (let i = 0; ; i++) {
    try {
      createPrivateKey({ key, passphrase: `wrong ${i}` });
    } catch (error) {
      if (!String(error).includes('bad decrypt')) return `wrong ${i}`;
    }
  }
}
