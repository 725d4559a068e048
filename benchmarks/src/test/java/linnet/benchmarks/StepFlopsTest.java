package linnet.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import linnet.nn.Modules;
import linnet.nn.Param;
import linnet.nn.lora.Lora;
import linnet.nn.lora.LoraConfig;
import linnet.nn.model.CausalLm;
import linnet.nn.model.ModelConfig;
import linnet.nn.model.Models;
import linnet.sft.data.EncodedRow;
import linnet.tensor.Backends;
import linnet.tensor.RandomKey;
import org.junit.jupiter.api.Test;

/** Holds the formula against the sizes of the model's own parameters. */
class StepFlopsTest {
  private static final int RANK = 8;
  private static final ModelConfig CONFIG = SmolLm2.config(2);
  private static final List<EncodedRow> ROWS = SmolLm2.rows(2, 11); // 10 tokens read, 6 trained in each
  private static final double TOKENS = 20;
  private static final double TRAINED = 12;
  private static final double PAIRS = 2 * 55;
  private static final double SEEN = 2 * 45; // by the last six of ten tokens
  private static final double HEAD = 2 * TRAINED * 49_152 * 576;
  private static final double ATTENTION = 6 * 2 * (PAIRS + SEEN) * 576;

  @Test
  void everyWeightIsUsedThreeTimesWhereAllTrain() {
    double products = products(Modules.parameters(CausalLm.declare(CONFIG)), StepFlopsTest::isOfLayer);
    assertEquals(3 * products + ATTENTION + 3 * HEAD, new StepFlops(CONFIG, 0).of(ROWS));
  }

  @Test
  void adaptersSpareTheWeightsGradientsAndTheFirstInputs() {
    try (var planner = Backends.planning(); var scope = planner.scope("model")) {
      var base = Models.initialize(CONFIG, RandomKey.of(1), scope);
      var adapted = Lora.apply(base, LoraConfig.allLinear(RANK, 16, 0), RandomKey.of(1), scope);
      var params = Modules.parameters(adapted);
      double weights = products(params, name -> isOfLayer(name) && !name.contains("lora"));
      double adapters = products(params, name -> name.contains("lora"));
      double first = products(params, name -> isFirst(name) && !name.contains("lora"));
      double firstA = products(params, name -> isFirst(name) && name.contains("lora_A"));
      double products = 2 * weights - first + 3 * adapters - firstA;
      assertEquals(products + ATTENTION + 2 * HEAD, new StepFlops(CONFIG, RANK).of(ROWS));
    }
  }

  private static boolean isOfLayer(String name) {
    return name.contains(".layers.") && !name.contains("norm");
  }

  private static boolean isFirst(String name) {
    return name.matches(".*layers\\.0\\.self_attn\\.[qkv]_proj.*");
  }

  /** Operations of a forward pass through the parameters; the last layer's keys and values are of all tokens. */
  private static double products(Map<String, Param> params, Predicate<String> counted) {
    return params.entrySet().stream().filter(entry -> counted.test(entry.getKey()))
        .mapToDouble(entry -> 2 * entry.getValue().shape().elements()
            * (entry.getKey().matches(".*layers\\.1\\.(?!.*[kv]_proj).*") ? TRAINED : TOKENS)).sum();
  }
}
