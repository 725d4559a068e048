package linnet.benchmarks;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import linnet.nn.FrozenParam;
import linnet.nn.Modules;
import linnet.nn.model.CausalLm;
import linnet.nn.model.ModelConfig;
import linnet.nn.model.RopeConfig;
import linnet.sft.data.EncodedRow;
import linnet.tensor.DType;

/** A model of SmolLM2-135M's sizes, with random weights in mapped files, and rows of random tokens for it. */
final class SmolLm2 {
  private static final int VOCABULARY = 49_152;

  private SmolLm2() {}

  static ModelConfig config(int layers) {
    return new ModelConfig("llama", VOCABULARY, 576, 1536, layers, 9, 3, 64, 8192, 1e-5,
        new RopeConfig(100_000, new RopeConfig.Unscaled()), true, false, false, 0.02, Optional.of(1),
        List.of(2));
  }

  /** The model with frozen BF16 matrices. */
  static CausalLm frozen(Memory memory, int layers) {
    return Modules.mapParams(CausalLm.declare(config(layers)), (name, param) -> new FrozenParam(name,
        param.shape().rank() > 1 ? memory.mapped(DType.BF16, param.shape().toArray())
            : memory.random(DType.F32, param.shape().toArray())));
  }

  /** Rows of equal length; the second half of each is trained. */
  static List<EncodedRow> rows(int count, int length) {
    var random = new Random(2);
    var rows = new ArrayList<EncodedRow>();
    for (int r = 0; r < count; r++) {
      var trained = new BitSet();
      trained.set(length / 2, length);
      rows.add(new EncodedRow(random.ints(length, 0, VOCABULARY).toArray(), trained, r + 1));
    }
    return rows;
  }
}
