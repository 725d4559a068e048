package linnet.cli;

import java.awt.Color;
import java.nio.channels.Channels;
import java.nio.file.Path;
import linnet.nn.io.AtomicFile;
import linnet.sft.train.TrainingEvent;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The losses of a run as a picture; with a logarithmic axis where they fall by powers of ten. */
final class LossCurve {
  private LossCurve() {}

  /** Writes a PNG of 900 × 500 pixels. */
  static void write(Path file, String title, Progress progress) {
    var chart = new XYChartBuilder().width(900).height(500).title(title).xAxisTitle("step")
        .yAxisTitle("loss (mean negative log-likelihood of trained tokens)").build();
    var steps = progress.steps();
    var style = chart.getStyler();
    style.setXAxisMin(0.0).setXAxisTickMarkSpacingHint(90).setYAxisLogarithmic(isLogarithmic(progress))
        .setYAxisDecimalPattern("0.####");
    style.setPlotGridLinesColor(new Color(0xDDDDDD)).setPlotBorderVisible(false)
        .setChartBackgroundColor(Color.WHITE);
    style.setLegendPosition(LegendPosition.InsideNE).setLegendVisible(!progress.validations().isEmpty());
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

  private static boolean isLogarithmic(Progress progress) {
    var losses = progress.steps().stream().mapToDouble(TrainingEvent.Step::loss).summaryStatistics();
    return losses.getMin() > 0 && losses.getMax() > 10 * losses.getMin();
  }
}
