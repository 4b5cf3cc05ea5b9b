// driver.mjs: clients of ts-mls behind lines of JSON (README.md)
//
// SPDX-License-Identifier: GPL-3.0-or-later

import { createInterface } from 'node:readline'

import {
  acceptAll, bytesToBase64, ciphersuites, createApplicationMessage, createCommit, createGroup, createProposal,
  decodeGroupState, decodeMlsMessage, encodeGroupState, encodeMlsMessage, generateKeyPackageWithKey,
  getCiphersuiteFromName, getCiphersuiteImpl, joinGroup, joinGroupExternal, makePskIndex, mlsExporter,
  processPrivateMessage, processPublicMessage,
} from 'ts-mls'
import { encode as encodeWith } from 'ts-mls/codec/tlsEncoder.js'
import { decodeVarLenData, varLenDataEncoder } from 'ts-mls/codec/variableLength.js'
import { createGroupInfo } from 'ts-mls/createCommit.js'
import { decodeRatchetTree, encodeRatchetTree } from 'ts-mls/ratchetTree.js'

const clients = new Map()
const suites = new Map()

const encode = bytes => Buffer.from(bytes).toString('base64')
const decode = text => new Uint8Array(Buffer.from(text, 'base64'))

async function getSuite (id) {
  if (!suites.has(id)) {
    const name = Object.keys(ciphersuites).find(key => ciphersuites[key] === id)
    suites.set(id, await getCiphersuiteImpl(getCiphersuiteFromName(name)))
  }
  return suites.get(id)
}

function decodeMessage (text, ...wireformats) {
  const bytes = decode(text)
  const decoded = decodeMlsMessage(bytes, 0)
  if (decoded === undefined || decoded[1] !== bytes.length) throw new Error('not an MLS message')
  if (!wireformats.includes(decoded[0].wireformat)) throw new Error(`a message of format ${decoded[0].wireformat}`)
  return decoded[0]
}

const pskIndex = client => makePskIndex(client.state, Object.fromEntries(client.psks))

// Without GREASE, which is chosen by Math.random: a seed is to give the same run.
const capabilities = () => ({
  versions: ['mls10'], ciphersuites: Object.keys(ciphersuites), extensions: [], proposals: [], credentials: ['basic', 'x509'],
})

// A key package for joining by Welcome or by oneself. The signature key stays, so that a client is known again.
async function makeKeyPackage (client, name) {
  const now = BigInt(Math.floor(Date.now() / 1000))
  return await generateKeyPackageWithKey(
    { credentialType: 'basic', identity: new TextEncoder().encode(name) },
    capabilities(), { notBefore: now - 3600n, notAfter: now + 1209600n }, [], client.signatureKey, client.suite)
}

function makeProposal (client, { type, keyPackage, leaf, id, epoch, data }) {
  const nonce = () => client.suite.rng.randomBytes(client.suite.kdf.size)
  switch (type) {
    case 'add':
      return { proposalType: 'add', add: { keyPackage: decodeMessage(keyPackage, 'mls_key_package').keyPackage } }
    case 'remove':
      return { proposalType: 'remove', remove: { removed: leaf } }
    case 'psk':
      return { proposalType: 'psk',
        psk: { preSharedKeyId: { psktype: 'external', pskId: decode(id), pskNonce: nonce() } } }
    case 'resumption':
      return { proposalType: 'psk',
        psk: { preSharedKeyId: { psktype: 'resumption', usage: 'application', pskEpoch: BigInt(epoch), pskNonce: nonce(),
          pskGroupId: client.state.groupContext.groupId } } }
    case 'extensions':
      return { proposalType: 'group_context_extensions',
        groupContextExtensions: { extensions: [{ extensionType: 'required_capabilities', extensionData: decode(data) }] } }
    default:
      throw new Error(`no proposal ${type}`)
  }
}

