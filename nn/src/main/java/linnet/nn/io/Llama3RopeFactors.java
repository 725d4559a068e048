package linnet.nn.io;

import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/**
 * Llama 3.1's rotary scaling: four numbers in a Hugging Face config, and in a GGUF file the table that
 * follows from them, {@code rope_freqs.weight}, by which each frequency is divided.
 *
 * @param factor what the lowest frequencies are divided by
 * @param lowFreqFactor wavelengths beyond the original context divided by this are scaled in full
 * @param highFreqFactor wavelengths below the original context divided by this are not scaled
 * @param originalContext the context length before scaling, in tokens
 */
record Llama3RopeFactors(double factor, double lowFreqFactor, double highFreqFactor, int originalContext) {
  static final String TYPE = "llama3";
  /** All published models have these three; only the factor differs (8 or 32). */
  private static final double USUAL_LOW = 1;
  private static final double USUAL_HIGH = 4;
  private static final int USUAL_CONTEXT = 8192;
  private static final double TOLERANCE = 1e-4;

  static Llama3RopeFactors read(JsonCursor scaling) {
    return new Llama3RopeFactors(scaling.at("factor").asDouble(), scaling.at("low_freq_factor").asDouble(),
        scaling.at("high_freq_factor").asDouble(), scaling.at("original_max_position_embeddings").asInt());
  }

  /**
   * The numbers behind a table.
   *
   * @throws ModelFormatException if no usual ones give it
   */
  static Llama3RopeFactors from(float[] table, double theta, Object file) {
    double largest = 0;
    for (float value : table) {
      largest = Math.max(largest, value);
    }
    var candidate = new Llama3RopeFactors(largest, USUAL_LOW, USUAL_HIGH, USUAL_CONTEXT);
    var expected = candidate.table(theta, 2 * table.length);
    for (int i = 0; i < table.length; i++) {
      if (!(Math.abs(table[i] - expected[i]) <= TOLERANCE * expected[i])) {
        throw new ModelFormatException(file, LlamaTensorNames.ROPE_FACTORS, "found " + table[i]
            + " at index " + i + ", expected " + expected[i] + " as in Llama 3.1; other rotary scalings are"
            + " read from a Hugging Face folder only");
      }
    }
    return candidate;
  }

  /** The divisor of each of the {@code headDim / 2} frequencies. */
  float[] table(double theta, int headDim) {
    var table = new float[headDim / 2];
    for (int i = 0; i < table.length; i++) {
      double wavelength = 2 * Math.PI * Math.pow(theta, 2.0 * i / headDim);
      double turns = originalContext / wavelength;
      double smooth = Math.clamp((turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor), 0, 1);
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
