package io.tallyflow.functions.identities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.functions.identities.block.BlockCache;
import io.tallyflow.functions.identities.block.FilterMemory;
import io.tallyflow.functions.identities.block.FirstSeen;
import io.tallyflow.functions.identities.block.IdentityLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The entries that identities are in state, as each version wrote them: a file for each, named by
 * its two numbers. {@code -Dtallyflow.golden=write} writes the newest version's.
 */
final class IdentityFixturesTest {

    private static final Path FIXTURES = Path.of("src/test/resources/state");
    private static final String NEWEST = "v1";
    private static final String FOLDER = "identities";
    private static final IdentityLimits LIMITS = new IdentityLimits(100, 2, 3, 2, 2, 1_000);

    /** What the entries hold, in the order in which it was put. */
    private static final List<Sample> SAMPLES =
            List.of(
                    new Sample(0, 0, 1_772_323_200_000L, 0),
                    new Sample(-1, -1, 1_772_323_200_001L, 0xFFFF_FFFF_FFFFL),
                    new Sample(0x0123_4567_89AB_CDEFL, 0xFEDC_BA98_7654_3210L, -1, 1),
                    new Sample(0x7FFF_FFFF_FFFF_FFFFL, Long.MIN_VALUE, Long.MAX_VALUE, 2),
                    new Sample(Long.MIN_VALUE, 0xABL, Long.MIN_VALUE, 0xABCD_EF01_2345L),
                    new Sample(5, 6, 1_775_000_000_000L, 7),
                    new Sample(5, 7, 1_775_000_000_001L, 8),
                    new Sample(9, 9, 1_775_000_000_900L, 9));

    private static final int SEALED = 5;

    record Sample(long high, long low, long kafkaTimeMillis, long contentHash) {}

    static Stream<BlocksInMemory.Key> keys() {
        return written().entries().keySet().stream();
    }

    @Test
    void readsWhatEveryVersionWrote() throws IOException {
        if ("write".equals(System.getProperty("tallyflow.golden"))) {
            write(written());
        }
        try (Stream<Path> versions = Files.list(FIXTURES)) {
            for (Path version : versions.sorted().toList()) {
                assertHoldsSamples(read(version.resolve(FOLDER)));
            }
        }
    }

    @Test
    void writesTheBytesOfTheNewestVersion() throws IOException {
        assertThat(hex(written())).isEqualTo(hex(read(FIXTURES.resolve(NEWEST).resolve(FOLDER))));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void refusesAVersionThatIsNotKnown(BlocksInMemory.Key key) {
        BlocksInMemory blocks = written();
        byte[] bytes = bytes(blocks, key);
        bytes[0] = 2;
        blocks.put(key.run(), key.block(), bytes);
        assertThatThrownBy(() -> assertHoldsSamples(blocks))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("in state has format 2, known is 1");
    }

    @ParameterizedTest
    @MethodSource("keys")
    void refusesBytesThatDoNotFitWhatTheySay(BlocksInMemory.Key key) {
        int length = bytes(written(), key).length;
        for (int damaged : new int[] {0, 1, length / 2, length - 1, length + 1}) {
            BlocksInMemory blocks = written();
            blocks.put(key.run(), key.block(), Arrays.copyOf(bytes(blocks, key), damaged));
            assertThatThrownBy(() -> assertHoldsSamples(blocks))
                    .as("%d of %d bytes", damaged, length)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in state is damaged: " + damaged + " bytes");
        }
    }

    private static BlocksInMemory written() {
        BlocksInMemory blocks = new BlocksInMemory();
        RememberedIdentities identities = open(blocks);
        put(identities, SAMPLES.subList(0, SEALED));
        blocks.setNow(11);
        identities.seal(11);
        for (Sample sample : SAMPLES.subList(SEALED, SAMPLES.size())) {
            put(identities, List.of(sample));
            identities.log();
        }
        return blocks;
    }

    private static void put(RememberedIdentities identities, List<Sample> samples) {
        for (Sample sample : samples) {
            identities.put(
                    sample.high(), sample.low(), sample.kafkaTimeMillis(), sample.contentHash());
        }
    }

    private static RememberedIdentities open(BlocksInMemory blocks) {
        return new RememberedIdentities(
                0, blocks, LIMITS, new BlockCache(0), new FilterMemory(1 << 10));
    }

    private static void assertHoldsSamples(BlocksInMemory blocks) {
        RememberedIdentities identities = open(blocks);
        for (Sample sample : SAMPLES) {
            assertThat(identities.first(sample.high(), sample.low()))
                    .isEqualTo(new FirstSeen(sample.kafkaTimeMillis(), sample.contentHash()));
        }
        assertThat(identities.unsealed()).isEqualTo(SAMPLES.size() - SEALED);
    }

    private static byte[] bytes(BlocksInMemory blocks, BlocksInMemory.Key key) {
        byte[] bytes = blocks.get(key.run(), key.block());
        assertThat(bytes).isNotNull();
        return bytes.clone();
    }

    private static Map<String, String> hex(BlocksInMemory blocks) {
        Map<String, String> hex = new TreeMap<>();
        blocks.entries()
                .forEach(
                        (key, entry) ->
                                hex.put(name(key), HexFormat.of().formatHex(entry.bytes())));
        return hex;
    }

    private static String name(BlocksInMemory.Key key) {
        return key.run() + "." + key.block() + ".bin";
    }

    private static void write(BlocksInMemory blocks) throws IOException {
        Path folder = Files.createDirectories(FIXTURES.resolve(NEWEST).resolve(FOLDER));
        for (BlocksInMemory.Key key : blocks.entries().keySet()) {
            Files.write(folder.resolve(name(key)), bytes(blocks, key));
        }
    }

    private static BlocksInMemory read(Path folder) throws IOException {
        BlocksInMemory blocks = new BlocksInMemory();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String[] numbers = file.getFileName().toString().split("\\.", -1);
                blocks.put(
                        Integer.parseInt(numbers[0]),
                        Integer.parseInt(numbers[1]),
                        Files.readAllBytes(file));
            }
        }
        return blocks;
    }
}
