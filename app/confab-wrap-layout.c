/* confab-wrap-layout.c: puts widgets side by side, and on as many lines as that takes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * AdwWrapBox does this and more from libadwaita 1.7 on; when that is the oldest one allowed, this goes.
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-wrap-layout.h"

#define SPACING 4

struct _ConfabWrapLayout
{
  GtkLayoutManager parent_instance;
};

G_DEFINE_FINAL_TYPE (ConfabWrapLayout, confab_wrap_layout, GTK_TYPE_LAYOUT_MANAGER)

static void
measure_child (GtkWidget *child,
               int       *width,
               int       *height)
{
  GtkRequisition natural = { 0, };

  gtk_widget_get_preferred_size (child, NULL, &natural);
  *width = natural.width;
  *height = natural.height;
}

/* Lays the children out in a width; returns the height that takes. */
static int
lay_out (GtkWidget *widget,
         int        available,
         gboolean   allocate)
{
  gboolean right_to_left = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int x = 0, y = 0, line_height = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int width = 0, height = 0;

      if (!gtk_widget_should_layout (child))
        continue;
      measure_child (child, &width, &height);
      if (x > 0 && x + width > available)
        {
          x = 0;
          y += line_height + SPACING;
          line_height = 0;
        }
      if (allocate)
        gtk_widget_size_allocate (
          child, &(GtkAllocation) { right_to_left ? available - x - width : x, y, width, height }, -1);
      x += width + SPACING;
      line_height = MAX (line_height, height);
    }
  return y + line_height;
}

static GtkSizeRequestMode
confab_wrap_layout_get_request_mode (GtkLayoutManager *manager,
                                     GtkWidget        *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
confab_wrap_layout_measure (GtkLayoutManager *manager,
                            GtkWidget        *widget,
                            GtkOrientation    orientation,
                            int               for_size,
                            int              *minimum,
                            int              *natural,
                            int              *minimum_baseline,
                            int              *natural_baseline)
{
  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      *minimum = *natural = lay_out (widget, for_size < 0 ? G_MAXINT : for_size, FALSE);
      return;
    }

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int width = 0, height = 0;

      if (!gtk_widget_should_layout (child))
        continue;
      measure_child (child, &width, &height);
      *minimum = MAX (*minimum, width);
      *natural += width + (*natural > 0 ? SPACING : 0);
    }
}

static void
confab_wrap_layout_allocate (GtkLayoutManager *manager,
                             GtkWidget        *widget,
                             int               width,
                             int               height,
                             int               baseline)
{
  lay_out (widget, width, TRUE);
}

static void
confab_wrap_layout_class_init (ConfabWrapLayoutClass *klass)
{
  GtkLayoutManagerClass *layout_class = GTK_LAYOUT_MANAGER_CLASS (klass);

  layout_class->get_request_mode = confab_wrap_layout_get_request_mode;
  layout_class->measure = confab_wrap_layout_measure;
  layout_class->allocate = confab_wrap_layout_allocate;
}

static void
confab_wrap_layout_init (ConfabWrapLayout *self)
{
}
