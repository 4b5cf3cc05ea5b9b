/* confab-mls-error.h: the error domain of Messaging Layer Security
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CONFAB_MLS_ERROR (confab_mls_error_quark ())

/**
 * ConfabMlsError:
 * @CONFAB_MLS_ERROR_MALFORMED: bytes that are no encoding of what they claim to be
 * @CONFAB_MLS_ERROR_UNSUPPORTED: a version, cipher suite, credential or proposal type that is not implemented
 * @CONFAB_MLS_ERROR_TOO_LARGE: past one of the bounds of this implementation
 * @CONFAB_MLS_ERROR_WRONG_GROUP: a message or object of another group
 * @CONFAB_MLS_ERROR_OLD_EPOCH: a message of an epoch whose keys are gone, or a handshake message of a past epoch
 * @CONFAB_MLS_ERROR_FUTURE_EPOCH: a message of an epoch that this group has not reached: commits are missing
 * @CONFAB_MLS_ERROR_OWN_MESSAGE: an encrypted message that this client sent itself; its key was erased when it was sent
 * @CONFAB_MLS_ERROR_REPLAY: the key of that generation was used already
 * @CONFAB_MLS_ERROR_GENERATION: too many generations ahead of the last message seen, or behind the keys that are kept
 * @CONFAB_MLS_ERROR_DECRYPTION: authenticated decryption failed: another key or changed bytes
 * @CONFAB_MLS_ERROR_SIGNATURE: a signature is wrong
 * @CONFAB_MLS_ERROR_MEMBERSHIP_TAG: the membership tag of a public message is wrong
 * @CONFAB_MLS_ERROR_CONFIRMATION_TAG: the confirmation tag is wrong: the sides do not agree on the state of the group
 * @CONFAB_MLS_ERROR_SENDER: a sender that does not exist or may not send such a message
 * @CONFAB_MLS_ERROR_LEAF_NODE: a leaf node that breaks a rule of RFC 9420, section 7.3
 * @CONFAB_MLS_ERROR_LIFETIME: a leaf node outside its lifetime, or with one that is too long
 * @CONFAB_MLS_ERROR_CAPABILITIES: a member does not support what the group or another member needs
 * @CONFAB_MLS_ERROR_CREDENTIAL: the application did not accept a credential
 * @CONFAB_MLS_ERROR_DUPLICATE_KEY: a key that must be unique in the group appears twice
 * @CONFAB_MLS_ERROR_KEY_PACKAGE: a key package that breaks a rule of section 10.1, or not the one that was meant
 * @CONFAB_MLS_ERROR_TREE: a ratchet tree of the wrong shape
 * @CONFAB_MLS_ERROR_TREE_HASH: a ratchet tree that is not the one the group agreed on
 * @CONFAB_MLS_ERROR_PARENT_HASH: a node that is not vouched for by a parent hash (section 7.9)
 * @CONFAB_MLS_ERROR_UPDATE_PATH: an update path of the wrong length, or whose keys do not follow from its secrets
 * @CONFAB_MLS_ERROR_PATH_REQUIRED: a commit without the path that its proposals require
 * @CONFAB_MLS_ERROR_PROPOSAL: a proposal that is invalid by itself (section 12.1)
 * @CONFAB_MLS_ERROR_PROPOSAL_LIST: proposals that may not be committed together (section 12.2)
 * @CONFAB_MLS_ERROR_UNKNOWN_PROPOSAL: a commit refers to a proposal that was not received
 * @CONFAB_MLS_ERROR_PSK: a pre-shared key that is not known here
 * @CONFAB_MLS_ERROR_EXTENSION: an extension that is missing, doubled, malformed or not allowed there
 * @CONFAB_MLS_ERROR_EXTERNAL_JOIN: a group information without external public key, or an invalid external commit
 * @CONFAB_MLS_ERROR_REINIT: the group was re-initialised, or its successor does not match what was agreed
 * @CONFAB_MLS_ERROR_NOT_MEMBER: this client was removed from the group
 * @CONFAB_MLS_ERROR_NO_SUCH_MEMBER: the leaf index names no member
 * @CONFAB_MLS_ERROR_PENDING_COMMIT: a commit of this client is waiting to be merged, or none is
 * @CONFAB_MLS_ERROR_PENDING_PROPOSALS: proposals must be committed before application data may be sent
 * @CONFAB_MLS_ERROR_STATE: a stored state that is damaged or of an unknown version
 * @CONFAB_MLS_ERROR_ARGUMENT: the caller asked for something impossible, such as an export that is too long
 *
 * Which rule was broken. The message of the error says where.
 *
 * Since: 0.1
 */
typedef enum
{
  CONFAB_MLS_ERROR_MALFORMED,
  CONFAB_MLS_ERROR_UNSUPPORTED,
  CONFAB_MLS_ERROR_TOO_LARGE,
  CONFAB_MLS_ERROR_WRONG_GROUP,
  CONFAB_MLS_ERROR_OLD_EPOCH,
  CONFAB_MLS_ERROR_FUTURE_EPOCH,
  CONFAB_MLS_ERROR_OWN_MESSAGE,
  CONFAB_MLS_ERROR_REPLAY,
  CONFAB_MLS_ERROR_GENERATION,
  CONFAB_MLS_ERROR_DECRYPTION,
  CONFAB_MLS_ERROR_SIGNATURE,
  CONFAB_MLS_ERROR_MEMBERSHIP_TAG,
  CONFAB_MLS_ERROR_CONFIRMATION_TAG,
  CONFAB_MLS_ERROR_SENDER,
  CONFAB_MLS_ERROR_LEAF_NODE,
  CONFAB_MLS_ERROR_LIFETIME,
  CONFAB_MLS_ERROR_CAPABILITIES,
  CONFAB_MLS_ERROR_CREDENTIAL,
  CONFAB_MLS_ERROR_DUPLICATE_KEY,
  CONFAB_MLS_ERROR_KEY_PACKAGE,
  CONFAB_MLS_ERROR_TREE,
  CONFAB_MLS_ERROR_TREE_HASH,
  CONFAB_MLS_ERROR_PARENT_HASH,
  CONFAB_MLS_ERROR_UPDATE_PATH,
  CONFAB_MLS_ERROR_PATH_REQUIRED,
  CONFAB_MLS_ERROR_PROPOSAL,
  CONFAB_MLS_ERROR_PROPOSAL_LIST,
  CONFAB_MLS_ERROR_UNKNOWN_PROPOSAL,
  CONFAB_MLS_ERROR_PSK,
  CONFAB_MLS_ERROR_EXTENSION,
  CONFAB_MLS_ERROR_EXTERNAL_JOIN,
  CONFAB_MLS_ERROR_REINIT,
  CONFAB_MLS_ERROR_NOT_MEMBER,
  CONFAB_MLS_ERROR_NO_SUCH_MEMBER,
  CONFAB_MLS_ERROR_PENDING_COMMIT,
  CONFAB_MLS_ERROR_PENDING_PROPOSALS,
  CONFAB_MLS_ERROR_STATE,
  CONFAB_MLS_ERROR_ARGUMENT,
} ConfabMlsError;

GQuark   confab_mls_error_quark (void);
gboolean confab_mls_fail        (GError         **error,
                                 ConfabMlsError   code,
                                 const char      *message);

G_END_DECLS
