package linnet.sft.hub;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;

/** How long to wait before a server is asked again: as long as it says, else longer each time. */
interface Pauses {
  /** A server that asks for more is not waited for. */
  Duration LONGEST = Duration.ofMinutes(5);

  /** Real ones. */
  Pauses REAL = pause -> {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HubException("interrupted");
    }
  };

  /** Waits. */
  void pause(Duration pause);

  /**
   * The pause where the server says nothing: 1, 2, 4 and from then on 8 seconds.
   *
   * @param tries how often it was asked, from 1 on
   */
  default Duration after(int tries) {
    return Duration.ofSeconds(1L << Math.min(tries - 1, 3));
  }

  /**
   * The pause after an answer: by {@code RateLimit} or {@code Retry-After} (seconds, or a date), which count
   * whole seconds, and one more is waited.
   */
  default Duration after(int tries, HttpHeaders headers) {
    var limit = Pattern.compile(";\\s*r\\s*=\\s*0\\s*;\\s*t\\s*=\\s*(\\d{1,9})")
        .matcher(headers.firstValue("RateLimit").orElse(""));
    if (limit.find()) {
      return Duration.ofSeconds(Long.parseLong(limit.group(1)) + 1);
    }
    var text = headers.firstValue("Retry-After").orElse("").strip();
    if (text.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(text) + 1);
    }
    try {
      var until = Duration.between(ZonedDateTime.now(), ZonedDateTime.parse(text,
          DateTimeFormatter.RFC_1123_DATE_TIME));
      return until.isNegative() ? after(tries) : until.plusSeconds(1);
    } catch (DateTimeParseException noDate) {
      return after(tries);
    }
  }
}
