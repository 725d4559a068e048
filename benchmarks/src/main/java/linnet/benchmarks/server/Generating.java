package linnet.benchmarks.server;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import linnet.nn.Modules;
import linnet.nn.generate.Generator;
import linnet.nn.generate.SamplingConfig;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.LoadedModel;
import linnet.nn.model.Models;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.Scope;

/**
 * Times greedy generation without stop tokens. A request has {@code model}, {@code ids}, {@code tokens} to
 * generate and {@code threads}. The answer has {@code promptSeconds}, until the first token is chosen, {@code
 * tokenSeconds} for each token after it, {@code weightBytes} that each of those reads, and the {@code ids}.
 */
final class Generating implements AutoCloseable {
  private record Loaded(Backend backend, Scope weights, LoadedModel model) implements AutoCloseable {
    static Loaded open(Path path, int threads) {
      var backend = Backends.vector(threads);
      var weights = backend.scope("model");
      return new Loaded(backend, weights, Models.load(path, weights));
    }

    /** Every matrix once; an embedding that is not the head too is read row by row. */
    long weightBytes() {
      boolean tied = model.config().tieWordEmbeddings();
      return Modules.parameters(model.model()).entrySet().stream()
          .filter(entry -> entry.getValue().shape().rank() > 1)
          .filter(entry -> tied || !entry.getKey().equals("model.embed_tokens.weight"))
          .map(entry -> entry.getValue().value())
          .mapToLong(weight -> weight.dtype().bytes(weight.elements())).sum();
    }

    @Override
    public void close() {
      weights.close();
      model.close();
      backend.close();
    }
  }

  private final Map<List<Object>, Loaded> open = new HashMap<>();

  Json measure(JsonCursor request) {
    int threads = request.at("threads").asCount();
    var path = Path.of(request.at("model").asString());
    int[] prompt = request.at("ids").elements().stream().mapToInt(JsonCursor::asInt).toArray();
    int tokens = request.at("tokens").asCount();
    var loaded = open.computeIfAbsent(List.of(path, threads), key -> Loaded.open(path, threads));
    long begun = System.nanoTime();
    long[] first = {0};
    var greedy = SamplingConfig.greedy(tokens, Set.of());
    var generation = Generator.generate(loaded.model().model(), prompt, greedy,
        id -> first[0] = first[0] == 0 ? System.nanoTime() : first[0]);
    long end = System.nanoTime();
    return Json.object().put("promptSeconds", (first[0] - begun) * 1e-9)
        .put("tokenSeconds", tokens == 1 ? 0 : (end - first[0]) * 1e-9 / (tokens - 1))
        .put("weightBytes", loaded.weightBytes()).put("ids", Json.ints(generation.ids())).build();
  }

  @Override
  public void close() {
    open.values().forEach(Loaded::close);
    open.clear();
  }
}
