/* confab-bubble-layout.c: a text with a small footer that shares its last line where there is room
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-bubble-layout.h"

#include "confab-message-text.h"

/* The widget that has this layout has two children: a ConfabMessageText and after it the footer with time and ticks.
 * Short messages are much quieter when the time stands beside the words instead of below them, so the footer goes to
 * the end of the last line whenever that line leaves room for it.
 */

#define SPACING 10

struct _ConfabBubbleLayout
{
  GtkLayoutManager parent_instance;
};

G_DEFINE_FINAL_TYPE (ConfabBubbleLayout, confab_bubble_layout, GTK_TYPE_LAYOUT_MANAGER)

static void
get_children (GtkWidget  *widget,
              GtkWidget **text,
              GtkWidget **footer)
{
  *text = gtk_widget_get_first_child (widget);
  *footer = gtk_widget_get_last_child (widget);
}

static int
natural_width (GtkWidget *widget)
{
  int natural = 0;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
  return natural;
}

static int
height_for_width (GtkWidget *widget,
                  int        width)
{
  int natural = 0;

  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, width, NULL, &natural, NULL, NULL);
  return natural;
}

static gboolean
footer_fits_last_line (GtkWidget *text,
                       GtkWidget *footer,
                       int        width)
{
  int last_line = confab_message_text_get_last_line_width (CONFAB_MESSAGE_TEXT (text), width);

  return last_line >= 0 && last_line + SPACING + natural_width (footer) <= width;
}

static void
measure_width (GtkWidget *text,
               GtkWidget *footer,
               int       *minimum,
               int       *natural)
{
  int text_minimum = 0, text_natural = 0, footer_minimum = 0, footer_natural = 0;

  gtk_widget_measure (text, GTK_ORIENTATION_HORIZONTAL, -1, &text_minimum, &text_natural, NULL, NULL);
  gtk_widget_measure (footer, GTK_ORIENTATION_HORIZONTAL, -1, &footer_minimum, &footer_natural, NULL, NULL);

  *minimum = MAX (text_minimum, footer_minimum);
  *natural = MAX (text_natural, footer_natural);

  /* Widened by the footer when it ends beside the last line that way, which for one line of text it always does. */
  int last_line = confab_message_text_get_last_line_width (CONFAB_MESSAGE_TEXT (text), text_natural);
  if (last_line >= 0)
    *natural = MAX (*natural, MIN (last_line + SPACING + footer_natural, text_natural + SPACING + footer_natural));
}

static void
measure_height (GtkWidget *text,
                GtkWidget *footer,
                int        width,
                int       *minimum,
                int       *natural)
{
  int height = height_for_width (text, width);
  int unused = 0;

  /* The smallest height is that of the natural width, where the footer mostly needs no line of its own. */
  if (width < 0)
    measure_width (text, footer, &unused, &width);
  if (!footer_fits_last_line (text, footer, width))
    height += height_for_width (footer, -1);

  *minimum = height;
  *natural = height;
}

static GtkSizeRequestMode
confab_bubble_layout_get_request_mode (GtkLayoutManager *manager,
                                       GtkWidget        *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
confab_bubble_layout_measure (GtkLayoutManager *manager,
                              GtkWidget        *widget,
                              GtkOrientation    orientation,
                              int               for_size,
                              int              *minimum,
                              int              *natural,
                              int              *minimum_baseline,
                              int              *natural_baseline)
{
  GtkWidget *text = NULL;
  GtkWidget *footer = NULL;

  get_children (widget, &text, &footer);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    measure_width (text, footer, minimum, natural);
  else
    measure_height (text, footer, for_size, minimum, natural);
}

static void
confab_bubble_layout_allocate (GtkLayoutManager *manager,
                               GtkWidget        *widget,
                               int               width,
                               int               height,
                               int               baseline)
{
  GtkWidget *text = NULL;
  GtkWidget *footer = NULL;

  get_children (widget, &text, &footer);

  int footer_height = height_for_width (footer, -1);
  int footer_width = MIN (natural_width (footer), width);
  gboolean shares_line = footer_fits_last_line (text, footer, width);
  gboolean right_to_left = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;

  gtk_widget_size_allocate (text,
                            &(GtkAllocation) { 0, 0, width, shares_line ? height : MAX (height - footer_height, 0) },
                            -1);
  gtk_widget_size_allocate (footer,
                            &(GtkAllocation) { right_to_left ? 0 : width - footer_width, height - footer_height,
                                               footer_width, footer_height },
                            -1);
}

static void
confab_bubble_layout_class_init (ConfabBubbleLayoutClass *klass)
{
  GtkLayoutManagerClass *layout_class = GTK_LAYOUT_MANAGER_CLASS (klass);

  layout_class->get_request_mode = confab_bubble_layout_get_request_mode;
  layout_class->measure = confab_bubble_layout_measure;
  layout_class->allocate = confab_bubble_layout_allocate;
}

static void
confab_bubble_layout_init (ConfabBubbleLayout *self)
{
}
