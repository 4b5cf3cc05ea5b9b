/* test-wheel.c: deadlines are called in their second, once, and may be moved
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "net/wheel.h"

typedef struct
{
  WheelEntry entry;
  guint n_calls;
  Wheel *wheel;
  gint64 again;          /* seconds until it wants to be called again; 0: not */
  WheelEntry *removes;   /* another entry, nullable */
} Alarm;

static void
on_due (WheelEntry *entry)
{
  Alarm *self = (Alarm *) entry;

  g_assert_false (wheel_has (entry));
  self->n_calls++;
  if (self->again > 0)
    wheel_set (self->wheel, entry, self->wheel->now + self->again);
  if (self->removes != NULL)
    wheel_remove (self->removes);
}

static Alarm
alarm_new (Wheel *wheel)
{
  return (Alarm) { .entry.call = on_due, .wheel = wheel };
}

static void
test_due (void)
{
  static const gint64 delays[] = { 1, 5, 127, 128, 129, 300 };
  Wheel wheel;

  for (gsize i = 0; i < G_N_ELEMENTS (delays); i++)
    {
      Alarm alarm = alarm_new (&wheel);

      wheel_init (&wheel, 1000);
      wheel_set (&wheel, &alarm.entry, 1000 + delays[i]);
      for (gint64 now = 1001; now < 1000 + delays[i]; now++)
        wheel_advance (&wheel, now);
      g_assert_cmpuint (alarm.n_calls, ==, 0);
      wheel_advance (&wheel, 1000 + delays[i]);
      g_assert_cmpuint (alarm.n_calls, ==, 1);
      wheel_advance (&wheel, 2000);
      g_assert_cmpuint (alarm.n_calls, ==, 1);
    }
}

/* A machine that slept. */
static void
test_jump (void)
{
  Wheel wheel;
  Alarm near = alarm_new (&wheel), far = alarm_new (&wheel), later = alarm_new (&wheel);

  wheel_init (&wheel, 0);
  wheel_set (&wheel, &near.entry, 3);
  wheel_set (&wheel, &far.entry, 900);
  wheel_set (&wheel, &later.entry, 5000);
  wheel_advance (&wheel, 1000);
  g_assert_cmpuint (near.n_calls, ==, 1);
  g_assert_cmpuint (far.n_calls, ==, 1);
  g_assert_cmpuint (later.n_calls, ==, 0);
  wheel_remove (&later.entry);
}

static void
test_move_and_past (void)
{
  Wheel wheel;
  Alarm moved = alarm_new (&wheel), past = alarm_new (&wheel);

  wheel_init (&wheel, 100);
  wheel_set (&wheel, &moved.entry, 105);
  wheel_set (&wheel, &moved.entry, 110);
  wheel_set (&wheel, &past.entry, 7);
  wheel_advance (&wheel, 101);
  g_assert_cmpuint (past.n_calls, ==, 1);
  wheel_advance (&wheel, 109);
  g_assert_cmpuint (moved.n_calls, ==, 0);
  wheel_advance (&wheel, 110);
  g_assert_cmpuint (moved.n_calls, ==, 1);
}

static void
test_again (void)
{
  Wheel wheel;
  Alarm often = alarm_new (&wheel), seldom = alarm_new (&wheel);

  wheel_init (&wheel, 0);
  often.again = 1;
  seldom.again = WHEEL_SLOTS;
  wheel_set (&wheel, &often.entry, 1);
  wheel_set (&wheel, &seldom.entry, 1);
  for (gint64 now = 1; now <= 2 * WHEEL_SLOTS; now++)
    wheel_advance (&wheel, now);
  g_assert_cmpuint (often.n_calls, ==, 2 * WHEEL_SLOTS);
  g_assert_cmpuint (seldom.n_calls, ==, 2);
  wheel_remove (&often.entry);
  wheel_remove (&seldom.entry);
}

static void
test_remove_while_called (void)
{
  Wheel wheel;
  Alarm first = alarm_new (&wheel), second = alarm_new (&wheel);

  wheel_init (&wheel, 0);
  first.removes = &second.entry;
  wheel_set (&wheel, &first.entry, 2);
  wheel_set (&wheel, &second.entry, 2);
  wheel_advance (&wheel, 2);
  g_assert_cmpuint (first.n_calls, ==, 1);
  g_assert_cmpuint (second.n_calls, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wheel/due", test_due);
  g_test_add_func ("/wheel/jump", test_jump);
  g_test_add_func ("/wheel/move-and-past", test_move_and_past);
  g_test_add_func ("/wheel/again", test_again);
  g_test_add_func ("/wheel/remove-while-called", test_remove_while_called);
  return g_test_run ();
}
