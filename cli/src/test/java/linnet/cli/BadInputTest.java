package linnet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wrong input: exit code 2 and one message that names place, value and expectation; nothing is left behind. */
class BadInputTest {
  @TempDir
  private static Path folder;
  private static TinyModel tiny;

  @BeforeAll
  static void makeModel() throws IOException {
    tiny = TinyModel.in(folder);
  }

  /** One line on standard error that holds all of {@code parts}, and no stack trace. */
  private static void assertRefused(Cli.Call call, String... parts) {
    assertEquals(ExitCode.BAD_INPUT, call.exitCode(), call.err());
    assertEquals(1, call.err().lines().count(), call.err());
    for (var part : parts) {
      assertTrue(call.err().contains(part), () -> "\"" + part + "\" is not in: " + call.err());
    }
  }

  private static Cli.Call train(Object... more) {
    return trainOn(tiny.rows(), more);
  }

  private static Cli.Call trainOn(Path rows, Object... more) {
    var args = new ArrayList<Object>(List.of("train", "-m", tiny.folder(), "-d", rows, "-o", folder.resolve("out"),
        "--max-steps", 1));
    args.addAll(List.of(more));
    var call = Cli.run(args.toArray());
    assertFalse(Files.exists(folder.resolve("out")), "a refused run leaves nothing");
    return call;
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "--lr NaN | learning rate | found NaN",
      "--lr -1 | learning rate | found -1",
      "--batch-size 0 | found 0 | at least 1",
      "--gradient-accumulation-steps 0 | found 0 | at least 1",
      "--micro-batch-tokens 0 | found 0 | at least 1",
      "--lora-rank 0 | rank | found 0",
      "--lora-alpha NaN | alpha | NaN",
      "--lora-dropout 1 | dropout | found 1",
      "--lora-targets nothing | nothing | q_proj",
      "--weight-decay -1 | decay | -1",
      "--beta1 1 | beta1 | found 1",
      "--max-grad-norm -1 | norm | -1",
      "--max-grad-norm NaN | norm | NaN",
      "--warmup-steps -1 | warm | -1",
      "--epochs 0 | --epochs | found 0",
      "--max-length 0 | longest row | found 0",
      "--threads 0 | --threads | found 0",
      "--save-steps -1 | saved states | found -1",
      "--validation-rows 24 | --validation-rows | less than the 24 rows",
      "--map prompt | prompt | <field of the file>=",
      "--map q=prompt,a=completion | rows.jsonl:1 | the mapping expects {q, a}",
      "--adapter missing | --adapter | there is no such file or folder",
      "--full --lora-rank 4 | --lora-rank | --full",
      "--resume | --resume | holds no checkpoint"})
  void anOptionOutOfRangeIsNamed(String options, String name, String value) {
    assertRefused(train((Object[]) options.split(" ")), name, value);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "`` | found no rows",
      "{\"prompt\": \"a\", \"completion\": \"b\"}~{\"prompt\": | bad.jsonl:2:",
      "{\"question\": \"a\"} | has {question}; expected {messages} or {prompt, completion}",
      "[1] | bad.jsonl:1: found an array",
      "{\"prompt\": \"a\", \"completion\": 5} | completion",
      "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]} | line 1: it has no assistant's turn to train"})
  void aRowThatIsNotAsItMustBeIsNamedByItsLine(String rows, String part) throws IOException {
    var file = Files.writeString(folder.resolve("bad.jsonl"), rows.replace('~', '\n'));
    assertRefused(trainOn(file), part);
  }

  @Test
  void aLengthWithoutRoomForATargetIsNamedByPretrainingToo() {
    for (int length : new int[] {-1, 0, 1}) {
      assertRefused(Cli.run("pretrain", "-c", folder.resolve("tiny.json"), "-t", tiny.folder(), "-d",
          folder.resolve("texts.jsonl"), "-o", folder.resolve("out"), "--max-length", length), "longest row",
          "found " + length);
    }
  }

  @Test
  void whatDoesNotExistIsNamed() {
    assertRefused(Cli.run("generate", "-m", folder.resolve("none"), "-p", "x"), "--model", "none", "no such file");
    assertRefused(Cli.run("score", "-m", tiny.folder(), "-d", folder.resolve("none")), "--data", "none");
    assertRefused(Cli.run("info", folder.resolve("none")), "PATH", "none");
  }

  @Test
  void aDamagedWeightFileIsNamed() throws IOException {
    var weights = Files.readAllBytes(tiny.folder().resolve("model.safetensors"));
    assertRefused(generate(withWeights("truncated", Arrays.copyOf(weights, weights.length - 100))),
        "model.safetensors", "found");
    var hugeHeader = weights.clone();
    ByteBuffer.wrap(hugeHeader).order(ByteOrder.LITTLE_ENDIAN).putLong(0, Long.MAX_VALUE);
    assertRefused(generate(withWeights("header", hugeHeader)), "model.safetensors", "header");
    var nan = weights.clone();
    Arrays.fill(nan, nan.length - 64, nan.length, (byte) 0xff);
    assertRefused(generate(withWeights("nan", nan)), "not a number");
    var overflowing = weights.clone();
    int header = (int) ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    var norm = Cli.event(new String(weights, Long.BYTES, header, StandardCharsets.UTF_8)).at("model.norm.weight")
        .at("data_offsets");
    Arrays.fill(overflowing, Long.BYTES + header + norm.at(0).asInt(), Long.BYTES + header + norm.at(1).asInt(),
        (byte) 0x7f); // the largest finite numbers
    assertRefused(generate(withWeights("overflowing", overflowing)), "logit", "weights or its adapter are damaged");
  }

  @Test
  void aConfigurationThatDoesNotFitIsNamed() throws IOException {
    assertRefused(generate(withConfig("shape", "\"hidden_size\": *16", "\"hidden_size\": 32")), "found", "expected");
    assertRefused(generate(withConfig("type", "\"model_type\": *\"llama\"", "\"model_type\": \"mamba\"")),
        "config.json", "model_type", "mamba");
    var layers = withConfig("layers", "\"num_hidden_layers\": *2", "\"num_hidden_layers\": 1000000000");
    assertRefused(generate(layers), "layers: num_hidden_layers: found 1000000000, expected 2");
    assertRefused(Cli.run("info", layers), "layers: num_hidden_layers: found 1000000000, expected 2");
  }

  @Test
  void aDamagedGgufFileIsNamed() throws IOException {
    var gguf = folder.resolve("whole.gguf");
    Cli.ok("convert", tiny.folder(), gguf);
    var bytes = Files.readAllBytes(gguf);
    for (int length : new int[] {0, 3, 40, bytes.length / 2, bytes.length - 1}) {
      var cut = Files.write(folder.resolve("cut.gguf"), Arrays.copyOf(bytes, length));
      assertRefused(generate(cut), "cut.gguf", "found");
    }
  }

  @Test
  void anAdapterOfAnotherModelIsNamed() throws IOException {
    var adapter = folder.resolve("adapter");
    Cli.ok("train", "-m", tiny.folder(), "-d", tiny.rows(), "-o", adapter, "--max-steps", 1);
    var config = Files.readString(tiny.folder().resolve("config.json")).replaceAll(
        "\"intermediate_size\": *32", "\"intermediate_size\": 48");
    var other = folder.resolve("other");
    Cli.ok("pretrain", "-c", Files.writeString(folder.resolve("other.json"), config), "-t", tiny.folder(), "-d",
        folder.resolve("texts.jsonl"), "-o", other, "--max-steps", 1);
    assertRefused(Cli.run("generate", "-m", other, "--adapter", adapter, "-p", "x"), "adapter_model.safetensors",
        "found", "expected");
    Files.delete(adapter.resolve("adapter_model.safetensors"));
    assertRefused(generate(adapter), "adapter_model.safetensors");
  }

  @Test
  void whatIsThereIsNotOverwritten() throws IOException {
    var file = Files.writeString(folder.resolve("mine"), "mine");
    assertRefused(Cli.run("train", "-m", tiny.folder(), "-d", tiny.rows(), "-o", file), "mine", "found a file");
    assertRefused(Cli.run("train", "-m", tiny.folder(), "-d", tiny.rows(), "-o", tiny.folder()), "--resume");
    assertRefused(Cli.run("convert", tiny.folder(), file), "mine");
    assertEquals("mine", Files.readString(file));
  }

  @Test
  void anIdThatNoTokenHasIsNamed() {
    assertRefused(Cli.run("tokenize", "-m", tiny.folder(), "--ids", "5,300"), "--ids", "found 300", "300 tokens");
    assertRefused(Cli.run("tokenize", "-m", tiny.folder(), "--ids", "-1"), "found -1");
  }

  @Test
  void machinesReadTheErrorToo() {
    var call = train("--epochs", "0", "--json");
    assertRefused(call, "--epochs");
    var error = call.events().getLast();
    assertEquals("error", error.at("event").asString());
    assertTrue(error.at("message").asString().startsWith("--epochs: found 0"));
    assertEquals(ExitCode.BAD_INPUT, error.at("exitCode").asInt());
  }

  @Test
  void anUnknownWordComesWithSuggestionAndHelp() {
    var call = Cli.run("trian");
    assertEquals(ExitCode.BAD_INPUT, call.exitCode());
    assertTrue(call.err().contains("train") && call.err().contains("--help"), call.err());
  }

  private static Cli.Call generate(Path model) {
    return Cli.run("generate", "-m", model, "-p", "x", "--max-new-tokens", 1);
  }

  private static Path withWeights(String name, byte[] weights) throws IOException {
    var copy = copyOfModel(name);
    Files.write(copy.resolve("model.safetensors"), weights);
    return copy;
  }

  private static Path withConfig(String name, String regex, String replacement) throws IOException {
    var copy = copyOfModel(name);
    var config = Files.readString(copy.resolve("config.json"), StandardCharsets.UTF_8);
    Files.writeString(copy.resolve("config.json"), config.replaceAll(regex, replacement));
    return copy;
  }

  private static Path copyOfModel(String name) throws IOException {
    var copy = Files.createDirectories(folder.resolve(name));
    try (var files = Files.list(tiny.folder())) {
      for (var file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    return copy;
  }
}
