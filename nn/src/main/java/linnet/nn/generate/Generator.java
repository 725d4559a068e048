package linnet.nn.generate;

import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import linnet.autograd.Tape;
import linnet.nn.generate.Generation.Finish;
import linnet.nn.lora.Lora;
import linnet.nn.model.CausalLm;
import linnet.nn.model.FlatBatch;
import linnet.nn.model.KvCache;
import linnet.tensor.Scope;

/** Continues a text token by token, with a key/value cache. */
public final class Generator {
  /** Tokens of the prompt that are computed at once: packing weights for few is dear, more take memory. */
  private static final int PREFILL = 512;
  /** New tokens that the cache has room for at first. */
  private static final int HEADROOM = 256;

  private Generator() {}

  /**
   * Continues a prompt.
   *
   * @param promptIds at least one token
   * @param onToken is given each new token as soon as it is chosen, a stop token too; what it throws ends the
   *     generation
   * @throws IllegalArgumentException if the prompt is empty, holds an id that is not in the vocabulary, or
   *     leaves no room for a new token among the model's positions; or if the model computes logits that are
   *     not finite
   */
  public static Generation generate(CausalLm model, int[] promptIds, SamplingConfig config,
      IntConsumer onToken) {
    int positions = model.config().maxPositionEmbeddings();
    if (promptIds.length == 0 || promptIds.length >= positions) {
      throw new IllegalArgumentException("a prompt of " + promptIds.length + " tokens: expected at least 1"
          + " and at most " + (positions - 1) + ", one less than the model's positions");
    }
    int limit = Math.min(config.maxNewTokens(), positions - promptIds.length);
    var backend = model.backend();
    int capacity = promptIds.length + Math.min(limit, HEADROOM);
    try (var cache = new KvCache(backend, model.config(), model.dtype(), capacity);
        var settled = backend.scope("settled adapters"); var step = backend.scope("generate")) {
      var decoding = new Decoding(Lora.settled(model, settled), cache, step, Arrays.copyOf(promptIds, promptIds.length + limit));
      var sampler = new Sampler(config);
      var seen = new BitSet();
      Arrays.stream(promptIds).forEach(seen::set);
      var ids = IntStream.builder();
      var logits = decoding.prefill(promptIds.length);
      for (int i = 0; i < limit; i++) {
        int id = sampler.next(logits, seen, i);
        ids.add(id);
        onToken.accept(id);
        if (config.stopIds().contains(id)) {
          return new Generation(ids.build().toArray(), Finish.STOP);
        }
        if (i + 1 < limit) {
          seen.set(id);
          logits = decoding.next(id);
        }
      }
      var finish = limit < config.maxNewTokens() ? Finish.CONTEXT : Finish.LENGTH;
      return new Generation(ids.build().toArray(), finish);
    }
  }

  private static final class Decoding {
    private final CausalLm model;
    private final KvCache cache;
    private final Scope step;
    private final int[] text;
    private int length;

    Decoding(CausalLm model, KvCache cache, Scope step, int[] text) {
      this.model = model;
      this.cache = cache;
      this.step = step;
      this.text = text;
    }

    /** The logits after the first tokens of the text. */
    float[] prefill(int tokens) {
      length = tokens;
      cache.expect(tokens);
      float[] logits = null;
      for (int from = 0; from < tokens; from += PREFILL) {
        logits = compute(Arrays.copyOfRange(text, from, Math.min(from + PREFILL, tokens)));
      }
      return logits;
    }

    /** The logits after a further token. */
    float[] next(int id) {
      text[length++] = id;
      if (model.config().cacheLasts(cache.length(), length)) {
        return compute(id);
      }
      cache.clear();
      return prefill(length);
    }

    private float[] compute(int... ids) {
      try (var tape = Tape.noGrad(step)) {
        var batch = FlatBatch.continuing(cache.length(), ids).wanting(ids.length - 1);
        return model.logits(tape, model.hidden(tape, batch, cache)).value().toFloats();
      } finally {
        step.reset();
      }
    }
  }
}
