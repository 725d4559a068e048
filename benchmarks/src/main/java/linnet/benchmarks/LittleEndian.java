package linnet.benchmarks;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** How weights lie in files. */
final class LittleEndian {
  static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);

  private LittleEndian() {}
}
