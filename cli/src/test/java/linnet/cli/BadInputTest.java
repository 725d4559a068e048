package linnet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Wrong input: exit code 2 and one message that names place, value and expectation; nothing is left behind.
 */
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
    var refusal = call.refusal();
    for (var part : parts) {
      assertTrue(refusal.contains(part), () -> "\"" + part + "\" is not in: " + refusal);
    }
  }

  private static Cli.Call train(Object... more) {
    return trainOn(tiny.rows(), more);
  }

  private static Cli.Call trainOn(Path rows, Object... more) {
    var args = new ArrayList<Object>(List.of("train", "-m", tiny.folder(), "-d", rows, "-o",
        folder.resolve("out"),
        "--max-steps", 1));
    args.addAll(List.of(more));
    var call = Cli.run(args.toArray());
    assertFalse(Files.exists(folder.resolve("out")), "a refused run leaves nothing");
    return call;
  }

  /**
   * Neither the model nor the rows are there: they are not looked for before the options are as they must be.
   */
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "train --lr NaN | --lr: found NaN",
      "train --lr -1 | --lr: found -1",
      "train --max-steps 0 | --max-steps: found 0, expected at least 1",
      "train --epochs 0 | --epochs: found 0, expected at least 1",
      "train --epochs 1 --max-steps 1 | --epochs and --max-steps: found both",
      "train --batch-size 0 | --batch-size: found 0",
      "train --batch-tokens 0 | --batch-tokens: found 0",
      "train --batch-size 1 --batch-tokens 1 | --batch-size and --batch-tokens: found both",
      "train --gradient-accumulation-steps 0 | --gradient-accumulation-steps: found 0",
      "train --micro-batch-tokens 0 | --micro-batch-tokens: found 0",
      "train --lora-rank 0 | --lora-rank: found 0",
      "train --lora-alpha NaN | --lora-alpha: found NaN",
      "train --lora-dropout 1 | --lora-dropout: found 1",
      "train --weight-decay -1 | --weight-decay: found -1",
      "train --beta1 1 | --beta1: found 1",
      "train --beta2 -1 | --beta2: found -1",
      "train --max-grad-norm -1 | --max-grad-norm: found -1",
      "train --max-grad-norm NaN | --max-grad-norm: found NaN",
      "train --warmup-steps -1 | --warmup-steps: found -1",
      "train --max-length 1 | --max-length: found 1, expected at least 2",
      "train --save-steps -1 | --save-steps: found -1",
      "train --validation-rows 0 | --validation-rows: found 0",
      "train --eval-steps -1 | --eval-steps: found -1",
      "train --eval-steps 5 | --eval-steps: found 5 and no rows to validate on",
      "train --map prompt | <field of the file>=",
      "train --full --lora-rank 4 | --lora-rank: found together with --full",
      "train --full --quantize nf4 | --quantize: found together with --full; quantised weights are frozen",
      "train --full --adapter none | --full: found a model with an adapter",
      "train --dtype f32 | --dtype: found without --full",
      "pretrain --max-length 1 | --max-length: found 1, expected at least 2",
      "pretrain --max-steps 0 | --max-steps: found 0, expected at least 1",
      "pretrain --lr -1 | --lr: found -1",
      "score --max-length 0 | --max-length: found 0",
      "score --rows 0 | --rows: found 0",
      "generate --max-new-tokens 0 | --max-new-tokens: found 0",
      "generate --temperature -1 | --temperature: found -1",
      "generate --top-k 5 | --top-k: found together with --temperature 0",
      "generate --top-p 0.9 | --top-p: found together with --temperature 0",
      "generate --min-p 0.1 | --min-p: found together with --temperature 0",
      "generate --temperature 1 --top-p 0 | --top-p: found 0",
      "generate --repetition-penalty 0 | --repetition-penalty: found 0",
      "chat --max-new-tokens 0 | --max-new-tokens: found 0",
      "chat --threads 0 | --threads: found 0",
      "chat --threads 100000 | --threads: found 100000, expected 1 to",
      "chat --threads 1 --backend reference | --threads: found together with --backend reference",
      "demo --steps 0 | --steps: found 0",
      "demo --puzzles 0 | --puzzles: found 0",
      "demo --puzzles 999999999 | --puzzles: found 999999999, expected 1 to 10000",
      "demo --lr -1 | --lr: found -1"})
  void anOptionOutOfRangeIsNamedAsTypedBeforeAnyWork(String line, String message) {
    var words = line.split(" ");
    var args = new ArrayList<Object>(List.of(words[0]));
    args.addAll(switch (words[0]) {
      case "train" -> List.of("-m", "none", "-d", "none", "-o", folder.resolve("out"));
      case "pretrain" -> List.of("-c", "none", "-t", "none", "-d", "none", "-o", folder.resolve("out"));
      case "score" -> List.of("-m", "none", "-d", "none");
      case "generate" -> List.of("-m", "none", "-p", "x");
      case "chat" -> List.of("-m", "none");
      default -> List.of();
    });
    args.addAll(Arrays.asList(words).subList(1, words.length));
    assertRefused(Cli.run(args.toArray()), "linnet " + words[0] + ": ", message);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "--lora-targets nothing | nothing | q_proj",
      "--validation-rows 24 | --validation-rows | less than the 24 rows",
      "--map q=prompt,a=completion | rows.jsonl:1 | the mapping expects {q, a}",
      "--resume | --resume | holds no checkpoint",
      "--adapter missing | --adapter | there is no such file or folder"})
  void anOptionThatDoesNotSuitModelOrRowsIsNamed(String options, String name, String value) {
    assertRefused(train((Object[]) options.split(" ")), name, value);
  }

  @Test
  void aRunThatNoMachineHasTheMemoryForIsRefusedBeforeItTakesAny() throws IOException {
    assertRefused(train("--lora-rank", 2_000_000_000), "this run needs", "and the machine has",
        "--lora-rank");
    var config = Files.writeString(folder.resolve("huge.json"), Files.readString(folder.resolve("tiny.json"))
        .replace("\"hidden_size\": 16", "\"hidden_size\": 131072")
        .replace("\"intermediate_size\": 32", "\"intermediate_size\": 1048576"));
    assertRefused(Cli.run("pretrain", "-c", config, "-t", tiny.folder(), "-d", folder.resolve("texts.jsonl"),
        "-o",
        folder.resolve("out"), "--max-steps", 1), "this run needs", "and the machine has", "--config");
    assertFalse(Files.exists(folder.resolve("out")));
  }

  @Test
  void epochsWithoutNumberAreRefusedAtOnce() {
    var call = Cli.run("train", "-m", tiny.folder(), "-d", tiny.rows(), "-o", folder.resolve("out"),
        "--epochs",
        Long.MAX_VALUE);
    assertRefused(call, "--epochs: found " + Long.MAX_VALUE + ", expected at most", "--max-steps");
  }

  @Test
  void whichMemoryIsFullIsTold() {
    for (var message : List.of("Java heap space|LINNET_HEAP", "unable to create native thread: ...|--threads",
        "Metaspace|the machine has")) {
      var parts = message.split("\\|");
      var err = new StringWriter();
      var linnet = LinnetCommand.commandLine(new Interrupt()).setErr(new PrintWriter(err));
      int code = linnet.setExecutionStrategy(OutOfMemory.toldBy(parsed -> {
        throw new OutOfMemoryError(parts[0]);
      })).execute("info", "x");
      assertEquals(ExitCode.BAD_INPUT, code);
      assertTrue(err.toString().startsWith("linnet info: out of memory: " + parts[0]), err.toString());
      assertTrue(err.toString().contains(parts[1]), err.toString());
    }
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
  void whatDoesNotExistIsNamed() {
    assertRefused(Cli.run("generate", "-m", folder.resolve("none"), "-p", "x"), "--model", "none",
        "no such file");
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
    var norm = Cli.event(new String(weights, Long.BYTES, header, StandardCharsets.UTF_8))
        .at("model.norm.weight")
        .at("data_offsets");
    Arrays.fill(overflowing, Long.BYTES + header + norm.at(0).asInt(),
        Long.BYTES + header + norm.at(1).asInt(),
        (byte) 0x7f); // the largest finite numbers
    assertRefused(generate(withWeights("overflowing", overflowing)), "logit",
        "weights or its adapter are damaged");
  }

  @Test
  void aConfigurationThatDoesNotFitIsNamed() throws IOException {
    assertRefused(generate(withConfig("shape", "\"hidden_size\": *16", "\"hidden_size\": 32")), "found",
        "expected");
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
    Cli.ok("pretrain", "-c", Files.writeString(folder.resolve("other.json"), config), "-t", tiny.folder(),
        "-d",
        folder.resolve("texts.jsonl"), "-o", other, "--max-steps", 1);
    assertRefused(Cli.run("generate", "-m", other, "--adapter", adapter, "-p", "x"),
        "adapter_model.safetensors",
        "found", "expected", "the adapter was trained on " + tiny.folder() + " and is put on " + other);
    var deeper = folder.resolve("deeper");
    Cli.ok("pretrain", "-c", Files.writeString(folder.resolve("deeper.json"), Files.readString(
        tiny.folder().resolve("config.json")).replaceAll("\"num_hidden_layers\": *2", "\"num_hidden_layers\": 9")),
        "-t", tiny.folder(), "-d", folder.resolve("texts.jsonl"), "-o", deeper, "--max-steps", 1);
    var unfit = Cli.run("generate", "-m", deeper, "--adapter", adapter, "-p", "x");
    assertRefused(unfit, "found 28 tensors, expected the 126 of an adapter", " and 95 more; left over none",
        "most likely another model");
    assertTrue(unfit.err().length() < 900, unfit.err());
    Files.delete(adapter.resolve("adapter_model.safetensors"));
    assertRefused(generate(adapter), "adapter_model.safetensors");
  }

  @Test
  void whatHasNoRowsHasNothingToMap() {
    assertRefused(Cli.run("info", tiny.folder(), "--map", "a=prompt"), "--map: found with", "holds no rows");
    assertRefused(Cli.run("info", tiny.folder(), "--max-length", 3), "--max-length: found an option that");
    assertRefused(Cli.run("info", tiny.rows(), "--map", "a"), "--map: found \"a\", expected <field of the file>=");
  }

  @ParameterizedTest
  @CsvSource({"base_model_name_or_path, \\u0000", "base_model_name_or_path, \\u001b[31m",
      "revision, \\u0000"})
  void controlCharactersInAnAdaptersBaseAreNamed(String field, String character) throws IOException {
    var adapter = Files.createDirectories(folder.resolve("controlled"));
    var other = field.equals("revision") ? "base_model_name_or_path" : "revision";
    Files.writeString(adapter.resolve("adapter_config.json"), """
        {"peft_type": "LORA", "r": 1, "lora_alpha": 1, "target_modules": ["q_proj"], "%s": "a%s", "%s": "b"}
        """.formatted(field, character, other));
    for (var call : List.of(generate(adapter), Cli.run("merge", adapter, folder.resolve("controlled-out")),
        Cli.run("convert", adapter, folder.resolve("controlled.gguf")), Cli.run("info", adapter))) {
      assertRefused(call, "adapter_config.json: " + field + ": found", "without control characters");
      assertTrue(call.err().strip().chars().noneMatch(Character::isISOControl), call.err());
    }
  }

  @Test
  void whatIsThereIsNotOverwritten() throws IOException {
    var file = Files.writeString(folder.resolve("mine"), "mine");
    assertRefused(Cli.run("train", "-m", tiny.folder(), "-d", tiny.rows(), "-o", file), "mine",
        "found a file");
    assertRefused(Cli.run("train", "-m", tiny.folder(), "-d", tiny.rows(), "-o", tiny.folder()),
        "already, expected a new or empty one");
    assertRefused(Cli.run("convert", tiny.folder(), file), "mine");
    var other = folder.resolve("elsewhere");
    assertRefused(Cli.run("convert", tiny.folder(), other, "--dtype", "q4_0"), "q4_0 is for GGUF files");
    assertRefused(Cli.run("convert", tiny.folder(), other, "--ollama"), "beside a GGUF file");
    assertRefused(Cli.run("convert", tiny.folder(), other, "--base", tiny.folder()), "is no adapter");
    assertTrue(Files.notExists(other));
    assertEquals("mine", Files.readString(file));
    var gguf = folder.resolve("one.gguf");
    assertRefused(Cli.run("convert", tiny.folder(), gguf, "--max-shard-size", 1), "a GGUF file is one file");
    var modelfile = Files.writeString(folder.resolve("one.Modelfile"), "mine");
    assertRefused(Cli.run("convert", tiny.folder(), gguf, "--ollama"), "one.Modelfile, which exists already");
    assertEquals("mine", Files.readString(modelfile));
    assertTrue(Files.notExists(gguf));
  }

  @Test
  void anIdThatNoTokenHasIsNamed() {
    assertRefused(Cli.run("tokenize", "-m", tiny.folder(), "--ids", "5,300"), "--ids", "found 300",
        "300 tokens");
    assertRefused(Cli.run("tokenize", "-m", tiny.folder(), "--ids", "-1"), "found -1");
  }

  @Test
  void aTypeThatAModelCannotBeWrittenInIsRefusedBeforeAnyWork() {
    for (var command : List.of("train --full -m none", "pretrain -c none -t none")) {
      var words = command + " -d none --dtype q8_0 -o " + folder.resolve("out");
      var call = Cli.run((Object[]) words.split(" "));
      assertRefused(call, "--dtype: found \"q8_0\"");
      assertTrue(call.err().contains("--dtype") && call.err().contains("one of f32, f16, bf16"), call.err());
      assertFalse(Files.exists(folder.resolve("out")));
    }
  }

  @Test
  void machinesReadTheErrorAndNothingElseDoes() {
    var call = train("--lora-rank", "0", "--json");
    assertEquals("", call.err());
    var error = call.events().getLast();
    assertEquals("error", error.at("event").asString());
    assertTrue(error.at("message").asString().startsWith("--lora-rank: found 0"));
    assertEquals(ExitCode.BAD_INPUT, error.at("exitCode").asInt());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "trian | linnet: found \"trian\", expected a command; did you mean train? linnet --help lists",
      "help trian | found \"trian\", expected a command; did you mean train?",
      "data | linnet data: found no command, expected one of show",
      "train | linnet train: --model, --output, --data: not given, expected linnet train --model PATH --output DIR",
      "train -m M -o O | linnet train: --data: not given",
      "merge A | linnet merge: OUT: not given, expected linnet merge ADAPTER OUT",
      "train -m M -d D -o O --lora-rnk 4 | --lora-rnk: found an option that linnet train does not have; did you mean"
          + " --lora-rank? linnet train --help lists",
      "train -m M --daat=D -o O | --daat=D: found an option that linnet train does not have; did you mean --data?",
      "train -m M -d D -o O -z | -z: found an option that linnet train does not have; linnet train --help",
      "train -m M -d D -o O more | found \"more\", expected an option or nothing more",
      "train -m M -d D -o O --lr | --lr: found no value, expected a number",
      "train -m M -d D -o O --lr --seed 1 | --lr: found --seed in place of its value, expected a number",
      "train -m M -d D -o O --lr fast | --lr: found \"fast\", expected a number",
      "train -m M -d D -o O --rank 1.5 | --rank: found \"1.5\", expected a whole number",
      "train -m M -d D -o O --lora-rank 1.5 | --lora-rank: found \"1.5\"",
      "train -m M -d D -o O --epochs 1 --epochs 2 | --epochs: found twice, expected once",
      "train -m M -d D -o O --rank-pattern q | --rank-pattern: found \"q\", expected REGEX=R, where R is a whole",
      "train -m M -d D -o O --rank-pattern q=x | --rank-pattern: found \"x\", expected REGEX=R",
      "train -m M -d D -o O --schedule sine | --schedule: found \"sine\", expected one of constant, linear, cosine",
      "train -m M -d D -o O --full=maybe | --full: found \"maybe\", expected the option alone",
      "tokenize -m M | --text and --ids: found neither, expected one of them",
      "tokenize -m M --text x --ids 1 | --text and --ids: found both, expected one of them",
      "tokenize -m M --ids 1 --special | --special: found together with --ids",
      "tokenize -m M --ids 1,x | --ids: found \"x\", expected a whole number"})
  void aMistypedCommandLineIsToldInOneLine(String line, String message) {
    assertRefused(Cli.run((Object[]) line.split(" ")), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--lora-rank 0", "--rank 0", "--lora-alpha 0", "--alpha=0", "--dropout 2", "--lora-dropout=2",
      "--lora-targets (", "--target-modules (", "--lora-targets nowhere", "--target-modules nowhere"})
  void anOptionOfSeveralNamesIsNamedAsTyped(String option) {
    assertRefused(train((Object[]) option.split(" ")), "linnet train: " + option.split("[ =]")[0] + ": found ");
  }

  @Test
  void everyOptionThatAMessageNamesExists() throws IOException {
    var known = new TreeSet<String>(List.of("--lora", "--add-modules")); // llama.cpp's and the JVM's
    LinnetCommand.commandLine(new Interrupt()).getSubcommands().values().forEach(command -> {
      known.addAll(command.getCommandSpec().optionsMap().keySet());
      command.getSubcommands().values().forEach(sub -> known.addAll(sub.getCommandSpec().optionsMap().keySet()));
    });
    var option = Pattern.compile("(?<![\\w-])--[a-z][a-z0-9-]*");
    var text = Pattern.compile("\"(?:[^\"\\\\\n]|\\\\.)*\"");
    int seen = 0;
    try (var files = Files.walk(Path.of("src/main/java"))) {
      for (var file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        for (var literal : text.matcher(Files.readString(file)).results().toList()) {
          for (var name : option.matcher(literal.group()).results().map(MatchResult::group).toList()) {
            assertTrue(known.contains(name), name + " in " + file);
            seen++;
          }
        }
      }
    }
    assertTrue(seen > 100, "" + seen);
  }

  @Test
  void modelAndRowsThatAreBothMissingAreBothNamed() {
    assertRefused(Cli.run("train", "-m", folder.resolve("none"), "-d", "none.jsonl", "-o", folder.resolve("out")),
        "--model: " + folder.resolve("none") + ": there is no such", "--data: none.jsonl: there is no such");
    assertFalse(Cli.run("score", "-m", tiny.folder(), "-d", "none.jsonl").refusal().contains("--model"));
    assertFalse(Cli.run("score", "-m", "org/some", "-d", "none.jsonl").refusal().contains("--model"), "a name");
  }

  /** Encoding may take long, and is told by a line on the data. */
  @ParameterizedTest
  @ValueSource(strings = {"--target-modules nowhere", "--layers 7", "--init pissa --rank 17",
      "--full --train-modules x"})
  void adaptersThatCannotBeMadeAreRefusedBeforeRowsAreEncoded(String options) {
    var call = train((Object[]) (options + " --no-cache").split(" "));
    assertRefused(call, options.split(" ")[options.startsWith("--full") ? 1 : 0] + ": found ");
    assertFalse(call.out().contains("data:"), call.out());
  }

  @Test
  void aDamagedFileIsNamedWithLineAndColumn() throws IOException {
    for (var name : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
      var copy = copyOfModel("damaged-" + name);
      Files.writeString(copy.resolve(name), "{\n  \"a\" 5");
      assertRefused(generate(copy), copy.resolve(name) + ":2:7: found '5', expected ':'", "obtain it again");
    }
    var adapter = Files.createDirectories(folder.resolve("damaged-adapter"));
    Files.writeString(adapter.resolve("adapter_config.json"), "{\n  \"r\": 8");
    assertRefused(generate(adapter), "adapter_config.json:2:9: found the end of the text, expected ',' or '}'");
    assertRefused(trainOn(Files.writeString(folder.resolve("damaged.jsonl"), "\n{\"prompt\" 1}")),
        "damaged.jsonl:2:11: found '1', expected ':'", "each line is one JSON object");
  }

  @Test
  void anAdapterInGgufIsToldForWhatItIs() {
    var adapter = folder.resolve("to-convert");
    var gguf = folder.resolve("adapter.gguf");
    Cli.ok("train", "-m", tiny.folder(), "-d", tiny.rows(), "-o", adapter, "--max-steps", 1, "--rank", 3);
    Cli.ok("convert", adapter, gguf);
    assertRefused(generate(gguf), "found an adapter of rank 3 in GGUF", "PEFT");
    assertRefused(Cli.run("convert", gguf, folder.resolve("no")), "found an adapter of rank 3 in GGUF");
    assertRefused(Cli.run("generate", "-m", tiny.folder(), "--adapter", gguf, "-p", "x"), "--adapter: found",
        "is an adapter in GGUF");
    assertRefused(Cli.run("merge", gguf, folder.resolve("no")), "ADAPTER: found", "is an adapter in GGUF");
    var info = Cli.run("info", gguf, "--json").summary();
    assertEquals("ggufAdapter", info.at("kind").asString());
    assertEquals(3, info.at("rank").asInt());
    assertEquals(14, info.at("weights").asInt());
    assertEquals(16, info.at("alpha").asInt());
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
