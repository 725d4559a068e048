package linnet.nn.io;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import linnet.nn.json.Json;

/**
 * Llama 3.1's rotary scaling: four numbers in a Hugging Face config, and in a GGUF file the table that
 * follows from them, {@code rope_freqs.weight}, by which each frequency is divided.
 *
 * @param factor what the lowest frequencies are divided by
 * @param lowFreqFactor wavelengths beyond the original context divided by this are scaled in full
 * @param highFreqFactor wavelengths below the original context divided by this are not scaled
 * @param originalContext the context length before scaling, in tokens
 */
public record Llama3RopeFactors(double factor, double lowFreqFactor, double highFreqFactor,
    int originalContext) {
  static final String TYPE = "llama3";
  /** All published models have these three; only the factor differs (8 or 32). */
  private static final double USUAL_LOW = 1;
  private static final double USUAL_HIGH = 4;
  private static final int USUAL_CONTEXT = 8192;
  private static final double TOLERANCE = 1e-4;
  /** Numbers that are computed back from a table are rounded to so many parts of one. */
  private static final double PARTS = 1000;

  /**
   * Numbers that give a table: the usual ones, or such as follow from two frequencies that are scaled in
   * part.
   *
   * @param known the original context, where the file says it
   * @throws ModelFormatException if none do
   */
  static Llama3RopeFactors from(float[] table, double theta, OptionalInt known, Object file) {
    double largest = 0;
    for (float value : table) {
      largest = Math.max(largest, value);
    }
    int context = known.orElse(USUAL_CONTEXT);
    var usual = new Llama3RopeFactors(largest, USUAL_LOW, USUAL_HIGH, context);
    if (usual.gives(table, theta)) {
      return usual;
    }
    return Stream.of(known.isEmpty() ? ofAnotherContext(table, theta, largest)
            : Optional.<Llama3RopeFactors>empty(), solved(table, theta, largest, context))
        .flatMap(Optional::stream).filter(found -> found.gives(table, theta)).findFirst()
        .orElseThrow(() -> new ModelFormatException(file, GgufRope.FACTORS, "found a table that is none of"
            + " Llama 3.1's rotary scaling; take the model's Hugging Face folder"));
  }

  private boolean gives(float[] table, double theta) {
    var expected = table(theta, 2 * table.length);
    for (int i = 0; i < table.length; i++) {
      if (!(Math.abs(table[i] - expected[i]) <= TOLERANCE * expected[i])) {
        return false;
      }
    }
    return true;
  }

  /** The usual ramp, and the context that one frequency on it tells. */
  private static Optional<Llama3RopeFactors> ofAnotherContext(float[] table, double theta, double factor) {
    for (int i = 0; i < table.length; i++) {
      if (table[i] > 1 + TOLERANCE && table[i] < factor * (1 - TOLERANCE)) {
        double turns = USUAL_LOW + kept(table[i], factor) * (USUAL_HIGH - USUAL_LOW);
        long context = Math.round(turns / turns(i, theta, 2 * table.length, 1));
        return Optional.of(new Llama3RopeFactors(factor, USUAL_LOW, USUAL_HIGH, (int) context));
      }
    }
    return Optional.empty();
  }

  /** Of the first and the last frequency on the ramp, on which the share grows with the turns. */
  private static Optional<Llama3RopeFactors> solved(float[] table, double theta, double factor, int context) {
    int first = -1;
    int last = -1;
    for (int i = 0; i < table.length; i++) {
      if (table[i] > 1 + TOLERANCE && table[i] < factor * (1 - TOLERANCE)) {
        first = first < 0 ? i : first;
        last = i;
      }
    }
    if (first == last) {
      return Optional.empty();
    }
    double turns = turns(first, theta, 2 * table.length, context);
    double width = (turns - turns(last, theta, 2 * table.length, context))
        / (kept(table[first], factor) - kept(table[last], factor));
    double low = turns - kept(table[first], factor) * width;
    return Optional.of(new Llama3RopeFactors(factor, Math.rint(low * PARTS) / PARTS,
        Math.rint((low + width) * PARTS) / PARTS, context));
  }

  private static double kept(float divisor, double factor) {
    return (1 / divisor - 1 / factor) / (1 - 1 / factor);
  }

  private static double turns(int i, double theta, int headDim, int context) {
    return context / (2 * Math.PI * Math.pow(theta, 2.0 * i / headDim));
  }

  /** The divisor of each of the {@code headDim / 2} frequencies. */
  public float[] table(double theta, int headDim) {
    var table = new float[headDim / 2];
    for (int i = 0; i < table.length; i++) {
      double share = (turns(i, theta, headDim, originalContext) - lowFreqFactor)
          / (highFreqFactor - lowFreqFactor);
      double smooth = Math.max(0, Math.min(share, 1));
      table[i] = (float) (1 / ((1 - smooth) / factor + smooth));
    }
    return table;
  }

  Json.Obj toJson() {
    return Json.object()
        .put("rope_type", TYPE)
        .put("factor", factor)
        .put("low_freq_factor", lowFreqFactor)
        .put("high_freq_factor", highFreqFactor)
        .put("original_max_position_embeddings", originalContext)
        .build();
  }
}
