package linnet.cli;

import java.time.Duration;
import java.util.function.Consumer;
import linnet.nn.json.Json;
import linnet.sft.hub.PullEvent;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows a download: a bar on a terminal, now and then a line elsewhere, events for machines. */
final class PullProgress implements Consumer<PullEvent>, AutoCloseable {
  private static final int WIDTH = 100; // columns of the bar's line
  private static final Duration LINE_INTERVAL = Duration.ofSeconds(10);
  private static final Duration EVENT_INTERVAL = Duration.ofSeconds(1);
  private static final Duration BAR_INTERVAL = Duration.ofMillis(200);

  private final Output output;
  private final boolean showsBar;
  private final Duration interval;
  private final long start = System.nanoTime();
  private ProgressBar bar;
  private double lastShown;
  private double begun = Double.NaN;
  private long firstReceived;
  private int files;
  private long earlierModels;
  private long received;

  PullProgress(Output output) {
    this.output = output;
    showsBar = !output.isJson() && Terminal.isPresent();
    interval = output.isJson() ? EVENT_INTERVAL : showsBar ? BAR_INTERVAL : LINE_INTERVAL;
  }

  /** How many files were put into the cache. */
  int files() {
    return files;
  }

  /** How many bytes came, over all files. */
  long bytes() {
    return earlierModels + received;
  }

  @Override
  public void accept(PullEvent event) {
    switch (event) {
      case PullEvent.Planned planned -> show(planned);
      case PullEvent.Progress progress -> show(progress);
      case PullEvent.Done done -> show(done);
      case PullEvent.Notice notice -> {
        clearBar();
        Notices.print(output, notice.text());
      }
    }
  }

  private void show(PullEvent.Planned planned) {
    clearBar();
    output.say("pulling %s: %s, %s to come", planned.model(), Counted.of(planned.files(), "file"),
        PeakMemory.text(planned.bytes()));
    output.event("download", Json.object().put("model", planned.model().toString())
        .put("files", planned.files())
        .put("bytes", planned.bytes()));
  }

  private void show(PullEvent.Progress progress) {
    if (progress.received() < received) {
      earlierModels += received;
      begun = Double.NaN;
    }
    received = progress.received();
    double now = (System.nanoTime() - start) * 1e-9;
    if (Double.isNaN(begun)) {
      begun = now;
      firstReceived = progress.received();
      lastShown = now;
      return;
    }
    if (now - lastShown < interval.toMillis() / 1e3) {
      return;
    }
    lastShown = now;
    double rate = (progress.received() - firstReceived) / (now - begun);
    var left = Duration.ofSeconds(Math.round(progress.left() / Math.max(rate, 1)));
    if (showsBar) {
      bar().maxHint(progress.received() + progress.left() >> 10);
      bar.stepTo(progress.received() >> 10);
      bar.setExtraMessage(" %s, %s/s, %s left".formatted(progress.file(), PeakMemory.text((long) rate),
          clock(left)));
    } else {
      output.say("%s: %s of %s, %s/s, %s left", progress.file(), PeakMemory.text(progress.bytes()),
          PeakMemory.text(progress.size()), PeakMemory.text((long) rate), clock(left));
    }
    output.event("progress", Json.object().put("file", progress.file()).put("bytes", progress.bytes())
        .put("size", progress.size()).put("received", progress.received()).put("left", progress.left())
        .put("bytesPerSecond", rate).put("secondsLeft", left.toSeconds()));
  }

  private void show(PullEvent.Done done) {
    files++;
    if (bar != null) {
      bar.stepTo(received >> 10); // it is drawn once more when it is closed
    }
    clearBar();
    output.say("  %-40s %10s%s", done.file(), PeakMemory.text(done.size()),
        done.checked() ? "" : "  (the server gives no checksum)");
    output.event("file", Json.object().put("file", done.file()).put("size", done.size())
        .put("checked", done.checked()));
  }

  private static String clock(Duration left) {
    return left.toHours() > 0
        ? "%d:%02d:%02d".formatted(left.toHours(), left.toMinutesPart(), left.toSecondsPart())
        : "%d:%02d".formatted(left.toMinutes(), left.toSecondsPart());
  }

  private ProgressBar bar() {
    if (bar == null) {
      bar = new ProgressBarBuilder().setTaskName("pull").setUnit("KiB", 1).setStyle(ProgressBarStyle.ASCII)
          .setUpdateIntervalMillis((int) BAR_INTERVAL.toMillis()).hideEta()
          .setConsumer(new ConsoleProgressBarConsumer(System.out, WIDTH)).build();
    }
    return bar;
  }

  private void clearBar() {
    if (bar != null) {
      output.stream("\r" + " ".repeat(WIDTH) + "\r");
    }
  }

  /** Ends the bar's line. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
