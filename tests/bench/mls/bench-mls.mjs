// bench-mls.mjs: what bench-mls.c measures, with ts-mls
//
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Usage: node bench-mls.mjs SUITE MEMBERS…

import {
  ciphersuites, createApplicationMessage, createCommit, createGroup, decodeMlsMessage, emptyPskIndex,
  encodeMlsMessage, generateKeyPackage, getCiphersuiteFromName, getCiphersuiteImpl, joinGroup, processPrivateMessage,
} from 'ts-mls'

const [suiteId, ...sizes] = process.argv.slice(2).map(Number)
const suite = await getCiphersuiteImpl(getCiphersuiteFromName(
  Object.keys(ciphersuites).find(name => ciphersuites[name] === suiteId)))
const ENOUGH = 500

// Encoding and decoding are part of the work: Confab's functions take and give bytes.
const encode = (wireformat, field, value) => encodeMlsMessage({ version: 'mls10', wireformat, [field]: value })
const decode = bytes => decodeMlsMessage(bytes, 0)[0]

for (const members of sizes) {
  const print = (what, ms, times = 1) => console.log(JSON.stringify({ what, members, ms: ms / times, times }))

  const makeMember = number => {
    const now = BigInt(Math.floor(Date.now() / 1000))
    const credential = { credentialType: 'basic', identity: new TextEncoder().encode(`member-${number}`) }
    const capabilities = { versions: ['mls10'], ciphersuites: Object.keys(ciphersuites), extensions: [], proposals: [],
      credentials: ['basic', 'x509'] }
    return generateKeyPackage(credential, capabilities, { notBefore: now - 3600n, notAfter: now + 1209600n }, [], suite)
  }

  let start = performance.now()
  const all = []
  for (let i = 0; i < members; i++) all.push(await makeMember(i))
  print('make key packages', performance.now() - start)

  const creator = { state: await createGroup(new TextEncoder().encode('bench'), all[0].publicPackage,
    all[0].privatePackage, [], suite) }
  start = performance.now()
  const { newState, commit, welcome } = await createCommit({ state: creator.state, cipherSuite: suite }, {
    ratchetTreeExtension: true,
    extraProposals: all.slice(1).map(({ publicPackage }) => ({ proposalType: 'add', add: { keyPackage: publicPackage } })),
  })
  creator.state = newState
  encodeMlsMessage(commit)
  const welcomeBytes = encode('mls_welcome', 'welcome', welcome)
  print('add all', performance.now() - start)

  const { publicPackage, privatePackage } = all.at(-1)
  start = performance.now()
  const other = { state: await joinGroup(decode(welcomeBytes).welcome, publicPackage, privatePackage, emptyPskIndex, suite) }
  print('join', performance.now() - start)

  const receive = async (member, bytes) => {
    const result = await processPrivateMessage(member.state, decode(bytes).privateMessage, emptyPskIndex, suite)
    member.state = result.newState
    return result.message
  }

  const commitAndProcess = async (committer, receiver, commitName, processName) => {
    const start = performance.now()
    const { newState, commit } = await createCommit({ state: committer.state, cipherSuite: suite })
    committer.state = newState
    const bytes = encodeMlsMessage(commit)
    const middle = performance.now()
    await receive(receiver, bytes)
    const end = performance.now()
    print(commitName, middle - start)
    print(processName, end - middle)
    return end - start
  }

  await commitAndProcess(creator, other, 'first commit', 'process first commit')
  for (let i = 0, spent = 0; i < 20 && spent < ENOUGH; i++) {
    spent += await commitAndProcess(other, creator, 'commit', 'process commit')
    spent += await commitAndProcess(creator, other, 'commit', 'process commit')
  }

  for (const [size, count] of [[100, 1000], [65536, 200]]) {
    const data = suite.rng.randomBytes(size)
    const messages = []
    start = performance.now()
    for (let i = 0; i < count; i++) {
      const { newState, privateMessage } = await createApplicationMessage(creator.state, data, suite)
      creator.state = newState
      messages.push(encode('mls_private_message', 'privateMessage', privateMessage))
    }
    print(`encrypt ${size} bytes`, performance.now() - start, count)
    start = performance.now()
    for (const message of messages)
      if ((await receive(other, message)).length !== size) throw new Error('a message of another length')
    print(`decrypt ${size} bytes`, performance.now() - start, count)
  }
}
