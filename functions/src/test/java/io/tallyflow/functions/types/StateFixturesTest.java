package io.tallyflow.functions.types;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.measure.UsagePartial;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.api.java.tuple.Tuple4;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bytes of everything that keyed state holds, as each version wrote them, with the snapshot of the
 * serializer that wrote them. Today's serializers must read all of them. A change that writes other
 * bytes needs a new folder: {@code -Dtallyflow.golden=write} writes the newest version's files.
 */
final class StateFixturesTest {

    private static final Path FIXTURES = Path.of("src/test/resources/state");
    private static final String NEWEST = "v1";

    /**
     * A kind of value in state.
     *
     * @param samples one of each shape
     */
    record Kind<T>(String name, TypeSerializer<T> serializer, List<T> samples) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Kind<?>> kinds() {
        return Stream.of(
                new Kind<>(
                        "identity-block",
                        serializer(Types.TUPLE(Types.INT, Types.INT)),
                        List.of(Tuple2.of(0, -1), Tuple2.of(7, Integer.MAX_VALUE))),
                new Kind<>(
                        "open-window",
                        serializer(Types.TUPLE(Types.LONG, Types.LONG)),
                        List.of(Tuple2.of(0L, 60_000L), Tuple2.of(-86_400_000L, 0L))),
                new Kind<>(
                        "cell-row",
                        serializer(Types.TUPLE(Types.STRING, Types.STRING, Types.STRING)),
                        List.of(
                                Tuple3.of("tokens", "subject", "{}"),
                                Tuple3.of("m", "sübject", "{\"a\":\"é\"}"))),
                new Kind<>(
                        "value-row",
                        serializer(
                                Types.TUPLE(
                                        Types.STRING, Types.STRING, Types.STRING, Types.STRING)),
                        List.of(Tuple4.of("users", "subject", "{}", "u1"))),
                new Kind<>(
                        "partial",
                        serializer(TypeInformation.of(UsagePartial.class)),
                        List.of(
                                new UsagePartial(3, null, null, null, null, 0, null, null),
                                new UsagePartial(
                                        2,
                                        new BigDecimal("0.000000000000000001"),
                                        new BigDecimal("-5"),
                                        new BigDecimal("99999999999999999999"),
                                        BigDecimal.TEN,
                                        1_772_323_200_000_000L,
                                        "source",
                                        "id"))),
                new Kind<>(
                        "window",
                        new TimeWindow.Serializer(),
                        List.of(new TimeWindow(1_772_323_200_000L, 1_772_323_260_000L))));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    <T> void readsWhatEveryVersionWrote(Kind<T> kind) throws Exception {
        if ("write".equals(System.getProperty("tallyflow.golden"))) {
            Files.createDirectories(FIXTURES.resolve(NEWEST));
            Files.write(file(NEWEST, kind), written(kind));
        }
        try (Stream<Path> versions = Files.list(FIXTURES)) {
            for (Path version : versions.sorted().toList()) {
                read(Files.readAllBytes(version.resolve(kind.name() + ".bin")), kind);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    <T> void writesTheBytesOfTheNewestVersion(Kind<T> kind) throws Exception {
        assertThat(written(kind)).isEqualTo(Files.readAllBytes(file(NEWEST, kind)));
    }

    private static <T> void read(byte[] bytes, Kind<T> kind) throws IOException {
        DataInputDeserializer in = new DataInputDeserializer(bytes);
        TypeSerializerSnapshot<T> old =
                TypeSerializerSnapshot.readVersionedSnapshot(
                        in, StateFixturesTest.class.getClassLoader());
        assertThat(
                        kind.serializer()
                                .snapshotConfiguration()
                                .resolveSchemaCompatibility(old)
                                .isIncompatible())
                .isFalse();
        TypeSerializer<T> reader = old.restoreSerializer();
        for (T sample : kind.samples()) {
            assertThat(reader.deserialize(in)).isEqualTo(sample);
        }
        assertThat(in.available()).isZero();
    }

    private static <T> byte[] written(Kind<T> kind) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(256);
        TypeSerializerSnapshot.writeVersionedSnapshot(
                out, kind.serializer().snapshotConfiguration());
        for (T sample : kind.samples()) {
            kind.serializer().serialize(sample, out);
        }
        return out.getCopyOfBuffer();
    }

    private static Path file(String version, Kind<?> kind) {
        return FIXTURES.resolve(version).resolve(kind.name() + ".bin");
    }

    private static <T> TypeSerializer<T> serializer(TypeInformation<T> type) {
        SerializerConfigImpl config = new SerializerConfigImpl();
        config.setGenericTypes(false);
        return type.createSerializer(config);
    }
}
