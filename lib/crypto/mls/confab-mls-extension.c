/* confab-mls-extension.c: extensions of leaf nodes, key packages, groups and group information
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-extension.h"

/* More than any use of the protocol has; it keeps the search for doubles cheap. */
#define MAXIMUM_EXTENSIONS 256

/**
 * confab_mls_extension_new:
 * @type: a type
 * @data: the content
 *
 * Returns: (transfer full): an extension
 * Since: 0.1
 */
ConfabMlsExtension *
confab_mls_extension_new (guint16  type,
                          GBytes  *data)
{
  ConfabMlsExtension *self = g_new0 (ConfabMlsExtension, 1);

  self->type = type;
  self->data = g_bytes_ref (data);

  return self;
}

/**
 * confab_mls_extension_free:
 * @self: (transfer full): an extension
 *
 * Frees an extension.
 *
 * Since: 0.1
 */
void
confab_mls_extension_free (ConfabMlsExtension *self)
{
  g_bytes_unref (self->data);
  g_free (self);
}

/**
 * confab_mls_extensions_new:
 *
 * Makes an empty list of extensions. Once handed to another function a list is shared and not changed any more.
 *
 * Returns: (transfer full) (element-type ConfabMlsExtension): a list
 * Since: 0.1
 */
GPtrArray *
confab_mls_extensions_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_extension_free);
}

/**
 * confab_mls_extensions_add:
 * @extensions: (element-type ConfabMlsExtension): a list
 * @type: the type of an extension
 * @data: its content
 *
 * Sets an extension; another one of that type is replaced.
 *
 * Since: 0.1
 */
void
confab_mls_extensions_add (GPtrArray *extensions,
                           guint16    type,
                           GBytes    *data)
{
  for (guint i = 0; i < extensions->len; i++)
    {
      ConfabMlsExtension *extension = g_ptr_array_index (extensions, i);

      if (extension->type == type)
        {
          g_bytes_unref (extension->data);
          extension->data = g_bytes_ref (data);
          return;
        }
    }

  g_ptr_array_add (extensions, confab_mls_extension_new (type, data));
}

/**
 * confab_mls_extensions_find:
 * @extensions: (element-type ConfabMlsExtension): a list
 * @type: the type of an extension
 *
 * Returns: (transfer none) (nullable): the content of the extension of that type
 * Since: 0.1
 */
GBytes *
confab_mls_extensions_find (GPtrArray *extensions,
                            guint16    type)
{
  for (guint i = 0; i < extensions->len; i++)
    {
      ConfabMlsExtension *extension = g_ptr_array_index (extensions, i);

      if (extension->type == type)
        return extension->data;
    }

  return NULL;
}

/**
 * confab_mls_extensions_read: (skip)
 * @reader: a reader
 *
 * Reads a list of extensions. A type that appears twice is an error (RFC 9420, section 13.4).
 *
 * Returns: (transfer full) (element-type ConfabMlsExtension): the list
 * Since: 0.1
 */
GPtrArray *
confab_mls_extensions_read (ConfabMlsReader *reader)
{
  GPtrArray *extensions = confab_mls_extensions_new ();
  ConfabMlsReader vector;

  confab_mls_reader_enter (reader, &vector);
  while (confab_mls_reader_has_more (&vector))
    {
      guint16 type = confab_mls_reader_u16 (&vector);

      if (confab_mls_extensions_find (extensions, type) != NULL)
        confab_mls_reader_fail (&vector, CONFAB_MLS_ERROR_EXTENSION, "a list has two extensions of one type");
      else if (extensions->len == MAXIMUM_EXTENSIONS)
        confab_mls_reader_fail (&vector, CONFAB_MLS_ERROR_TOO_LARGE, "a list has too many extensions");

      g_autoptr (GBytes) data = confab_mls_reader_bytes (&vector);
      if (confab_mls_reader_is_good (&vector))
        g_ptr_array_add (extensions, confab_mls_extension_new (type, data));
    }
  confab_mls_reader_leave (reader, &vector);

  return extensions;
}

