// check-content-vectors.mjs: the content formats once more, from docs/encryption.md, on Node's own cryptography
//
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reads the vectors beside it, makes every sealed form again and opens it. What it cannot make is a sign that the
// document does not say enough.

import { createCipheriv, createDecipheriv, createHash, createHmac, createPrivateKey, createPublicKey, sign, verify }
  from 'node:crypto'
import { readFileSync } from 'node:fs'

const hex = text => Buffer.from(text, 'hex')
const u16 = value => { const bytes = Buffer.alloc(2); bytes.writeUInt16BE(value); return bytes }
const u32 = value => { const bytes = Buffer.alloc(4); bytes.writeUInt32BE(value); return bytes }
const u64 = value => { const bytes = Buffer.alloc(8); bytes.writeBigUInt64BE(BigInt(value)); return bytes }
const string = text => { const bytes = Buffer.from(text, 'utf8'); return Buffer.concat([u16(bytes.length), bytes]) }
const sha256 = bytes => createHash('sha256').update(bytes).digest()

const hmac = (key, bytes) => createHmac('sha256', key).update(bytes).digest()
const extract = (salt, secret) => hmac(salt, secret)
const expand = (key, info, length) => {
  let out = Buffer.alloc(0)
  let block = Buffer.alloc(0)
  for (let counter = 1; out.length < length; counter++) {
    block = hmac(key, Buffer.concat([block, info, Buffer.from([counter])]))
    out = Buffer.concat([out, block])
  }
  return out.subarray(0, length)
}
const derive = (secret, salt, info) => {
  const bytes = expand(extract(salt, secret), info, 44)
  return { key: bytes.subarray(0, 32), nonce: bytes.subarray(32) }
}

const seal = ({ key, nonce }, additionalData, plaintext) => {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(additionalData)
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}
const open = ({ key, nonce }, additionalData, ciphertext) => {
  const end = ciphertext.length - 16
  const cipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
    .setAAD(additionalData).setAuthTag(ciphertext.subarray(end))
  return Buffer.concat([cipher.update(ciphertext.subarray(0, end)), cipher.final()])
}

const bucket = length => {
  const needed = length + 4
  if (needed > 4096) return Math.ceil(needed / 4096) * 4096
  let size = 128
  while (size < needed) size *= 2
  return size
}
const frame = content =>
  Buffer.concat([u32(content.length), content, Buffer.alloc(bucket(content.length) - 4 - content.length)])
const unframe = framed => {
  const length = framed.readUInt32BE(0)
  check(bucket(length) === framed.length && framed.subarray(4 + length).every(byte => byte === 0), 'the padding')
  return framed.subarray(4, 4 + length)
}

// Node takes keys in PKCS #8 and SPKI; these are the constant beginnings for Ed25519 (RFC 8410).
const privateKey = seed =>
  createPrivateKey({ key: Buffer.concat([hex('302e020100300506032b657004220420'), seed]), format: 'der', type: 'pkcs8' })
const publicKey = bytes =>
  createPublicKey({ key: Buffer.concat([hex('302a300506032b6570032100'), bytes]), format: 'der', type: 'spki' })

let failed = false
let checks = 0
function check (condition, what) {
  checks++
  if (!condition) throw new Error(`${what} differs`)
}
const same = (one, other, what) => check(Buffer.compare(one, other) === 0, what)

function checkEnvelope (test) {
  const place = Buffer.concat([string(test.roomId), u64(test.epoch), string(test.senderId), string(test.deviceId)])
  const additionalData = Buffer.concat([Buffer.from([1]), place, string(test.clientId), string(test.kind)])
  const key = derive(hex(test.contentKey), hex(test.salt), Buffer.concat([string('confab message key 1'), place]))
  const content = hex(test.content)
  const signed = Buffer.concat([string('confab message signature 1'), additionalData, hex(test.salt),
    u32(content.length), content])
  const signature = sign(null, signed, privateKey(hex(test.signatureSeed)))

  const header = Buffer.concat([Buffer.from([1]), u64(test.epoch), hex(test.salt)])
  const made = Buffer.concat([header, seal(key, additionalData, frame(Buffer.concat([signature, content])))])
  same(made, hex(test.envelope), 'the envelope')

  const opened = unframe(open(key, additionalData, hex(test.envelope).subarray(header.length)))
  same(opened.subarray(64), content, 'the content')
  check(verify(null, signed, publicKey(hex(test.signaturePublicKey)), opened.subarray(0, 64)), 'the signature')
}

