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
  private static final double PAIRS = 2 * 55;
  private static final double HEAD = 2 * 12 * 49_152.0 * 576;
  private static final double ATTENTION = 2 * 6 * 2 * PAIRS * 576;

  @Test
  void everyWeightIsUsedThreeTimesWhereAllTrain() {
    double weights = count(Modules.parameters(CausalLm.declare(CONFIG)), StepFlopsTest::isOfLayer);
    assertEquals(6 * TOKENS * weights + ATTENTION + 3 * HEAD, new StepFlops(CONFIG, 0).of(ROWS));
  }

  @Test
  void adaptersSpareTheWeightsGradientsAndTheFirstInputs() {
    try (var planner = Backends.planning(); var scope = planner.scope("model")) {
      var base = Models.initialize(CONFIG, RandomKey.of(1), scope);
      var adapted = Lora.apply(base, LoraConfig.allLinear(RANK, 16, 0), RandomKey.of(1), scope);
      var params = Modules.parameters(adapted);
      double weights = count(params, name -> isOfLayer(name) && !name.contains("lora"));
      double adapters = count(params, name -> name.contains("lora"));
      double first = count(params, name -> isFirst(name) && !name.contains("lora"));
      double firstA = count(params, name -> isFirst(name) && name.contains("lora_A"));
      double products = 2 * TOKENS * (2 * weights - first + 3 * adapters - firstA);
      assertEquals(products + ATTENTION + 2 * HEAD, new StepFlops(CONFIG, RANK).of(ROWS));
    }
  }

  private static boolean isOfLayer(String name) {
    return name.contains(".layers.") && !name.contains("norm");
  }

  private static boolean isFirst(String name) {
    return name.matches(".*layers\\.0\\.self_attn\\.[qkv]_proj.*");
  }

  private static double count(Map<String, Param> params, Predicate<String> wanted) {
    return params.entrySet().stream().filter(entry -> wanted.test(entry.getKey()))
        .mapToLong(entry -> entry.getValue().shape().elements()).sum();
  }
}