// ts-mls 1.6.4 puts the external public key into its extension as it is, where RFC 9420, section 12.4.3.2, has a length
// before it (changed in github.com/LukaJCB/ts-mls/pull/449, not released yet). So the extension is made here, and is
// taken apart here without changing what the signature covers.
async function makeGroupInfo ({ state, suite }) {
  const { publicKey } = await suite.hpke.deriveKeyPair(state.keySchedule.externalSecret)
  const externalPub = encodeWith(varLenDataEncoder)(await suite.hpke.exportPublicKey(publicKey))
  return await createGroupInfo(state.groupContext, state.confirmationTag, state, [
    { extensionType: 'external_pub', extensionData: externalPub },
    { extensionType: 'ratchet_tree', extensionData: encodeRatchetTree(state.ratchetTree) },
  ], suite)
}

function withBareExternalPub (groupInfo) {
  const find = function (wanted) {
    const found = Array.prototype.find.call(this, wanted)
    return found?.extensionType === 'external_pub'
      ? { ...found, extensionData: decodeVarLenData(found.extensionData, 0)[0] }
      : found
  }
  return { ...groupInfo, extensions: Object.assign([...groupInfo.extensions], { find }) }
}

const operations = {
  async suites () {
    return { suites: [1, 3] }
  },

  async client ({ name, suite }) {
    const impl = await getSuite(suite)
    clients.set(name, { suite: impl, signatureKey: await impl.signature.keygen(), keyPackages: [], psks: new Map() })
  },

  async forget ({ name }) {
    clients.delete(name)
  },

  async restart ({ client }) {
    const [state] = decodeGroupState(encodeGroupState(client.state), 0)
    client.state = { ...state, clientConfig: client.state.clientConfig }
  },

  async psk ({ client, id, key }) {
    client.psks.set(bytesToBase64(decode(id)), decode(key))
  },

  async 'key-package' ({ client, name }) {
    const keyPackage = await makeKeyPackage(client, name)
    client.keyPackages.push(keyPackage)
    return { keyPackage: encode(encodeMlsMessage(
      { version: 'mls10', wireformat: 'mls_key_package', keyPackage: keyPackage.publicPackage })) }
  },

  async create ({ client, name, groupId }) {
    const { publicPackage, privatePackage } = await makeKeyPackage(client, name)
    client.state = await createGroup(decode(groupId), publicPackage, privatePackage, [], client.suite)
  },

  async propose ({ client, public: isPublic, proposal }) {
    const { newState, message } = await createProposal(client.state, isPublic, makeProposal(client, proposal), client.suite)
    client.state = newState
    return { message: encode(encodeMlsMessage(message)) }
  },

  async commit ({ client, public: isPublic, tree, proposals }) {
    const { newState, commit, welcome } = await createCommit(
      { state: client.state, cipherSuite: client.suite, pskIndex: pskIndex(client) },
      { wireAsPublicMessage: isPublic, ratchetTreeExtension: tree,
        extraProposals: proposals.map(proposal => makeProposal(client, proposal)) })
    client.state = newState
    return { commit: encode(encodeMlsMessage(commit)),
      welcome: welcome && encode(encodeMlsMessage({ version: 'mls10', wireformat: 'mls_welcome', welcome })) }
  },

  // Whoever was added tries the key packages that it gave out: the Welcome says for which one it is.
  async join ({ client, welcome, tree }) {
    const message = decodeMessage(welcome, 'mls_welcome')
    const ratchetTree = tree ? decodeRatchetTree(decode(tree), 0)[0] : undefined
    const problems = []
    for (const { publicPackage, privatePackage } of client.keyPackages) {
      try {
        client.state = await joinGroup(message.welcome, publicPackage, privatePackage,
          makePskIndex(undefined, Object.fromEntries(client.psks)), client.suite, ratchetTree)
        client.keyPackages = []
        return
      } catch (error) {
        problems.push(error.message)
      }
    }
    throw new Error(problems.join('; '))
  },

  async 'group-info' ({ client }) {
    const groupInfo = await makeGroupInfo(client)
    return { groupInfo: encode(encodeMlsMessage({ version: 'mls10', wireformat: 'mls_group_info', groupInfo })) }
  },

  async 'join-external' ({ client, name, groupInfo, formerLeaf }) {
    const { publicPackage, privatePackage } = await makeKeyPackage(client, name)
    const { newState, publicMessage } = await joinGroupExternal(
      withBareExternalPub(decodeMessage(groupInfo, 'mls_group_info').groupInfo), publicPackage, privatePackage,
      formerLeaf !== undefined, client.suite)
    client.state = newState
    return { commit: encode(encodeMlsMessage({ version: 'mls10', wireformat: 'mls_public_message', publicMessage })) }
  },

  async process ({ client, message }) {
    const decoded = decodeMessage(message, 'mls_private_message', 'mls_public_message')
    const epoch = client.state.groupContext.epoch
    const result = decoded.wireformat === 'mls_private_message'
      ? await processPrivateMessage(client.state, decoded.privateMessage, pskIndex(client), client.suite, acceptAll)
      : await processPublicMessage(client.state, decoded.publicMessage, pskIndex(client), client.suite, acceptAll)
    client.state = result.newState
    if (result.kind === 'applicationMessage') return { kind: 'application', data: encode(result.message) }
    if (client.state.groupActiveState.kind === 'removedFromGroup') return { kind: 'commit' }
    return { kind: client.state.groupContext.epoch > epoch ? 'commit' : 'proposal' }
  },

  async encrypt ({ client, data }) {
    const { newState, privateMessage } = await createApplicationMessage(client.state, decode(data), client.suite)
    client.state = newState
    return { message: encode(encodeMlsMessage({ version: 'mls10', wireformat: 'mls_private_message', privateMessage })) }
  },

  async state ({ client, label, context, length }) {
    const state = client.state
    return {
      active: state.groupActiveState.kind === 'active',
      epoch: Number(state.groupContext.epoch),
      authenticator: encode(state.keySchedule.epochAuthenticator),
      exported: encode(await mlsExporter(state.keySchedule.exporterSecret, label, decode(context), length, client.suite)),
      tree: encode(encodeRatchetTree(state.ratchetTree)),
      leaf: state.privatePath.leafIndex,
      members: Object.fromEntries(state.ratchetTree.flatMap((node, index) =>
        node?.nodeType === 'leaf' ? [[new TextDecoder().decode(node.leaf.credential.identity), index / 2]] : [])),
    }
  },

  // Whether the unmerged leaves of a tree are as RFC 9420, section 12.4.3.1, wants them: a leaf that a node lists is not
  // blank, is below it, and is listed by every node in between that is not blank.
  async 'check-unmerged' ({ tree }) {
    const nodes = decodeRatchetTree(decode(tree), 0)[0]
    const level = index => { let k = 0; while ((index >> k) & 1) k++; return k }
    const parent = index => { const k = level(index); return (index | (1 << k)) & ~(1 << (k + 1)) }
    const isUnder = (index, ancestor) => Math.abs(index - ancestor) < 1 << level(ancestor)
    const isListed = (index, leaf) => nodes[index] === undefined || nodes[index].parent.unmergedLeaves.includes(leaf)
    const isRight = (ancestor, leaf) => {
      if (nodes[2 * leaf] === undefined || !isUnder(2 * leaf, ancestor)) return false
      for (let index = parent(2 * leaf); index !== ancestor; index = parent(index))
        if (!isListed(index, leaf)) return false
      return true
    }
    return { valid: nodes.every((node, index) =>
      node?.nodeType !== 'parent' || node.parent.unmergedLeaves.every(leaf => isRight(index, leaf))) }
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer
  try {
    const { op, ...request } = JSON.parse(line)
    answer = await operations[op]({ ...request, client: clients.get(request.name) }) ?? {}
  } catch (error) {
    answer = { error: `${error.name}: ${error.message}` }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
