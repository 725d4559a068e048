package linnet.benchmarks.server;

import java.util.LinkedHashMap;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/**
 * Times the methods of the JMH classes without JMH, so that calls can alternate with those of other
 * processes. A request has {@code class}, {@code method}, {@code params} (an object of strings) and {@code
 * seconds}, for how long the method is called, once at least; unless that is 0, a call that does not count
 * comes before. The answer has {@code gigaFlops} and {@code gigaBytes} per second, {@code calls}, and for
 * each call {@code seconds}, {@code flopsPerCall} and {@code bytesPerCall}.
 */
final class KernelCases implements AutoCloseable {
  private static final int MOST_OPEN = 16;

  /** Least recently used first. */
  private final LinkedHashMap<String, KernelCase> open = new LinkedHashMap<>(16, 0.75f, true);

  Json measure(JsonCursor request) throws ReflectiveOperationException {
    var name = request.at("class").asString();
    var params = new LinkedHashMap<String, String>();
    request.at("params").members().forEach((key, value) -> params.put(key, value.asString()));
    var key = name + params;
    var found = open.get(key);
    if (found == null) {
      while (open.size() >= MOST_OPEN) {
        open.pollFirstEntry().getValue().close();
      }
      found = KernelCase.open(name, params);
      open.put(key, found);
    }
    return found.measure(request.at("method").asString(), request.at("seconds").asDouble());
  }

  @Override
  public void close() {
    open.values().forEach(KernelCase::close);
    open.clear();
  }
}
