package linnet.nn.quant;

import static linnet.nn.Closeness.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import linnet.autograd.Tape;
import linnet.nn.Golden;
import linnet.nn.Linear;
import linnet.nn.Modules;
import linnet.nn.SupervisedLoss;
import linnet.nn.io.SafetensorsFile;
import linnet.nn.json.JsonCursor;
import linnet.nn.lora.AdapterFiles;
import linnet.nn.lora.Lora;
import linnet.nn.model.Models;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Models of several families with weights that bitsandbytes has quantised ({@code quantised.py}). */
class QuantizedGoldenTest {
  private static final double TOLERANCE = 1e-5;

  static Stream<Arguments> cases() {
    return Stream.of(Quantization.NF4, Quantization.INT8).flatMap(kind ->
        Stream.of("llama3", "mistral", "gpt2", "phi3", "qwen3", "gemma2")
            .map(name -> Arguments.of(kind, name)));
  }

  private static Path family(String name) {
    return Golden.path("families/" + name);
  }

  private static Path folder(Quantization kind, String name) {
    return Golden.path("quantised/" + kind.label() + "/" + name);
  }

  /** To the bit, but where the mean of all scales is rounded another way: then to the last bits. */
  @ParameterizedTest
  @MethodSource("cases")
  void weightsAreThoseOfBitsandbytes(Quantization kind, String name) {
    for (var backend : List.<Backend>of(Backends.vector(), Backends.reference())) {
      try (backend; var weights = backend.scope("weights");
          var loaded = Models.open(family(name), weights, kind);
          var values = SafetensorsFile.open(folder(kind, name).resolve("values.safetensors"))) {
        var projections = Modules.find(loaded.model(), Linear.class).values();
        assertTrue(projections.stream().allMatch(l -> l.weight().value().dtype() == kind.dtype()));
        Modules.parameters(loaded.model()).forEach((key, param) -> {
          if (param.shape().rank() == 2) {
            assertEquals(values.specs().get(key).shape(), param.shape());
            double[] expected = Golden.values(values.get(key));
            double[] actual = param.value().toDoubles();
            for (int i = 0; i < expected.length; i++) {
              assertEquals(expected[i], actual[i], Math.abs(expected[i]) * 1e-6, key + ", element " + i);
            }
          }
        });
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void logitsAndLoss(Quantization kind, String name) {
    var figures = JsonCursor.read(folder(kind, name).resolve("cases.json"));
    var rows = Golden.Rows.of(figures);
    try (var backend = Backends.vector(); var weights = backend.scope("weights");
        var loaded = Models.open(family(name), weights, kind); var step = backend.scope("step");
        var tape = Tape.noGrad(step)) {
      loaded.requireFinite();
      var logits = loaded.model().logits(tape, loaded.model().hidden(tape, rows.batch())).value();
      int token = 0;
      for (int r = 0; r < rows.rows().size(); r++) {
        for (int t = 0; t < rows.rows().get(r).length; t++, token++) {
          assertClose("logits of row " + r + ", token " + t,
              Golden.doubles(figures.at("logits").at(r).at(t)), logits.select(0, token).toDoubles(),
              TOLERANCE);
        }
      }
      var loss = SupervisedLoss.of(tape, loaded.model(), rows, 1.0 / figures.at("num_targets").asInt());
      assertClose("loss", figures.at("loss").asDouble(), loss.value().item(), TOLERANCE);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void anAdapterAndItsGradients(Quantization kind, String name) {
    var figures = JsonCursor.read(folder(kind, name).resolve("cases.json"));
    var rows = Golden.Rows.of(figures);
    try (var backend = Backends.vector(); var weights = backend.scope("weights");
        var training = backend.scope("training"); var loaded = Models.open(family(name), weights, kind);
        var grads = SafetensorsFile.open(folder(kind, name).resolve("lora_grads.safetensors"))) {
      var adapted = AdapterFiles.load(family(name).resolve("adapter"), loaded.model(), training).model();
      var merged = Lora.merge(adapted, training);
      assertTrue(Modules.find(merged, Linear.class).values().stream()
          .allMatch(linear -> linear.weight().value().dtype() == DType.F32));
      try (var step = backend.scope("step"); var tape = Tape.recording(step)) {
        var hidden = adapted.hidden(tape, rows.batch());
        int border = rows.rows().getFirst().length;
        int[] predictors =
            IntStream.range(0, rows.batch().tokens() - 1).filter(t -> t != border - 1).toArray();
        int[] targets = Arrays.stream(predictors).map(t -> rows.batch().ids()[t + 1]).toArray();
        double[] logits = adapted.logits(tape, hidden).value().select(0, border - 1).toDoubles();
        assertClose("logits", Golden.doubles(figures.at("lora_logits").at(0)), logits, TOLERANCE);
        assertClose("merged logits", logits, merged.logits(tape, merged.hidden(tape, rows.batch())).value()
            .select(0, border - 1).toDoubles(), TOLERANCE);
        var loss = SupervisedLoss.crossEntropy(tape, adapted, hidden, predictors, targets, 1);
        assertClose("loss", figures.at("lora_loss").asDouble(), loss.value().item(), TOLERANCE);
        tape.backward(loss);
      }
      assertEquals(grads.specs().size(), Lora.parameters(adapted).size());
      for (var param : Lora.parameters(adapted)) {
        assertClose("gradient of " + param.name(), Golden.values(grads.get(param.name())),
            param.grad().toDoubles(), TOLERANCE);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theSameWeightsGiveTheSameBits(Quantization kind, String name) {
    try (var backend = Backends.vector(); var weights = backend.scope("weights");
        var one = Models.open(family(name), weights, kind);
        var two = Models.open(family(name), weights, kind)) {
      var again = Modules.parameters(two.model());
      Modules.parameters(one.model()).forEach((key, param) ->
          assertArrayEquals(param.value().toFloats(), again.get(key).value().toFloats(), key));
    }
  }
}
