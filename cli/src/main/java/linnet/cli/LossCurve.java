package linnet.cli;

import java.nio.channels.Channels;
import java.nio.file.Path;
import linnet.nn.io.AtomicFile;
import linnet.sft.train.TrainingEvent;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The losses of a run as a picture. */
final class LossCurve {
  private LossCurve() {}

  /** Writes a PNG of 900 × 500 pixels. */
  static void write(Path file, String title, Progress progress) {
    var chart = new XYChartBuilder().width(900).height(500).title(title).xAxisTitle("step")
        .yAxisTitle("loss (mean negative log-likelihood of trained tokens)").build();
    chart.getStyler().setLegendPosition(LegendPosition.InsideNE).setMarkerSize(7);
    var steps = progress.steps();
    chart.addSeries("training", steps.stream().mapToDouble(TrainingEvent.Step::step).toArray(),
        steps.stream().mapToDouble(TrainingEvent.Step::loss).toArray()).setMarker(SeriesMarkers.NONE);
    var validations = progress.validations();
    if (!validations.isEmpty()) {
      chart.addSeries("held out", validations.stream().mapToDouble(TrainingEvent.Validation::step).toArray(),
          validations.stream().mapToDouble(TrainingEvent.Validation::loss).toArray());
    }
    AtomicFile.write(file, out -> BitmapEncoder.saveBitmap(chart, Channels.newOutputStream(out),
        BitmapEncoder.BitmapFormat.PNG));
  }
}
