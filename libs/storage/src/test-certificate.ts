/** A certificate that signs itself, for tests of encrypted connections: node:crypto reads certificates only. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface TestCertificate {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

/** One element of DER: tag, length, content. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  const head =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...head]), body]);
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const sequence = (...content: readonly Uint8Array[]): Buffer => der(0x30, ...content);
const TRUE = hex('0101ff');
const ECDSA_WITH_SHA256 = sequence(hex('06082a8648ce3d040302'));
const COMMON_NAME = hex('0603550403');
const BASIC_CONSTRAINTS = hex('0603551d13');
const SUBJECT_ALT_NAME = hex('0603551d11');

/** @param host the DNS name for which it is good, from yesterday until tomorrow. */
export function selfSigned(host: string): TestCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(host)))));
  const time = (hours: number): Buffer => {
    const text = Temporal.Now.instant().add({ hours }).toString({ smallestUnit: 'second' });
    return der(0x18, Buffer.from(text.replaceAll(/[-:T]/g, '')));
  };
  const extension = (id: Uint8Array, value: Uint8Array): Buffer =>
    sequence(id, TRUE, der(0x04, value));
  const body = sequence(
    der(0xa0, hex('020102')),
    der(0x02, Buffer.concat([hex('01'), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    name,
    sequence(time(-24), time(24)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      sequence(
        extension(BASIC_CONSTRAINTS, sequence(TRUE)),
        extension(SUBJECT_ALT_NAME, sequence(der(0x82, Buffer.from(host)))),
      ),
    ),
  );
  const signature = sign('sha256', body, privateKey);
  const whole = sequence(body, ECDSA_WITH_SHA256, der(0x03, hex('00'), signature));
  const lines = whole.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n');
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
}
