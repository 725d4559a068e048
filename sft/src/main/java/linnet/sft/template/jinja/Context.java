package linnet.sft.template.jinja;

import java.time.ZonedDateTime;

/**
 * What built-in functions, filters and tests may use.
 *
 * @param budget what is left of the limits
 * @param now the time that {@code strftime_now} formats
 */
record Context(Budget budget, ZonedDateTime now) {}