void
confab_mls_extensions_write (GPtrArray  *extensions,
                             GByteArray *out)
{
  guint begin = confab_mls_write_begin (out);

  for (guint i = 0; i < extensions->len; i++)
    {
      ConfabMlsExtension *extension = g_ptr_array_index (extensions, i);

      confab_mls_write_u16 (out, extension->type);
      confab_mls_write_bytes (out, extension->data);
    }

  confab_mls_write_end (out, begin);
}

/**
 * confab_mls_extensions_equal:
 * @one: (element-type ConfabMlsExtension): a list
 * @other: (element-type ConfabMlsExtension): another
 *
 * Returns: whether they have the same extensions in the same order
 * Since: 0.1
 */
gboolean
confab_mls_extensions_equal (GPtrArray *one,
                             GPtrArray *other)
{
  if (one->len != other->len)
    return FALSE;

  for (guint i = 0; i < one->len; i++)
    {
      ConfabMlsExtension *left = g_ptr_array_index (one, i);
      ConfabMlsExtension *right = g_ptr_array_index (other, i);

      if (left->type != right->type || !g_bytes_equal (left->data, right->data))
        return FALSE;
    }

  return TRUE;
}

/**
 * confab_mls_extension_type_is_default: (skip)
 * @type: the type of an extension
 *
 * Whether every client supports @type without listing it in its capabilities (RFC 9420, section 7.2).
 *
 * Since: 0.1
 */
gboolean
confab_mls_extension_type_is_default (guint16 type)
{
  return type >= CONFAB_MLS_EXTENSION_APPLICATION_ID && type <= CONFAB_MLS_EXTENSION_EXTERNAL_SENDERS;
}

/**
 * confab_mls_required_capabilities_decode: (skip)
 * @data: the content of a required_capabilities extension
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): what every member must support
 * Since: 0.1
 */
ConfabMlsRequiredCapabilities *
confab_mls_required_capabilities_decode (GBytes  *data,
                                         GError **error)
{
  g_autoptr (ConfabMlsRequiredCapabilities) self = g_new0 (ConfabMlsRequiredCapabilities, 1);
  ConfabMlsReader reader;

  confab_mls_reader_init (&reader, confab_span_from_bytes (data));
  self->extensions = confab_mls_reader_u16_vector (&reader);
  self->proposals = confab_mls_reader_u16_vector (&reader);
  self->credentials = confab_mls_reader_u16_vector (&reader);

  if (!confab_mls_reader_finish (&reader, "required_capabilities", error))
    return NULL;

  return g_steal_pointer (&self);
}

static void
write_list (GByteArray    *out,
            const guint16 *values,
            gsize          n_values)
{
  guint begin = confab_mls_write_begin (out);

  for (gsize i = 0; i < n_values; i++)
    confab_mls_write_u16 (out, values[i]);

  confab_mls_write_end (out, begin);
}

/**
 * confab_mls_required_capabilities_encode:
 * @extensions: (array length=n_extensions): types of extensions
 * @n_extensions: how many
 * @proposals: (array length=n_proposals): types of proposals
 * @n_proposals: how many
 * @credentials: (array length=n_credentials): types of credentials
 * @n_credentials: how many
 *
 * Makes the content of a required_capabilities extension (RFC 9420, section 11.1).
 *
 * Returns: (transfer full): the content
 * Since: 0.1
 */
GBytes *
confab_mls_required_capabilities_encode (const guint16 *extensions,
                                         gsize          n_extensions,
                                         const guint16 *proposals,
                                         gsize          n_proposals,
                                         const guint16 *credentials,
                                         gsize          n_credentials)
{
  GByteArray *out = g_byte_array_new ();

  write_list (out, extensions, n_extensions);
  write_list (out, proposals, n_proposals);
  write_list (out, credentials, n_credentials);

  return g_byte_array_free_to_bytes (out);
}

void
confab_mls_required_capabilities_free (ConfabMlsRequiredCapabilities *self)
{
  g_clear_pointer (&self->extensions, g_array_unref);
  g_clear_pointer (&self->proposals, g_array_unref);
  g_clear_pointer (&self->credentials, g_array_unref);
  g_free (self);
}
