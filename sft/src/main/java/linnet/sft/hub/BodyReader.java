package linnet.sft.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The bytes of an answer as they come, pulled by one thread. Unlike the JDK's input stream it gives up on a
 * server that says nothing more.
 */
final class BodyReader implements Flow.Subscriber<List<ByteBuffer>>, AutoCloseable {
  private sealed interface Signal {
    record Bytes(List<ByteBuffer> buffers) implements Signal {}

    record End() implements Signal {}

    record Failure(Throwable cause) implements Signal {}
  }

  private final LinkedBlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
  private final Duration stall;
  private volatile Flow.Subscription subscription;
  private volatile boolean closed;

  private BodyReader(Duration stall) {
    this.stall = stall;
  }

  /**
   * Begins to read.
   *
   * @param stall how long to wait for the next bytes
   */
  static BodyReader of(Flow.Publisher<List<ByteBuffer>> body, Duration stall) {
    var reader = new BodyReader(stall);
    body.subscribe(reader);
    return reader;
  }

  /**
   * The next bytes.
   *
   * @return some, or an empty list at the end
   * @throws IOException if the connection broke, or nothing came for too long
   */
  List<ByteBuffer> next() throws IOException {
    try {
      return switch (signals.poll(stall.toMillis(), TimeUnit.MILLISECONDS)) {
        case null -> throw new HttpTimeoutException("nothing came for " + stall.toSeconds() + " s");
        case Signal.End _ -> List.of();
        case Signal.Failure(var cause) -> throw new IOException(cause.getMessage() == null
            ? cause.getClass().getSimpleName() : cause.getMessage(), cause);
        case Signal.Bytes(var buffers) -> {
          subscription.request(1);
          yield buffers;
        }
      };
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  /**
   * All bytes, where they are few.
   *
   * @param most how many they may be; of a longer body, more than so many are returned
   * @throws IOException as {@link #next}
   */
  byte[] all(int most) throws IOException {
    var bytes = new ByteArrayOutputStream();
    for (var buffers = next(); !buffers.isEmpty(); buffers = next()) {
      for (var buffer : buffers) {
        var copy = new byte[buffer.remaining()];
        buffer.get(copy);
        bytes.writeBytes(copy);
      }
      if (bytes.size() > most) {
        break;
      }
    }
    return bytes.toByteArray();
  }

  @Override
  public void onSubscribe(Flow.Subscription subscribed) {
    subscription = subscribed;
    if (closed) {
      subscribed.cancel();
    } else {
      subscribed.request(1);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    signals.add(new Signal.Bytes(buffers));
  }

  @Override
  public void onError(Throwable cause) {
    signals.add(new Signal.Failure(cause));
  }

  @Override
  public void onComplete() {
    signals.add(new Signal.End());
  }

  /** Lets go of the connection; what has not come is not waited for. */
  @Override
  public void close() {
    closed = true;
    if (subscription != null) {
      subscription.cancel();
    }
  }
}
