package linnet.sft.template.jinja;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** Python's {@code strftime} in the C locale, for a time without a zone, with glibc's {@code %-d} forms. */
final class Strftime {
  private static final int LONGEST_PART = 32;

  private final Budget budget;
  private final ZonedDateTime time;
  private final StringBuilder out = new StringBuilder();

  private Strftime(Budget budget, ZonedDateTime time) {
    this.budget = budget;
    this.time = time;
  }

  static String format(ZonedDateTime time, String format, Budget budget) {
    var formatter = new Strftime(budget, time);
    formatter.expand(format);
    return formatter.out.toString();
  }

  private void expand(String format) {
    for (var i = 0; i < format.length(); i++) {
      var c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        out.append(c);
        continue;
      }
      var flag = "-_0^#".indexOf(format.charAt(i + 1)) >= 0 && i + 2 < format.length() ? format.charAt(++i)
          : 0;
      directive(format.charAt(++i), flag);
    }
  }

  private void directive(char directive, int flag) {
    budget.characters(out.length(), LONGEST_PART);
    switch (directive) {
      case 'a' -> text("EEE", flag);
      case 'A' -> text("EEEE", flag);
      case 'b', 'h' -> text("MMM", flag);
      case 'B' -> text("MMMM", flag);
      case 'c' -> expand("%a %b %e %H:%M:%S %Y");
      case 'C' -> number(time.getYear() / 100, 2, '0', flag);
      case 'd' -> number(time.getDayOfMonth(), 2, '0', flag);
      case 'D', 'x' -> expand("%m/%d/%y");
      case 'e' -> number(time.getDayOfMonth(), 2, ' ', flag);
      case 'f' -> out.append(String.format("%06d", time.getNano() / 1000));
      case 'F' -> expand("%Y-%m-%d");
      case 'g' -> number(time.get(IsoFields.WEEK_BASED_YEAR) % 100, 2, '0', flag);
      case 'G' -> number(time.get(IsoFields.WEEK_BASED_YEAR), 4, '0', flag);
      case 'H' -> number(time.getHour(), 2, '0', flag);
      case 'I' -> number(time.get(ChronoField.CLOCK_HOUR_OF_AMPM), 2, '0', flag);
      case 'j' -> number(time.getDayOfYear(), 3, '0', flag);
      case 'k' -> number(time.getHour(), 2, ' ', flag);
      case 'l' -> number(time.get(ChronoField.CLOCK_HOUR_OF_AMPM), 2, ' ', flag);
      case 'm' -> number(time.getMonthValue(), 2, '0', flag);
      case 'M' -> number(time.getMinute(), 2, '0', flag);
      case 'n' -> out.append('\n');
      case 'p' -> out.append(time.getHour() < 12 ? flag == '#' ? "am" : "AM" : flag == '#' ? "pm" : "PM");
      case 'P' -> out.append(time.getHour() < 12 ? "am" : "pm");
      case 'r' -> expand("%I:%M:%S %p");
      case 'R' -> expand("%H:%M");
      case 's' -> out.append(time.toEpochSecond());
      case 'S' -> number(time.getSecond(), 2, '0', flag);
      case 't' -> out.append('\t');
      case 'T', 'X' -> expand("%H:%M:%S");
      case 'u' -> out.append(time.getDayOfWeek().getValue());
      case 'U' -> number((time.getDayOfYear() + 6 - time.getDayOfWeek().getValue() % 7) / 7, 2, '0', flag);
      case 'V' -> number(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2, '0', flag);
      case 'w' -> out.append(time.getDayOfWeek().getValue() % 7);
      case 'W' -> number((time.getDayOfYear() + 7 - time.getDayOfWeek().getValue()) / 7, 2, '0', flag);
      case 'y' -> number(time.getYear() % 100, 2, '0', flag);
      case 'Y' -> number(time.getYear(), 4, '0', flag);
      case 'z', 'Z' -> { } // Python's datetime.now() has no zone
      case '%' -> out.append('%');
      default -> out.append('%').append(directive);
    }
  }

  private void number(int value, int width, char fill, int flag) {
    var digits = Integer.toString(value);
    var filler = flag == '-' ? 0 : flag == '_' ? ' ' : flag == '0' ? '0' : fill;
    if (filler != 0) {
      out.repeat(filler, Math.max(0, width - digits.length()));
    }
    out.append(digits);
  }

  private void text(String pattern, int flag) {
    var text = DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
    out.append(flag == '^' || flag == '#' ? text.toUpperCase(Locale.ROOT) : text);
  }
}
