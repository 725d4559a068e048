package linnet.tensor;

/**
 * Counter-based random numbers: a pure function of (key, element), so that recomputing, resuming, other
 * devices and other workers draw the same ones. A key is derived step by step from what it is for:
 *
 * <pre>{@code
 * var dropout = RandomKey.of(seed).derive("dropout").derive(step).derive(layer);
 * float u = dropout.derive(row).derive(position).uniform(element);
 * }</pre>
 *
 * <p>The function is SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators",
 * 2014) read at position {@code element} of the stream that starts at the key.
 *
 * @param bits the whole state
 */
public record RandomKey(long bits) {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  /** The root key of a seed. */
  public static RandomKey of(long seed) {
    return new RandomKey(mix(seed + GAMMA));
  }

  /** The key for item {@code index} of what this key is for. */
  public RandomKey derive(long index) {
    return new RandomKey(mix(mix(bits ^ 0xD1B54A32D192ED03L) + (index + 1) * GAMMA));
  }

  /** The key for a named purpose. */
  public RandomKey derive(String purpose) {
    long hash = 0xCBF29CE484222325L; // FNV-1a
    for (int i = 0; i < purpose.length(); i++) {
      hash = (hash ^ purpose.charAt(i)) * 0x100000001B3L;
    }
    return derive(hash);
  }

  /** 64 random bits for {@code element}. */
  public long next(long element) {
    return mix(bits + (element + 1) * GAMMA);
  }

  /** A multiple of 2⁻²⁴ in [0, 1). */
  public float uniform(long element) {
    return (next(element) >>> 40) * 0x1p-24f;
  }

  /** A standard normal number (Box and Muller, 1958) in F64. */
  public double normal(long element) {
    double u = ((next(2 * element) >>> 11) + 1) * 0x1p-53; // in (0, 1]: its logarithm is finite
    double angle = (next(2 * element + 1) >>> 11) * 0x1p-53 * 2 * StrictMath.PI;
    return StrictMath.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(angle);
  }

  /** A number in [0, bound), unbiased to within 2⁻³². */
  public int below(long element, int bound) {
    return (int) Math.unsignedMultiplyHigh(next(element), (long) bound);
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
