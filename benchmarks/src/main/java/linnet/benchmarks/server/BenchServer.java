package linnet.benchmarks.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/**
 * Answers one JSON object for each that comes on a line of standard input, until that ends: {@code {"do":
 * "kernel", …}}, see {@link KernelCases}; {@code generate}, see {@link Generating}; {@code work}, see {@link
 * StepWork}; {@code tokens}, see {@link TokenCheck}. A request that fails is answered with {@code {"error": …}}.
 */
public final class BenchServer {
  private BenchServer() {}

  /** Runs until standard input ends. */
  public static void main(String[] args) throws IOException {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (var kernels = new KernelCases(); var generating = new Generating()) {
      for (String line; (line = input.readLine()) != null; ) {
        IO.println(answer(line, kernels, generating));
      }
    }
  }

  private static Json answer(String line, KernelCases kernels, Generating generating) {
    try {
      var request = JsonCursor.of(Json.parse(line, "request"), "request");
      var what = request.at("do").asString();
      return switch (what) {
        case "kernel" -> kernels.measure(request);
        case "generate" -> generating.measure(request);
        case "work" -> StepWork.of(request);
        case "tokens" -> TokenCheck.of(request);
        default -> throw request.at("do").error("kernel, generate, work or tokens");
      };
    } catch (InvocationTargetException thrown) {
      return error(thrown.getCause());
    } catch (RuntimeException | IOException | ReflectiveOperationException failed) {
      return error(failed);
    }
  }

  private static Json error(Throwable failed) {
    failed.printStackTrace();
    return Json.object().put("error", failed.toString()).build();
  }
}
