package linnet.nn.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import linnet.nn.Golden;
import linnet.nn.json.JsonCursor;
import org.junit.jupiter.api.Test;

class LearningRateScheduleTest {
  private static LearningRateSchedule schedule(JsonCursor golden) {
    double peak = golden.at("peak").asDouble();
    long warmup = golden.at("warmup").asLong();
    return switch (golden.at("kind").asString()) {
      case "constant" -> new LearningRateSchedule.Constant(peak, warmup);
      case "linear" -> new LearningRateSchedule.Linear(peak, warmup);
      default -> new LearningRateSchedule.Cosine(peak, warmup);
    };
  }

  @Test
  void everyRateIsThatOfTransformersPastTheEndToo() {
    var cases = Golden.json("schedules/cases.json").at("cases").elements();
    assertEquals(9, cases.size());
    for (var golden : cases) {
      double[] rates = Golden.doubles(golden.at("lr"));
      for (int s = 0; s < rates.length; s++) {
        assertEquals(rates[s], schedule(golden).at(s, golden.at("total").asLong()), 1e-18,
            golden.at("kind") + " step " + s);
      }
    }
  }

  @Test
  void aWarmUpLongerThanTheTrainingNeverReachesThePeak() {
    assertEquals(0.4, new LearningRateSchedule.Linear(1, 10).at(4, 5), 1e-15);
  }

  @Test
  void rangesAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> new LearningRateSchedule.Linear(Double.NaN, 0));
    assertThrows(IllegalArgumentException.class, () -> new LearningRateSchedule.Cosine(1, -1));
    assertThrows(IllegalArgumentException.class, () -> new LearningRateSchedule.Constant(-1, 0));
  }
}
