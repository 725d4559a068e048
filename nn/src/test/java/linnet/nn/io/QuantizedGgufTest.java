package linnet.nn.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;
import linnet.autograd.Tape;
import linnet.nn.Modules;
import linnet.nn.lora.Lora;
import linnet.nn.lora.LoraConfig;
import linnet.nn.model.CausalLm;
import linnet.nn.model.FlatBatch;
import linnet.nn.model.Models;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.RandomKey;
import linnet.tensor.Shape;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Every block type of GGUF serves as a frozen base as it is: what it computes is what its values would. */
class QuantizedGgufTest {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int HIDDEN = 256;

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = {"F64", "F32", "F16", "BF16", "I64", "I32", "U8", "NF4", "INT8"})
  void computesAsItsValuesDo(DType dtype, @TempDir Path folder) {
    var file = folder.resolve("model.gguf");
    write(file, dtype);
    try (var backend = Backends.vector(); var weights = backend.scope("model");
        var training = backend.scope("training"); var loaded = Models.load(file, weights)) {
      var model = loaded.model();
      var projection = Modules.parameters(model).get("model.layers.0.mlp.up_proj.weight").value();
      assertEquals(dtype, projection.dtype());
      var decoded = Models.trainable(model, training); // copies in F32
      for (int tokens : new int[] {1, 3, 20}) {
        assertArrayEquals(logits(decoded, tokens), logits(model, tokens), 2e-5, dtype + ", " + tokens);
      }
      var config = LoraConfig.allLinear(2, 4, 0);
      assertArrayEquals(gradient(Lora.apply(decoded, config, RandomKey.of(1), training)),
          gradient(Lora.apply(model, config, RandomKey.of(1), training)), 2e-5, dtype::toString);
    }
  }

  private static double[] logits(CausalLm model, int tokens) {
    try (var step = model.backend().scope("step"); var tape = Tape.noGrad(step)) {
      return model.logits(tape, model.hidden(tape, batch(tokens))).value().toDoubles();
    }
  }

  private static double[] gradient(CausalLm model) {
    try (var step = model.backend().scope("step"); var tape = Tape.recording(step)) {
      var hidden = model.hidden(tape, batch(20));
      tape.backward(tape.sum(tape.mul(hidden, hidden)));
      return Lora.parameters(model).stream()
          .filter(param -> param.name().endsWith("layers.0.mlp.gate_proj.lora_B.weight")).findFirst()
          .orElseThrow().grad().toDoubles();
    }
  }

  private static FlatBatch batch(int tokens) {
    var ids = new int[tokens];
    for (int t = 0; t < tokens; t++) {
      ids[t] = t * t % 5;
    }
    return FlatBatch.of(ids);
  }

  private static void write(Path file, DType dtype) {
    var values = TinyLlama.metadata();
    values.put("llama.embedding_length", GgufValue.uint32(HIDDEN));
    values.put("llama.feed_forward_length", GgufValue.uint32(HIDDEN));
    values.put("llama.rope.dimension_count", GgufValue.uint32(HIDDEN / 4));
    var random = new Random(dtype.ordinal());
    var tensors = new ArrayList<OutgoingTensor>();
    tensors.add(blocks("token_embd.weight", dtype, random, 5, HIDDEN));
    for (var norm : new String[] {"output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"}) {
      var ones = new float[HIDDEN];
      Arrays.fill(ones, 1);
      tensors.add(OutgoingTensor.of(norm + ".weight", Shape.of(HIDDEN), ones));
    }
    for (var name : new String[] {"attn_q", "attn_output", "ffn_gate", "ffn_up", "ffn_down"}) {
      tensors.add(blocks("blk.0." + name + ".weight", dtype, random, HIDDEN, HIDDEN));
    }
    for (var name : new String[] {"attn_k", "attn_v"}) {
      tensors.add(blocks("blk.0." + name + ".weight", dtype, random, HIDDEN / 2, HIDDEN));
    }
    GgufWriter.write(file, new GgufMetadata(file.toString(), values), tensors);
  }

  private static OutgoingTensor blocks(String name, DType dtype, Random random, int... sizes) {
    var spec = new TensorSpec(name, dtype, Shape.of(sizes));
    var content = new byte[(int) spec.bytes()];
    random.nextBytes(content);
    var bytes = MemorySegment.ofArray(content);
    for (long block = 0; block < content.length; block += dtype.bytesPerBlock()) {
      for (int place : scales(dtype)) {
        bytes.set(SHORT, block + place, Float.floatToFloat16((random.nextFloat() - 0.5f) / largest(dtype)));
      }
    }
    return new OutgoingTensor(spec, sink -> sink.write(bytes));
  }

  private static int[] scales(DType dtype) {
    return switch (dtype) {
      case Q4_1, Q5_1, Q4_K, Q5_K -> new int[] {0, 2};
      case Q2_K -> new int[] {80, 82};
      case Q3_K -> new int[] {108};
      case Q6_K -> new int[] {208};
      default -> new int[] {0};
    };
  }

  private static int largest(DType dtype) {
    return switch (dtype) {
      case Q8_0, Q3_K, IQ4_NL -> 128;
      case Q2_K -> 60;
      case Q4_K -> 1000;
      case Q5_K -> 2000;
      case Q6_K -> 4000;
      default -> 16;
    };
  }
}
