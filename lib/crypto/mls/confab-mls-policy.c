/* confab-mls-policy.c: what the application decides: whom to believe, what time it is, how much to keep
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-policy.h"

#include "confab-mls-tree-math.h"

/* A year and a bit: clocks differ, and a device of last resort stays reachable over a long absence. */
#define DEFAULT_MAXIMUM_LIFETIME ((guint64) 400 * 24 * 3600)

/* Messages that were sent before a commit and arrive after it are decrypted for this many epochs. */
#define DEFAULT_RETAINED_EPOCHS 5
#define DEFAULT_RETAINED_RESUMPTIONS 32
#define DEFAULT_GENERATIONS_AHEAD 1000
#define DEFAULT_GENERATIONS_KEPT 256
#define DEFAULT_PADDING 64

/**
 * ConfabMlsPolicy:
 *
 * The decisions that RFC 9420 leaves to the application. One policy serves many groups. Until a callback for
 * credentials is set nobody is accepted into any group.
 *
 * Since: 0.1
 */
struct _ConfabMlsPolicy
{
  gatomicrefcount          ref_count;
  ConfabMlsCredentialFunc  credential_func;
  gpointer                 credential_data;
  GDestroyNotify           credential_destroy;
  ConfabMlsPskFunc         psk_func;
  gpointer                 psk_data;
  GDestroyNotify           psk_destroy;
  ConfabMlsClockFunc       clock_func;
  gpointer                 clock_data;
  GDestroyNotify           clock_destroy;
  gboolean                 check_received_lifetime;
  guint64                  maximum_lifetime;
  guint                    maximum_members;
  guint                    retained_epochs;
  guint                    retained_resumptions;
  guint                    generations_ahead;
  guint                    generations_kept;
  gboolean                 encrypt_handshakes;
  guint                    padding;
  gboolean                 allow_resync;
};

/**
 * confab_mls_policy_new:
 *
 * Returns: (transfer full): a policy with careful defaults
 * Since: 0.1
 */
