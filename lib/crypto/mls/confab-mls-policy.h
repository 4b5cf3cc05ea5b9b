/* confab-mls-policy.h: what the application decides: whom to believe, what time it is, how much to keep
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-member.h"
#include "confab-mls-psk.h"

G_BEGIN_DECLS

typedef struct _ConfabMlsPolicy ConfabMlsPolicy;

/**
 * ConfabMlsCredentialFunc:
 * @presented: who wants to be a member; the leaf index is %CONFAB_MLS_NO_NODE where it is not known yet
 * @replaced: (nullable): the member whose place it takes, when a member changes its own leaf
 * @user_data: from confab_mls_policy_set_credential_func()
 * @error: return location for an error
 *
 * Decides whether a credential is true and its holder welcome (RFC 9420, section 5.3.1).
 *
 * Returns: %TRUE to accept; %FALSE with @error set otherwise
 * Since: 0.1
 */
typedef gboolean      (*ConfabMlsCredentialFunc) (const ConfabMlsMember  *presented,
                                                  const ConfabMlsMember  *replaced,
                                                  gpointer                user_data,
                                                  GError                **error);

/**
 * ConfabMlsPskFunc:
 * @psk: the identifier of a pre-shared key
 * @user_data: from confab_mls_policy_set_psk_func()
 *
 * Looks up an external pre-shared key, or the resumption key of another group.
 *
 * Returns: (transfer full) (nullable): the key, or %NULL if there is none
 * Since: 0.1
 */
typedef ConfabSecret *(*ConfabMlsPskFunc)        (const ConfabMlsPskId   *psk,
                                                  gpointer                user_data);

/**
 * ConfabMlsClockFunc:
 * @user_data: from confab_mls_policy_set_clock()
 *
 * Returns: the time in seconds since 1970
 * Since: 0.1
 */
typedef guint64       (*ConfabMlsClockFunc)      (gpointer                user_data);

ConfabMlsPolicy *confab_mls_policy_new                         (void);
ConfabMlsPolicy *confab_mls_policy_ref                         (ConfabMlsPolicy          *self);
void             confab_mls_policy_unref                       (ConfabMlsPolicy          *self);
void             confab_mls_policy_set_credential_func         (ConfabMlsPolicy          *self,
                                                                ConfabMlsCredentialFunc   func,
                                                                gpointer                  user_data,
                                                                GDestroyNotify            destroy);
void             confab_mls_policy_set_psk_func                (ConfabMlsPolicy          *self,
                                                                ConfabMlsPskFunc          func,
                                                                gpointer                  user_data,
                                                                GDestroyNotify            destroy);
void             confab_mls_policy_set_clock                   (ConfabMlsPolicy          *self,
                                                                ConfabMlsClockFunc        func,
                                                                gpointer                  user_data,
                                                                GDestroyNotify            destroy);
void             confab_mls_policy_set_check_received_lifetime (ConfabMlsPolicy          *self,
                                                                gboolean                  check);
void             confab_mls_policy_set_maximum_lifetime        (ConfabMlsPolicy          *self,
                                                                guint64                   seconds);
void             confab_mls_policy_set_maximum_members         (ConfabMlsPolicy          *self,
                                                                guint                     maximum);
void             confab_mls_policy_set_retained_epochs         (ConfabMlsPolicy          *self,
                                                                guint                     n_epochs);
void             confab_mls_policy_set_retained_resumptions    (ConfabMlsPolicy          *self,
                                                                guint                     n_epochs);
void             confab_mls_policy_set_generation_window       (ConfabMlsPolicy          *self,
                                                                guint                     ahead,
                                                                guint                     kept);
void             confab_mls_policy_set_encrypt_handshakes      (ConfabMlsPolicy          *self,
                                                                gboolean                  encrypt);
void             confab_mls_policy_set_padding                 (ConfabMlsPolicy          *self,
                                                                guint                     multiple);
void             confab_mls_policy_set_allow_resync            (ConfabMlsPolicy          *self,
                                                                gboolean                  allow);

guint64          confab_mls_policy_get_now                     (const ConfabMlsPolicy    *self);
gboolean         confab_mls_policy_get_check_received_lifetime (const ConfabMlsPolicy    *self);
guint64          confab_mls_policy_get_maximum_lifetime        (const ConfabMlsPolicy    *self);
guint            confab_mls_policy_get_maximum_members         (const ConfabMlsPolicy    *self);
guint            confab_mls_policy_get_retained_epochs         (const ConfabMlsPolicy    *self);
guint            confab_mls_policy_get_retained_resumptions    (const ConfabMlsPolicy    *self);
guint            confab_mls_policy_get_generations_ahead       (const ConfabMlsPolicy    *self);
guint            confab_mls_policy_get_generations_kept        (const ConfabMlsPolicy    *self);
gboolean         confab_mls_policy_get_encrypt_handshakes      (const ConfabMlsPolicy    *self);
guint            confab_mls_policy_get_padding                 (const ConfabMlsPolicy    *self);
gboolean         confab_mls_policy_get_allow_resync            (const ConfabMlsPolicy    *self);

gboolean         confab_mls_policy_check_credential            (const ConfabMlsPolicy    *self,
                                                                guint32                   leaf_index,
                                                                const ConfabMlsLeafNode  *presented,
                                                                const ConfabMlsLeafNode  *replaced,
                                                                GError                  **error);
gboolean         confab_mls_policy_check_member                (const ConfabMlsPolicy    *self,
                                                                const ConfabMlsMember    *presented,
                                                                const ConfabMlsMember    *replaced,
                                                                GError                  **error);
gboolean         confab_mls_policy_check_lifetime              (const ConfabMlsPolicy    *self,
                                                                const ConfabMlsLeafNode  *leaf_node,
                                                                gboolean                  is_received,
                                                                GError                  **error);
ConfabSecret    *confab_mls_policy_find_psk                    (const ConfabMlsPolicy    *self,
                                                                const ConfabMlsPskId     *psk);

gboolean         confab_mls_accept_any_credential              (const ConfabMlsMember    *presented,
                                                                const ConfabMlsMember    *replaced,
                                                                gpointer                  user_data,
                                                                GError                  **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsPolicy, confab_mls_policy_unref)

G_END_DECLS
