package linnet.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.sft.tokenizer.Tokenizer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Encodes rows of GSM8K on one thread, with offsets. Beside it stands the {@code tokenizers} library in
 * {@code peers/tokenizers_server.py}, which also makes the tokenizers, one of each family's kind; {@code
 * benchmarks/run --sections tokenizer} compares the two.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class TokenizerBenchmark {
  private static final int ROWS = 2000;

  /** The kind of tokenizer: a folder that the peer's script has made. */
  @Param({"gpt2", "phi2", "smollm2", "llama3", "smollm3", "qwen3", "tekken", "phi4-mini", "llama2",
      "mistral-v0.3", "phi3", "gemma"})
  public String kind;

  /** Where the tokenizers are. */
  @Param("target/tokenizers")
  public String folder;

  /** The rows: GSM8K's {@code train.jsonl}. */
  @Param("../gsm8k-train.jsonl")
  public String data;

  private Tokenizer tokenizer;
  private List<String> texts;
  private long bytes;

  /** Reads tokenizer and rows. */
  @Setup
  public void open() throws IOException {
    tokenizer = Tokenizer.load(Path.of(folder, kind));
    try (var lines = Files.lines(Path.of(data))) {
      texts = lines.limit(ROWS).map(line -> JsonCursor.of(Json.parse(line, data), data))
          .map(row -> row.at("question").asString() + "\n" + row.at("answer").asString()).toList();
    }
    bytes = texts.stream().mapToLong(text -> text.getBytes(StandardCharsets.UTF_8).length).sum();
  }

  /** All rows; {@code rate} counts bytes of UTF-8. */
  @Benchmark
  public long encode(Rate rate) {
    long sum = 0;
    for (var text : texts) {
      sum += tokenizer.encode(text).ids()[0];
    }
    rate.add(0, bytes);
    return sum;
  }

  /** The ids of all rows, end to end. */
  public int[] ids() {
    return texts.stream().flatMapToInt(text -> Arrays.stream(tokenizer.encode(text).ids())).toArray();
  }
}
