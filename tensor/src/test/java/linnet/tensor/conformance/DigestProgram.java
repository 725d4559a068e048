package linnet.tensor.conformance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import linnet.tensor.Backends;

/**
 * Runs the workload at this process's vector width with 1, 2 and 3 threads and writes one line per result:
 * threads, size, name, digest of the bits. The first argument is the file, the second the number of times
 * sizes are divided.
 */
final class DigestProgram {
  private DigestProgram() {}

  public static void main(String[] args) throws IOException, NoSuchAlgorithmException {
    var lines = new ArrayList<String>();
    for (int threads = 1; threads <= 3; threads++) {
      try (var backend = Backends.vector(threads)) {
        for (var result : Workload.run(backend, Integer.parseInt(args[1])).entrySet()) {
          lines.add(threads + "\t" + result.getKey() + "\t" + digest(result.getValue()));
        }
      }
    }
    Files.write(Path.of(args[0]), lines);
  }

  private static String digest(float[] values) throws NoSuchAlgorithmException {
    var bytes = ByteBuffer.allocate(4 * values.length);
    for (float value : values) {
      bytes.putInt(Float.floatToIntBits(value));
    }
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
  }
}
