package linnet.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.sft.tokenizer.Tokenizer;
import org.openjdk.jmh.annotations.AuxCounters;
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
 * {@code peers/tokenizers_speed.py}, which also makes the tokenizers, one of each family's kind; the target is
 * 0.7 of its speed.
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
  @Param("../.linnet/tokenizers")
  public String folder;

  /** The rows: GSM8K's {@code train.jsonl}. */
  @Param("../gsm8k-train.jsonl")
  public String data;

  private Tokenizer tokenizer;
  private List<String> texts;

  /** Counts what has been encoded. */
  @AuxCounters
  @State(Scope.Thread)
  public static class Encoded {
    /** UTF-16 units, in these rows nearly as many as bytes of UTF-8. */
    public long characters;

    /** Tokens. */
    public long tokens;
  }

  /** Reads tokenizer and rows. */
  @Setup
  public void open() throws IOException {
    tokenizer = Tokenizer.load(Path.of(folder, kind));
    try (var lines = Files.lines(Path.of(data))) {
      texts = lines.limit(ROWS).map(line -> JsonCursor.of(Json.parse(line, data), data))
          .map(row -> row.at("question").asString() + "\n" + row.at("answer").asString()).toList();
    }
  }

  /** All rows. */
  @Benchmark
  public long encode(Encoded encoded) {
    long sum = 0;
    for (var text : texts) {
      var tokens = tokenizer.encode(text);
      sum += tokens.ids()[0];
      encoded.tokens += tokens.size();
      encoded.characters += text.length();
    }
    return sum;
  }
}
