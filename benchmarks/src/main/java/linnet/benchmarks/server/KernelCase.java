package linnet.benchmarks.server;

import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import linnet.benchmarks.PeakBenchmark;
import linnet.benchmarks.Rate;
import linnet.nn.json.Json;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * An instance of a JMH class with its parameters, set up.
 *
 * @param benchmark the instance
 */
record KernelCase(Object benchmark) implements AutoCloseable {
  static KernelCase open(String name, Map<String, String> params) throws ReflectiveOperationException {
    var type = Class.forName(PeakBenchmark.class.getPackageName() + "." + name);
    var benchmark = type.getConstructor().newInstance();
    for (var param : params.entrySet()) {
      var field = type.getField(param.getKey());
      field.set(benchmark, parsed(field, param.getValue()));
    }
    for (var method : annotated(type, Setup.class)) {
      method.invoke(benchmark);
    }
    return new KernelCase(benchmark);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // an enum type known at run time only
  private static Object parsed(Field field, String value) {
    var type = field.getType();
    if (type == int.class) {
      return Integer.valueOf(value);
    }
    if (type == boolean.class) {
      return Boolean.valueOf(value);
    }
    return type.isEnum() ? Enum.valueOf((Class) type, value) : value;
  }

  private static List<Method> annotated(Class<?> type, Class<? extends Annotation> annotation) {
    return Arrays.stream(type.getMethods()).filter(method -> method.isAnnotationPresent(annotation)).toList();
  }

  Json measure(String name, double seconds) throws ReflectiveOperationException {
    var method = annotated(benchmark.getClass(), Benchmark.class).stream()
        .filter(m -> m.getName().equals(name)).findFirst().orElseThrow(() ->
            new IllegalArgumentException("no benchmark " + name + " in " + benchmark.getClass()));
    var rate = new Rate();
    if (seconds > 0) { // threads that slept awake, and operands come into the caches again
      method.invoke(benchmark, rate);
    }
    rate.reset();
    int calls = 0;
    long begun = System.nanoTime();
    double taken;
    do {
      method.invoke(benchmark, rate);
      calls++;
      taken = (System.nanoTime() - begun) * 1e-9;
    } while (taken < seconds);
    return Json.object().put("gigaFlops", rate.gigaFlops / taken).put("gigaBytes", rate.gigaBytes / taken)
        .put("seconds", taken / calls).put("calls", calls)
        .put("flopsPerCall", rate.gigaFlops / calls * 1e9).put("bytesPerCall", rate.gigaBytes / calls * 1e9)
        .build();
  }

  @Override
  public void close() {
    try {
      for (var method : annotated(benchmark.getClass(), TearDown.class)) {
        method.invoke(benchmark);
      }
    } catch (ReflectiveOperationException failed) {
      throw new IllegalStateException(failed);
    }
  }
}
