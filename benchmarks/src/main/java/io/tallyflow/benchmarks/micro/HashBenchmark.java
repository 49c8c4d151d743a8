package io.tallyflow.benchmarks.micro;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.usage.TextHash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Hashes of an event's identity and of texts. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HashBenchmark {

    private final UsageEvent[] events = Inputs.events();
    private final ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
    private final MessageDigest sha256 = sha256();
    private int next;

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private UsageEvent next() {
        next = (next + 1) & (Inputs.EVENTS - 1);
        return events[next];
    }

    /** The key of a text in the database. */
    @Benchmark
    public byte[] textHash() {
        return TextHash.of(next().id());
    }

    /** What a cryptographic hash of subject, source and id costs, each part after its length. */
    @Benchmark
    public long sha256OfIdentity() {
        UsageEvent event = next();
        part(event.subject());
        part(event.source());
        part(event.id());
        return ByteBuffer.wrap(sha256.digest()).getLong();
    }

    private void part(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        length.putInt(0, bytes.length);
        sha256.update(length.array());
        sha256.update(bytes);
    }
}
