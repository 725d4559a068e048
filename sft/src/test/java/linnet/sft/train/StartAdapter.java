package linnet.sft.train;

import java.nio.charset.StandardCharsets;
import linnet.nn.LoraLinear;
import linnet.nn.Modules;
import linnet.nn.model.CausalLm;
import linnet.tensor.RandomKey;

/** The starting adapter of {@code benchmarks/peers/start_adapter.py}: A uniform by a formula, B zero. */
final class StartAdapter {
  private StartAdapter() {}

  static void fill(CausalLm model) {
    Modules.find(model, LoraLinear.class).forEach((path, lora) -> {
      var shape = lora.loraA().shape();
      long key = fnv1a64("base_model.model." + path + ".lora_A.weight");
      var values = new float[(int) shape.elements()];
      for (int i = 0; i < values.length; i++) {
        // element 0 of the key is one step of SplitMix64, whose state the formula counts up
        values[i] = (float) ((2.0 * new RandomKey(key + i).uniform(0) - 1) / Math.sqrt(shape.size(1)));
      }
      lora.loraA().value().copyFrom(values);
    });
  }

  private static long fnv1a64(String text) {
    long value = 0xCBF29CE484222325L;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      value = (value ^ b) * 0x100000001B3L;
    }
    return value;
  }
}
