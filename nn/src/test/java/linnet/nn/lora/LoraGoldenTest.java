package linnet.nn.lora;

import static linnet.nn.Closeness.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import linnet.autograd.Tape;
import linnet.nn.FrozenParam;
import linnet.nn.Golden;
import linnet.nn.Modules;
import linnet.nn.SupervisedLoss;
import linnet.nn.TestBackend;
import linnet.nn.io.SafetensorsFile;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.CausalLm;
import linnet.nn.model.Models;
import linnet.nn.optim.AdamW;
import linnet.nn.optim.AdamWConfig;
import linnet.nn.optim.DecayRule;
import linnet.nn.optim.GradientClipping;
import linnet.nn.optim.LearningRateSchedule;
import linnet.tensor.Backend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An adapter of PEFT on the tiny Llama: loss, logits, gradients, ten steps of AdamW, the merged weights. */
class LoraGoldenTest {
  private static final JsonCursor CASES = Golden.json("lora/cases.json");
  private static final Golden.Rows ROWS = Golden.Rows.of(CASES);
  private static final double MEAN = 1.0 / CASES.at("num_targets").asInt();
  private static final String PREFIX = "base_model.model.";

  /** Runs {@code body} with the adapted model. */
  private interface Body {
    void run(Backend backend, CausalLm base, CausalLm adapted);
  }

  private static void with(TestBackend test, Body body) {
    try (var backend = test.open(); var weights = backend.scope("weights");
        var loaded = Models.load(Golden.path("models/llama"), weights, test.dtype());
        var training = backend.scope("training")) {
      body.run(backend, loaded.model(),
          AdapterFiles.load(Golden.path("lora/adapter"), loaded.model(), training).model());
    }
  }

  private static double loss(Backend backend, CausalLm model) {
    try (var step = backend.scope("step"); var tape = Tape.noGrad(step)) {
      return SupervisedLoss.of(tape, model, ROWS, MEAN).value().item();
    }
  }

  private static double backward(Backend backend, CausalLm model) {
    try (var step = backend.scope("step"); var tape = Tape.recording(step)) {
      var loss = SupervisedLoss.of(tape, model, ROWS, 1);
      tape.backward(loss);
      return loss.value().item();
    }
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void lossWithAndWithoutTheAdapter(TestBackend test) {
    with(test, (backend, base, adapted) -> {
      assertClose("loss", CASES.at("loss_base").asDouble(), loss(backend, base), test.tolerance());
      assertClose("loss", CASES.at("loss").asDouble(), loss(backend, adapted), test.tolerance());
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void logitsOfTheLastTokens(TestBackend test) {
    with(test, (backend, base, adapted) -> {
      try (var step = backend.scope("step"); var tape = Tape.noGrad(step)) {
        var batch = ROWS.batch();
        var logits = adapted.logits(tape, adapted.hidden(tape, batch)).value();
        for (int r = 0; r < ROWS.rows().size(); r++) {
          assertClose("row " + r, Golden.doubles(CASES.at("logits_last_real_position").at(r)),
              logits.select(0, batch.rows().queryStart(r + 1) - 1).toDoubles(), test.toleranceOfStored(1e-7));
        }
      }
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void gradientsOfTheAdapterAndOfNothingElse(TestBackend test) {
    with(test, (backend, base, adapted) -> {
      backward(backend, adapted);
      var params = Lora.parameters(adapted);
      try (var grads = SafetensorsFile.open(Golden.path("lora/grads.safetensors"))) {
        assertEquals(grads.specs().size(), params.size());
        for (var param : params) {
          var grad = Arrays.stream(param.grad().toDoubles()).map(g -> g * MEAN).toArray();
          assertClose(param.name(), Golden.values(grads.get(PREFIX + param.name())), grad,
              test.toleranceOfStored(1e-7));
        }
      }
      assertClose("norm", CASES.at("grad_global_norm").asDouble(),
          GradientClipping.globalNorm(params) * MEAN, test.toleranceOfStored(1e-8));
      for (var param : Modules.parameters(base).values()) {
        assertTrue(param instanceof FrozenParam && !param.variable().requiresGrad(), param.name());
      }
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void tenStepsOfAdamWithClippingAndSchedule(TestBackend test) {
    with(test, (backend, base, adapted) -> {
      try (var training = backend.scope("optimizer")) {
        var adam = new AdamW(AdamWConfig.withDecay(0.01), adapted, DecayRule.ALL, training);
        var schedule = new LearningRateSchedule.Linear(1e-2, 2);
        var steps = CASES.at("steps").elements();
        for (int s = 0; s < steps.size(); s++) {
          adam.clearGradients();
          double loss = backward(backend, adapted) * MEAN;
          double norm = GradientClipping.globalNorm(adam.params()) * MEAN;
          double rate = schedule.at(s, steps.size());
          adam.step(rate, MEAN * GradientClipping.scale(norm, 1));
          assertClose("loss of step " + s, steps.get(s).at("loss").asDouble(), loss, test.tolerance());
          assertClose("norm of step " + s, steps.get(s).at("grad_norm_before_clip").asDouble(), norm,
              10 * test.tolerance());
          assertEquals(steps.get(s).at("lr").asDouble(), rate, 1e-15);
        }
        assertClose("loss after", CASES.at("loss_after").asDouble(), loss(backend, adapted),
            test.tolerance());
        try (var after = SafetensorsFile.open(Golden.path("lora/adapter_after_10_steps.safetensors"))) {
          for (var param : adam.params()) {
            assertClose(param.name(), Golden.values(after.get(PREFIX + param.name())),
                param.value().toDoubles(), test.toleranceOfStored(1e-7));
          }
        }
      }
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void mergedWeightsAndTheLogitGap(TestBackend test) {
    with(test, (backend, base, adapted) -> {
      try (var merging = backend.scope("merged");
          var expected = SafetensorsFile.open(Golden.path("lora/merged.safetensors"))) {
        var merged = Lora.merge(adapted, merging);
        assertEquals(Modules.parameters(base).keySet(), Modules.parameters(merged).keySet());
        Modules.parameters(merged).forEach((name, param) -> assertClose(name,
            Golden.values(expected.get(name)), param.value().toDoubles(), test.toleranceOfStored(1e-7)));
        assertClose("loss", CASES.at("loss_merged").asDouble(), loss(backend, merged), test.tolerance());
        assertTrue(Lora.largestLogitGap(adapted, merged, ROWS.batch()) < 1e-5);
        assertTrue(Lora.largestLogitGap(adapted, base, ROWS.batch()) > 0.1);
        assertNull(Modules.find(merged, linnet.nn.LoraLinear.class).get("model.layers.0.self_attn.q_proj"));
      }
    });
  }
}
