package linnet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import linnet.nn.json.Json;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code --quantize}: training an adapter on quantised weights, and using both. */
class QuantizeTest {
  @TempDir
  private static Path folder;
  private static TinyModel tiny;

  @BeforeAll
  static void makeModel() throws IOException {
    tiny = TinyModel.in(folder);
  }

  private static Cli.Call train(String out, Object... more) {
    var args = new ArrayList<Object>(List.of("train", "-m", tiny.folder(), "-d", tiny.rows(),
        "-o", folder.resolve(out), "--max-steps", 2, "--json"));
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }

  @ParameterizedTest
  @CsvSource({"nf4, NF4", "int8, INT8"})
  void anAdapterTrainsOnQuantisedWeightsAndSaysSo(String option, String type) {
    var call = train(option, "--quantize", option);
    assertTrue(call.summary().at("loss").asDouble() > 0);
    long quantised = call.named("plan").getFirst().at("weightBytes").asLong();
    long plain = train(option + "-plain").named("plan").getFirst().at("weightBytes").asLong();
    assertTrue(quantised != plain, quantised + " bytes");
    assertEquals(type, Cli.run("info", folder.resolve(option), "--json").summary().at("baseQuantization")
        .asString());
    assertEquals(Json.NULL, Cli.run("info", folder.resolve(option + "-plain"), "--json").summary()
        .at("baseQuantization").value());
    var score = Cli.run("score", "-m", folder.resolve(option), "--quantize", option, "-d", tiny.rows(),
        "--json");
    double loss = score.summary().at("loss").asDouble();
    double other = Cli.run("score", "-m", folder.resolve(option), "-d", tiny.rows(), "--json").summary()
        .at("loss").asDouble();
    assertTrue(loss > 0 && loss != other, loss + " and " + other);
    Cli.run("generate", "-m", folder.resolve(option), "--quantize", option, "-p", "Hi", "--max-new-tokens", 2,
        "--json").summary();
  }

  @Test
  void aRunIsNotResumedOnOtherWeights() {
    train("saved", "--quantize", "nf4", "--save-steps", 1).summary();
    var resumed = train("saved", "--quantize", "int8", "--save-steps", 1, "--resume");
    assertTrue(resumed.refusal().contains("differs in quantization"), resumed.refusal());
  }
}
