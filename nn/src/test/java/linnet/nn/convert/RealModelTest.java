package linnet.nn.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeSet;
import linnet.nn.SmolLm2;
import linnet.nn.io.ModelSource;
import linnet.nn.io.SafetensorsShardWriter;
import linnet.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SmolLM2-135M-Instruct, where {@code examples/models/get-smollm2} has put it; else this is skipped. */
class RealModelTest {
  /**
   * SHA-256 over the data of all tensors in the order of their names, as transformers 5.23 makes them of the
   * GGUF file ({@code from_pretrained(gguf_file=…).bfloat16()}).
   */
  private static final String TRANSFORMERS =
      "5d9bacfb6e704b2142088ab0e2548bc0de0a6b3a3179fcde6595ff2a6b30c1ec";

  @Test
  void becomesTheBf16BitsThatTransformersMakes(@TempDir Path folder) throws NoSuchAlgorithmException {
    var gguf = SmolLm2.gguf();
    var out = folder.resolve("bf16");
    try (var model = ModelSource.open(gguf)) {
      new ModelConverter(model, DType.BF16).toFolder(out, SafetensorsShardWriter.DEFAULT_SHARD_BYTES,
          _ -> { });
    }
    try (var model = ModelSource.open(out)) {
      var digest = MessageDigest.getInstance("SHA-256");
      for (String name : new TreeSet<>(model.tensors().specs().keySet())) {
        digest.update(model.tensors().get(name).bytes().asByteBuffer());
      }
      assertEquals(TRANSFORMERS, HexFormat.of().formatHex(digest.digest()));
      assertEquals(272, model.tensors().specs().size());
      assertEquals("1e-05", model.config().at("rms_norm_eps").value().compact());
    }
  }
}
