package linnet.nn.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models in several files, split as llama.cpp's gguf-split and the Python package gguf do it. */
class GgufSplitTest {
  private static final int PARTS = 3;

  @TempDir
  Path folder;

  @BeforeEach
  void split() {
    for (int number = 0; number < PARTS; number++) {
      write(number, values -> { });
    }
  }

  private Path part(int number) {
    return folder.resolve("tiny-%05d-of-%05d.gguf".formatted(number + 1, PARTS));
  }

  private void write(int number, Consumer<LinkedHashMap<String, GgufValue>> change) {
    var tensors = new ArrayList<OutgoingTensor>();
    for (int i = number; i < TinyLlama.tensors().size(); i += PARTS) {
      tensors.add(TinyLlama.tensors().get(i));
    }
    write(number, tensors, change);
  }

  private void write(int number, List<OutgoingTensor> tensors, Consumer<LinkedHashMap<String, GgufValue>> change) {
    var values = number == 0 ? TinyLlama.metadata() : new LinkedHashMap<String, GgufValue>();
    values.put("split.no", new GgufValue.Int(GgufType.UINT16, number));
    values.put("split.count", new GgufValue.Int(GgufType.UINT16, PARTS));
    values.put("split.tensors.count", new GgufValue.Int(GgufType.INT32, TinyLlama.tensors().size()));
    change.accept(values);
    GgufWriter.write(part(number), new GgufMetadata("test", values), tensors);
  }

  private String error(Path path) {
    return assertThrows(ModelFormatException.class, () -> ModelSource.open(path).close()).getMessage();
  }

  @Test
  void thePartsAreOneModel() {
    var whole = folder.resolve("whole.gguf");
    GgufWriter.write(whole, new GgufMetadata("test", TinyLlama.metadata()), TinyLlama.tensors());
    try (var one = GgufModel.open(whole); var parts = GgufModel.open(part(0))) {
      assertEquals(one.config().value(), parts.config().value());
      assertEquals(one.file().metadata().values().keySet(), parts.file().metadata().values().keySet());
      assertEquals(one.tensors().specs().keySet(), parts.tensors().specs().keySet());
      one.tensors().specs().forEach((name, spec) -> {
        assertEquals(spec, parts.tensors().specs().get(name));
        assertEquals(-1, one.tensors().get(name).bytes().mismatch(parts.tensors().get(name).bytes()), name);
      });
    }
  }

  @Test
  void textIsInTheFirstPart() throws IOException {
    Files.delete(part(1));
    Files.delete(part(2));
    assertFirstPartHasText();
    write(0, List.of(), values -> { }); // as with --no-tensor-first-split
    assertFirstPartHasText();
    write(0, List.of(), values -> values.put("llama.block_count", GgufValue.uint32(65_537)));
    assertTrue(assertThrows(ModelFormatException.class, () -> ModelSource.withoutWeights(part(0)).close())
        .getMessage().contains("llama.block_count: found 65537"));
  }

  private void assertFirstPartHasText() {
    var whole = folder.resolve("whole.gguf");
    TinyLlama.writeGguf(whole);
    try (var one = GgufModel.open(whole); var first = (GgufModel) ModelSource.withoutWeights(part(0))) {
      assertEquals(one.file().metadata().values().keySet(), first.file().metadata().values().keySet());
      assertEquals(one.tokenizer(), first.tokenizer());
      assertEquals(one.chatTemplate(), first.chatTemplate());
      for (var key : List.of("model_type", "max_position_embeddings", "eos_token_id", "hidden_size", "vocab_size")) {
        assertEquals(one.config().at(key).value(), first.config().at(key).value(), key);
      }
      assertTrue(assertThrows(IllegalStateException.class, first::tensors).getMessage().contains("other parts"));
    }
  }

  @Test
  void aMissingPartIsNamed() throws IOException {
    Files.delete(part(2));
    var message = error(part(0));
    assertTrue(message.startsWith(part(0).toString()) && message.contains("tiny-00003-of-00003.gguf"), message);
  }

  @Test
  void anotherPartThanTheFirstSaysWhichIs() {
    var message = error(part(1));
    assertTrue(message.contains("part 2 of 3") && message.contains("name tiny-00001-of-00003.gguf"), message);
  }

  @Test
  void aNameByWhichNoOtherIsFoundIsRefused() throws IOException {
    var renamed = Files.move(part(0), folder.resolve("model.gguf"));
    var message = error(renamed);
    assertTrue(message.contains("part 1 of 3") && message.contains("*-00001-of-00003.gguf"), message);
  }

  @Test
  void filesThatDoNotBelongTogetherAreRefused() {
    for (var key : List.of("split.no", "split.count")) {
      write(1, values -> values.put(key, GgufValue.uint32(2)));
      assertTrue(error(part(0)).contains("do not belong together"), key);
      write(1, values -> values.remove(key));
      assertTrue(error(part(0)).contains("split.no"), key);
    }
    write(1, values -> { });
    write(0, values -> values.put("split.tensors.count", GgufValue.uint32(99)));
    assertTrue(error(part(0)).contains("expected 99"));
    for (long count : List.of(4_294_967_295L, 100_000L, 4L)) {
      write(0, values -> values.put("split.count", GgufValue.uint32(count)));
      assertTrue(error(part(0)).contains("split."));
    }
  }

  @Test
  void aTensorOfTwoPartsIsRefused() {
    var values = new LinkedHashMap<String, GgufValue>();
    values.put("split.no", GgufValue.uint32(1));
    values.put("split.count", GgufValue.uint32(PARTS));
    GgufWriter.write(part(1), new GgufMetadata("test", values), TinyLlama.tensors().subList(0, 1));
    assertTrue(error(part(0)).contains("earlier part"));
  }
}