function checkAttachment (test) {
  const header = Buffer.concat([Buffer.from([1, Math.log2(test.chunkSize)]), hex(test.salt)])
  const stream = expand(extract(hex(test.salt), hex(test.key)),
    Buffer.concat([string('confab attachment 1'), header]), 39)
  const at = (index, last) =>
    ({ key: stream.subarray(0, 32), nonce: Buffer.concat([stream.subarray(32), u32(index), Buffer.from([last ? 1 : 0])]) })
  const file = hex(test.file)
  const encrypted = hex(test.encrypted)
  const nothing = Buffer.alloc(0)

  const parts = [header]
  const count = Math.max(1, Math.ceil(file.length / test.chunkSize))
  for (let i = 0; i < count; i++)
    parts.push(seal(at(i, i === count - 1), nothing, file.subarray(i * test.chunkSize, (i + 1) * test.chunkSize)))
  same(Buffer.concat(parts), encrypted, 'the encrypted file')
  same(sha256(encrypted), hex(test.hash), 'the hash')

  // Backwards, as a player that seeks might.
  for (let i = count - 1; i >= 0; i--) {
    const start = header.length + i * (test.chunkSize + 16)
    same(open(at(i, i === count - 1), nothing, encrypted.subarray(start, start + test.chunkSize + 16)),
      file.subarray(i * test.chunkSize, (i + 1) * test.chunkSize), `chunk ${i}`)
  }
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const keyChecksum = code => sha256(Buffer.concat([Buffer.from('confab recovery key'), code])).subarray(0, 2)

function formatRecoveryKey (key) {
  const code = Buffer.concat([Buffer.from([1]), key])
  let number = BigInt('0x' + Buffer.concat([code, keyChecksum(code)]).toString('hex'))
  let text = ''
  for (let i = 0; i < 56; i++) {
    text = alphabet[Number(number & 31n)] + text
    number >>= 5n
  }
  return text.match(/.{4}/g).join('-')
}

function parseRecoveryKey (text) {
  const characters = text.toUpperCase().replace(/[\p{Pd}\p{Z}\p{Cc}\p{Cf}._\u2212]/gu, '').replace(/O/g, '0').replace(/[IL]/g, '1')
  if (!/^[0-9A-HJKMNP-TV-Z]{56}$/.test(characters)) return null
  let number = 0n
  for (const character of characters) number = number << 5n | BigInt(alphabet.indexOf(character))
  const code = hex(number.toString(16).padStart(70, '0'))
  return code[0] === 1 && keyChecksum(code.subarray(0, 33)).equals(code.subarray(33)) ? code.subarray(1, 33) : null
}

const backupKey = recoveryKey => expand(recoveryKey, string('confab backup key 1'), 32)
const backupKeyId = key => expand(key, string('confab backup key id 1'), 8)

function checkRecoveryKey (test) {
  const key = hex(test.key)
  check(formatRecoveryKey(key) === test.text, 'the text')
  same(parseRecoveryKey(test.text) ?? Buffer.alloc(0), key, 'the key')
  same(parseRecoveryKey(test.sloppy) ?? Buffer.alloc(0), key, 'the key as typed')
  check(parseRecoveryKey(test.mistyped) === null, 'the mistyped key')
  same(backupKey(key), hex(test.backupKey), 'the backup key')
  same(backupKeyId(backupKey(key)), hex(test.backupKeyId), "the backup key's name")
}

function checkBackup (test) {
  const key = backupKey(hex(test.recoveryKey))
  const header = Buffer.concat([Buffer.from([1]), backupKeyId(key), hex(test.salt)])
  const segmentKey = derive(key, hex(test.salt),
    Buffer.concat([string('confab backup segment 1'), string(test.userId)]))
  same(Buffer.concat([header, seal(segmentKey, header, frame(hex(test.entries)))]), hex(test.segment), 'the segment')
  same(unframe(open(segmentKey, header, hex(test.segment).subarray(header.length))), hex(test.entries), 'the entries')
}

const files = { envelope: checkEnvelope, attachment: checkAttachment, 'recovery-key': checkRecoveryKey, backup: checkBackup }
let number = 0
for (const [name, checkCase] of Object.entries(files)) {
  const { cases } = JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8'))
  for (const test of cases) {
    let result = 'ok'
    let reason = ''
    try { checkCase(test) } catch (error) { result = 'not ok'; reason = ` # ${error.message}`; failed = true }
    console.log(`${result} ${++number} - ${name}/${test.name.replace(/ /g, '-')}${reason}`)
  }
}
console.log(`1..${number}`)
console.log(`# ${checks} comparisons`)
process.exitCode = failed ? 1 : 0
