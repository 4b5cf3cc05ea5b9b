/* mls-party.h: a client for tests: an identity, a policy, a clock and the groups it is in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-group.h"

G_BEGIN_DECLS

#define PARTY_SUITE 0x0003
#define PARTY_NOW ((guint64) 1800000000)

typedef struct
{
  char               *name;
  guint16             suite;
  ConfabMlsIdentity  *identity;
  ConfabMlsPolicy    *policy;
  ConfabMlsGroup     *group;
  ConfabMlsKeyBundle *bundle;
  guint64             now;
  GHashTable         *psks; /* GBytes → ConfabSecret */
} Party;

Party                 *party_new             (const char             *name);
Party                 *party_new_with_suite  (const char             *name,
                                              guint16                 suite);
void                   party_free            (Party                  *self);
void                   party_add_psk         (Party                  *self,
                                              const char             *id,
                                              const char             *value);
ConfabMlsKeyPackage   *party_publish         (Party                  *self);
void                   party_create          (Party                  *self,
                                              const char             *group_id);
void                   party_join            (Party                  *self,
                                              GBytes                 *welcome);
ConfabMlsCommitResult *party_add             (Party                  *self,
                                              Party                 **others,
                                              gsize                   n_others);
void                   party_merge           (Party                  *self);
ConfabMlsEvent        *party_process         (Party                  *self,
                                              GBytes                 *message);
void                   party_process_quietly (Party                  *self,
                                              GBytes                 *message);
void                   party_refuse          (Party                  *self,
                                              GBytes                 *message,
                                              ConfabMlsError          code);
GBytes                *party_say             (Party                  *self,
                                              const char             *text);
void                   party_hear            (Party                  *self,
                                              GBytes                 *message,
                                              const char             *text);
void                   party_restart         (Party                  *self);
void                   parties_assert_agree  (Party                 **parties,
                                              gsize                   n_parties);
void                   parties_found         (Party                 **parties,
                                              gsize                   n_parties,
                                              const char             *group_id);
void                   parties_follow        (Party                 **parties,
                                              gsize                   n_parties,
                                              Party                  *except,
                                              GBytes                 *message);
GBytes                *bytes_flip            (GBytes                 *bytes,
                                              gsize                   place);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Party, party_free)

G_END_DECLS
