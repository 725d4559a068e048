package linnet.nn.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import linnet.nn.Golden;
import linnet.nn.io.Bytes;
import linnet.nn.io.ContentHash;
import linnet.nn.io.FolderModel;
import linnet.nn.io.GgufFamilies;
import linnet.nn.io.GgufFile;
import linnet.nn.io.GgufMetadata;
import linnet.nn.io.GgufValue;
import linnet.nn.io.GgufWriter;
import linnet.nn.io.OutgoingTensor;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.Checkpoint;
import linnet.tensor.DType;
import linnet.tensor.Shape;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tensors and keys of each family as llama.cpp's converter writes them, see gguf_golden.py. */
class GgufGoldenTest {
  /** What that converter says otherwise, for a reason. */
  private static final Map<String, Set<String>> ITS_OWN = Map.of(
      // without dynamic scaling, for which GGUF has no word; here these keys are refused when read back
      "families/llama-dynamic", Set.of("llama.context_length"),
      // said even where nothing is stretched
      "families/phi3", Set.of("phi3.rope.scaling.original_context_length"),
      // 4 times the hidden size, whatever the model has
      "families/phi", Set.of("phi2.feed_forward_length"));

  @TempDir
  Path folder;

  static Stream<String> cases() {
    return Golden.json("gguf/families.json").members().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tensorsAndKeysAreThoseOfLlamaCpp(String name) {
    var expected = Golden.json("gguf/families.json").at(name);
    try (var source = FolderModel.open(Golden.path(name))) {
      var checkpoint = Checkpoint.of(source);
      var family = GgufFamilies.ofModelType(checkpoint.config().modelType()).orElseThrow();
      var keys = GgufKeys.of(checkpoint.config(), family);
      var tensors = new ArrayList<>(new GgufModelWriter(source, new GgufTypes(DType.F32))
          .tensors(source, checkpoint, family));
      keys.tables().forEach((table, values) ->
          tensors.add(OutgoingTensor.of(table, Shape.of(values.length), values)));
      var path = folder.resolve("model.gguf");
      GgufWriter.write(path, new GgufMetadata("test", new LinkedHashMap<>()), tensors);
      try (var written = GgufFile.open(path)) {
        var theirs = expected.at("tensors").members();
        assertEquals(theirs.keySet(), Set.copyOf(written.specs().keySet()));
        theirs.forEach((tensor, described) -> {
          var ours = written.get(tensor);
          assertEquals(described.at("shape").value(), Json.ints(ours.shape().toArray()), tensor);
          if (tensor.startsWith("rope_")) {
            assertArrayEquals(Golden.doubles(described.at("values")), Golden.values(ours), 1e-6, tensor);
          } else {
            assertEquals(described.at("sha256").asString(), sha256(Bytes.of(ours)), tensor);
          }
        });
      }
      assertEquals(family.architecture(), expected.at("keys").at("general.architecture").asString());
      checkKeys(name, expected.at("keys"), keys.values());
    }
  }

  private static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(ContentHash.sha256().digest(bytes)).substring(0, 16);
  }

  private static void checkKeys(String name, JsonCursor theirs, Map<String, GgufValue> ours) {
    theirs.members().forEach((key, value) -> {
      if (key.startsWith("general.") || ITS_OWN.getOrDefault(name, Set.of()).contains(key)) {
        return;
      }
      var found = ours.get(key);
      assertNotNull(found, key);
      switch (found) {
        case GgufValue.Int integer -> assertEquals(value.asLong(), integer.value(), key);
        case GgufValue.Real real -> assertEquals((float) value.asDouble(), (float) real.value(), key);
        case GgufValue.Text text -> assertEquals(value.asString(), text.value(), key);
        default -> assertTrue(false, key + " is compared nowhere");
      }
    });
  }
}