ConfabMlsPolicy *
confab_mls_policy_new (void)
{
  ConfabMlsPolicy *self = g_new0 (ConfabMlsPolicy, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->check_received_lifetime = TRUE;
  self->maximum_lifetime = DEFAULT_MAXIMUM_LIFETIME;
  self->maximum_members = CONFAB_MLS_MAXIMUM_LEAVES;
  self->retained_epochs = DEFAULT_RETAINED_EPOCHS;
  self->retained_resumptions = DEFAULT_RETAINED_RESUMPTIONS;
  self->generations_ahead = DEFAULT_GENERATIONS_AHEAD;
  self->generations_kept = DEFAULT_GENERATIONS_KEPT;
  self->encrypt_handshakes = TRUE;
  self->padding = DEFAULT_PADDING;
  self->allow_resync = TRUE;

  return self;
}

/**
 * confab_mls_policy_ref:
 * @self: a policy
 *
 * Returns: (transfer full): @self
 * Since: 0.1
 */
ConfabMlsPolicy *
confab_mls_policy_ref (ConfabMlsPolicy *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * confab_mls_policy_unref:
 * @self: (transfer full): a policy
 *
 * Drops a reference.
 *
 * Since: 0.1
 */
void
confab_mls_policy_unref (ConfabMlsPolicy *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  confab_mls_policy_set_credential_func (self, NULL, NULL, NULL);
  confab_mls_policy_set_psk_func (self, NULL, NULL, NULL);
  confab_mls_policy_set_clock (self, NULL, NULL, NULL);
  g_free (self);
}

/**
 * confab_mls_policy_set_credential_func:
 * @self: a policy
 * @func: (nullable): decides about credentials; %NULL refuses all
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 *
 * Sets who is believed to be who (RFC 9420, section 5.3.1).
 *
 * Since: 0.1
 */
void
confab_mls_policy_set_credential_func (ConfabMlsPolicy         *self,
                                       ConfabMlsCredentialFunc  func,
                                       gpointer                 user_data,
                                       GDestroyNotify           destroy)
{
  if (self->credential_destroy != NULL)
    self->credential_destroy (self->credential_data);

  self->credential_func = func;
  self->credential_data = user_data;
  self->credential_destroy = destroy;
}

/**
 * confab_mls_policy_set_psk_func:
 * @self: a policy
 * @func: (nullable): finds pre-shared keys
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 *
 * Sets where pre-shared keys come from (RFC 9420, section 8.4).
 *
 * Since: 0.1
 */
void
confab_mls_policy_set_psk_func (ConfabMlsPolicy  *self,
                                ConfabMlsPskFunc  func,
                                gpointer          user_data,
                                GDestroyNotify    destroy)
{
  if (self->psk_destroy != NULL)
    self->psk_destroy (self->psk_data);

  self->psk_func = func;
  self->psk_data = user_data;
  self->psk_destroy = destroy;
}

/**
 * confab_mls_policy_set_clock:
 * @self: a policy
 * @func: (nullable): tells the time; %NULL for that of the system
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 *
 * Sets what time it is when lifetimes are checked.
 *
 * Since: 0.1
 */
void
confab_mls_policy_set_clock (ConfabMlsPolicy    *self,
                             ConfabMlsClockFunc  func,
                             gpointer            user_data,
                             GDestroyNotify      destroy)
{
  if (self->clock_destroy != NULL)
    self->clock_destroy (self->clock_data);

  self->clock_func = func;
  self->clock_data = user_data;
  self->clock_destroy = destroy;
}

/**
 * confab_mls_policy_set_check_received_lifetime:
 * @self: a policy
 * @check: whether to check
 *
 * Sets whether leaf nodes in received messages must be within their lifetime. RFC 9420, section 7.3, recommends it and
 * does not demand it, since they may have expired on the way. What this client sends is always checked.
 *
 * Since: 0.1
 */
void
confab_mls_policy_set_check_received_lifetime (ConfabMlsPolicy *self,
                                               gboolean         check)
{
  self->check_received_lifetime = check;
}

/**
 * confab_mls_policy_set_maximum_lifetime:
 * @self: a policy
 * @seconds: the longest lifetime of a leaf node
 *
 * Sets how long a key package may be valid at most (RFC 9420, section 7.2).
 *
 * Since: 0.1
 */
void
confab_mls_policy_set_maximum_lifetime (ConfabMlsPolicy *self,
                                        guint64          seconds)
{
  self->maximum_lifetime = seconds;
}

/**
 * confab_mls_policy_set_maximum_members:
 * @self: a policy
 * @maximum: the largest number of members
 *
 * Sets how large a group may become.
 *
 * Since: 0.1
 */
void
confab_mls_policy_set_maximum_members (ConfabMlsPolicy *self,
                                       guint            maximum)
{
  self->maximum_members = MIN (maximum, CONFAB_MLS_MAXIMUM_LEAVES);
}

/**
 * confab_mls_policy_set_retained_epochs:
 * @self: a policy
 * @n_epochs: how many epochs
 *
 * Sets for how many past epochs late application messages can be decrypted. Each is a window without forward secrecy.
 *
 * Since: 0.1
 */
void
confab_mls_policy_set_retained_epochs (ConfabMlsPolicy *self,
                                       guint            n_epochs)
{
  self->retained_epochs = n_epochs;
}

/**
 * confab_mls_policy_set_retained_resumptions:
 * @self: a policy
 * @n_epochs: how many epochs
 *
 * Sets for how many past epochs the resumption key is kept (RFC 9420, section 8.6).
 *
 * Since: 0.1
 */
void
confab_mls_policy_set_retained_resumptions (ConfabMlsPolicy *self,
                                            guint            n_epochs)
{
  self->retained_resumptions = n_epochs;
}

/**
 * confab_mls_policy_set_generation_window:
 * @self: a policy
 * @ahead: how many messages of one sender may be missing before one that arrives
 * @kept: for how many missing messages of a sender the keys are kept
 *
 * Bounds what messages out of order cost (RFC 9420, section 15.3). It counts from the next epoch on.
 *
 * Since: 0.1
 */
void
confab_mls_policy_set_generation_window (ConfabMlsPolicy *self,
                                         guint            ahead,
                                         guint            kept)
{
  self->generations_ahead = ahead;
  self->generations_kept = kept;
}

/**
 * confab_mls_policy_set_encrypt_handshakes:
 * @self: a policy
 * @encrypt: whether to send proposals and commits as private messages
 *
 * Sets whether the delivery service may see proposals and commits. Both are accepted in any case.
 *
 * Since: 0.1
 */
void
confab_mls_policy_set_encrypt_handshakes (ConfabMlsPolicy *self,
                                          gboolean         encrypt)
{
  self->encrypt_handshakes = encrypt;
}

/**
 * confab_mls_policy_set_padding:
 * @self: a policy
 * @multiple: what private messages are padded to a multiple of, in bytes; 0 for no padding
 *
 * Sets how exactly an onlooker learns the length of messages (RFC 9420, section 15.1).
 *
 * Since: 0.1
 */
void
confab_mls_policy_set_padding (ConfabMlsPolicy *self,
                               guint            multiple)
{
  self->padding = MIN (multiple, 1u << 20);
}

/**
 * confab_mls_policy_set_allow_resync:
 * @self: a policy
 * @allow: whether a newcomer may remove its own old leaf in an external commit
 *
 * Sets whether resync commits are accepted (RFC 9420, section 12.4.3.2). The callback for credentials is asked
 * whether the newcomer may replace the old member.
 *
 * Since: 0.1
 */
void
confab_mls_policy_set_allow_resync (ConfabMlsPolicy *self,
                                    gboolean         allow)
{
  self->allow_resync = allow;
}

/**
 * confab_mls_policy_get_now:
 * @self: a policy
 *
 * Returns: the time, in seconds since 1970
 * Since: 0.1
 */
guint64
confab_mls_policy_get_now (const ConfabMlsPolicy *self)
{
  if (self->clock_func != NULL)
    return self->clock_func (self->clock_data);

  return g_get_real_time () / G_USEC_PER_SEC;
}

/**
 * confab_mls_policy_get_check_received_lifetime:
 * @self: a policy
 *
 * Returns: whether the lifetime of received leaf nodes is checked
 * Since: 0.1
 */
gboolean
confab_mls_policy_get_check_received_lifetime (const ConfabMlsPolicy *self)
{
  return self->check_received_lifetime;
}

/**
 * confab_mls_policy_get_maximum_lifetime:
 * @self: a policy
 *
 * Returns: the longest lifetime of a key package, in seconds
 * Since: 0.1
 */
guint64
confab_mls_policy_get_maximum_lifetime (const ConfabMlsPolicy *self)
{
  return self->maximum_lifetime;
}

/**
 * confab_mls_policy_get_maximum_members:
 * @self: a policy
 *
 * Returns: the largest number of members
 * Since: 0.1
 */
guint
confab_mls_policy_get_maximum_members (const ConfabMlsPolicy *self)
{
  return self->maximum_members;
}

/**
 * confab_mls_policy_get_retained_epochs:
 * @self: a policy
 *
 * Returns: for how many past epochs late messages are read
 * Since: 0.1
 */
guint
confab_mls_policy_get_retained_epochs (const ConfabMlsPolicy *self)
{
  return self->retained_epochs;
}

/**
 * confab_mls_policy_get_retained_resumptions:
 * @self: a policy
 *
 * Returns: for how many epochs the resumption key is kept
 * Since: 0.1
 */
guint
confab_mls_policy_get_retained_resumptions (const ConfabMlsPolicy *self)
{
  return self->retained_resumptions;
}

/**
 * confab_mls_policy_get_generations_ahead:
 * @self: a policy
 *
 * Returns: how many messages of one sender may be missing before one that arrives
 * Since: 0.1
 */
guint
confab_mls_policy_get_generations_ahead (const ConfabMlsPolicy *self)
{
  return self->generations_ahead;
}

/**
 * confab_mls_policy_get_generations_kept:
 * @self: a policy
 *
 * Returns: for how many missing messages of one sender keys are kept
 * Since: 0.1
 */
guint
confab_mls_policy_get_generations_kept (const ConfabMlsPolicy *self)
{
  return self->generations_kept;
}

/**
 * confab_mls_policy_get_encrypt_handshakes:
 * @self: a policy
 *
 * Returns: whether proposals and commits are sent encrypted
 * Since: 0.1
 */
gboolean
confab_mls_policy_get_encrypt_handshakes (const ConfabMlsPolicy *self)
{
  return self->encrypt_handshakes;
}

/**
 * confab_mls_policy_get_padding:
 * @self: a policy
 *
 * Returns: what messages are padded to a multiple of, in bytes
 * Since: 0.1
 */
guint
confab_mls_policy_get_padding (const ConfabMlsPolicy *self)
{
  return self->padding;
}

/**
 * confab_mls_policy_get_allow_resync:
 * @self: a policy
 *
 * Returns: whether external commits may remove the newcomer's old leaf
 * Since: 0.1
 */
gboolean
confab_mls_policy_get_allow_resync (const ConfabMlsPolicy *self)
{
  return self->allow_resync;
}

/**
 * confab_mls_policy_check_member:
 * @self: a policy
 * @presented: who wants to be accepted
 * @replaced: (nullable): the member whose place it takes
 * @error: return location for an error
 *
 * Asks the application about somebody.
 *
 * Returns: %TRUE if it accepts
 * Since: 0.1
 */
gboolean
confab_mls_policy_check_member (const ConfabMlsPolicy  *self,
                                const ConfabMlsMember  *presented,
                                const ConfabMlsMember  *replaced,
                                GError                **error)
{
  g_autoptr (GError) cause = NULL;

  if (self->credential_func != NULL && self->credential_func (presented, replaced, self->credential_data, &cause))
    return TRUE;

  g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_CREDENTIAL, "a credential was not accepted: %s",
               cause != NULL ? cause->message : "the policy does not accept it");
  return FALSE;
}

/**
 * confab_mls_policy_check_credential: (skip)
 * @self: a policy
 * @leaf_index: the leaf, or %CONFAB_MLS_NO_NODE
 * @presented: the leaf node that is to be accepted
 * @replaced: (nullable): the leaf node whose place it takes
 * @error: return location for an error
 *
 * Asks the application about a credential.
 *
 * Returns: %TRUE if it is accepted
 * Since: 0.1
 */
gboolean
confab_mls_policy_check_credential (const ConfabMlsPolicy    *self,
                                    guint32                   leaf_index,
                                    const ConfabMlsLeafNode  *presented,
                                    const ConfabMlsLeafNode  *replaced,
                                    GError                  **error)
{
  g_autoptr (ConfabMlsMember) candidate = confab_mls_member_new (leaf_index, presented);
  g_autoptr (ConfabMlsMember) predecessor = replaced != NULL ? confab_mls_member_new (leaf_index, replaced) : NULL;

  return confab_mls_policy_check_member (self, candidate, predecessor, error);
}

/**
 * confab_mls_policy_check_lifetime: (skip)
 * @self: a policy
 * @leaf_node: a leaf node
 * @is_received: whether it arrived in a message, rather than being about to be sent
 * @error: return location for an error
 *
 * Checks the lifetime of a leaf node from a key package; others have none (RFC 9420, section 7.3).
 *
 * Returns: %TRUE if it is valid now
 * Since: 0.1
 */
gboolean
confab_mls_policy_check_lifetime (const ConfabMlsPolicy    *self,
                                  const ConfabMlsLeafNode  *leaf_node,
                                  gboolean                  is_received,
                                  GError                  **error)
{
  if (leaf_node->source != CONFAB_MLS_LEAF_SOURCE_KEY_PACKAGE || (is_received && !self->check_received_lifetime))
    return TRUE;

  guint64 now = confab_mls_policy_get_now (self);
  const char *problem = NULL;

  if (leaf_node->not_after < leaf_node->not_before)
    problem = "ends before it begins";
  else if (leaf_node->not_after - leaf_node->not_before > self->maximum_lifetime)
    problem = "is too long";
  else if (now < leaf_node->not_before)
    problem = "has not begun";
  else if (now > leaf_node->not_after)
    problem = "is over";

  if (problem == NULL)
    return TRUE;

  g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_LIFETIME, "the lifetime of a leaf node %s", problem);
  return FALSE;
}

/**
 * confab_mls_policy_find_psk:
 * @self: a policy
 * @psk: the identifier of a pre-shared key
 *
 * Asks the application for a pre-shared key.
 *
 * Returns: (transfer full) (nullable): the key
 * Since: 0.1
 */
ConfabSecret *
confab_mls_policy_find_psk (const ConfabMlsPolicy *self,
                            const ConfabMlsPskId  *psk)
{
  return self->psk_func != NULL ? self->psk_func (psk, self->psk_data) : NULL;
}

/**
 * confab_mls_accept_any_credential:
 * @presented: who wants to be a member
 * @replaced: (nullable): the member whose place it takes
 * @user_data: not used
 * @error: not used
 *
 * A callback for confab_mls_policy_set_credential_func() that believes everybody: for tests and for groups whose
 * members are verified elsewhere.
 *
 * Returns: %TRUE
 * Since: 0.1
 */
gboolean
confab_mls_accept_any_credential (const ConfabMlsMember  *presented,
                                  const ConfabMlsMember  *replaced,
                                  gpointer                user_data,
                                  GError                **error)
{
  return TRUE;
}
