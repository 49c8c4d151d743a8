package io.tallyflow.jobs.metering;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.kafka.source.KafkaTopic;
import io.tallyflow.connectors.login.PostgresConnection;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class MeteringOptionsTest {

    private static final Map<String, String> PASSWORDS =
            Map.of(
                    "TALLYFLOW_POSTGRES_PASSWORD", "canary",
                    "TALLYFLOW_LAKE_PASSWORD", "canary");

    /** No two options of one kind have the same value. */
    private static final String[] EVERYTHING = {
        "--kafka.bootstrap", "k:1",
        "--kafka.properties", "",
        "--kafka.events-topic", "events",
        "--kafka.rejected-topic", "rejected",
        "--kafka.late-topic", "late",
        "--kafka.group", "group",
        "--kafka.successor-id", "AAAAAAAAAAAAAAAAAAAAAQ",
        "--postgres.url", "jdbc:postgresql://p/t?sslmode=require",
        "--postgres.user", "ann",
        "--postgres.patience", "1 min",
        "--lake.catalog", "jdbc",
        "--lake.uri", "jdbc:postgresql://c/t",
        "--lake.warehouse", "file:///lake",
        "--lake.user", "bob",
        "--lake.properties", "",
        "--lake.commit-interval", "2 min",
        "--pipeline", "second",
        "--meters", "m.yaml",
        "--out-of-orderness", "3 s",
        "--allowed-lateness", "4 min",
        "--idle-after", "5 s",
        "--dedupe-horizon", "6 d",
        "--state-kept", "7 h",
        "--subject-shards", "8",
        "--most-groups", "9",
        "--working-memory", "10mb",
        "--rewind-to", "41@2"
    };

    @Test
    void showEachValueByTheNameThatItIsGivenWith() {
        assertThat(lines(MeteringOptionsReader.read(EVERYTHING, PASSWORDS)))
                .isEqualTo(
                        """
                        kafka.bootstrap=KafkaConnection[k:1]
                        kafka.events-topic=events
                        kafka.rejected-topic=rejected
                        kafka.late-topic=late
                        kafka.group=group
                        kafka.successor-id=AAAAAAAAAAAAAAAAAAAAAQ
                        postgres.url=jdbc:postgresql://p/t
                        postgres.user=ann
                        postgres.patience=PT1M
                        lake.catalog=LakeOptions[jdbc, file:///lake]
                        lake.commit-interval=PT2M
                        pipeline=second
                        meters=m.yaml
                        out-of-orderness=PT3S
                        allowed-lateness=PT4M
                        idle-after=PT5S
                        dedupe-horizon=PT144H
                        state-kept=PT7H
                        subject-shards=8
                        most-groups=9
                        working-memory=10485760
                        rewind-to=41@2
                        TALLYFLOW_POSTGRES_PASSWORD=*****""");
    }

    @Test
    void showDefaultsToo() {
        String[] least = {
            "--kafka.bootstrap", "k:1",
            "--postgres.url", "jdbc:postgresql://p/t",
            "--meters", "m.yaml"
        };
        assertThat(lines(MeteringOptionsReader.read(least, Map.of())))
                .isEqualTo(
                        """
                        kafka.bootstrap=KafkaConnection[k:1]
                        kafka.events-topic=usage.events
                        kafka.rejected-topic=usage.rejected
                        kafka.late-topic=usage.late
                        kafka.group=tallyflow
                        kafka.successor-id=
                        postgres.url=jdbc:postgresql://p/t
                        postgres.user=tallyflow
                        postgres.patience=PT5M
                        lake.catalog=none
                        lake.commit-interval=PT1M
                        pipeline=metering
                        meters=m.yaml
                        out-of-orderness=PT5S
                        allowed-lateness=PT10M
                        idle-after=PT30S
                        dedupe-horizon=PT768H
                        state-kept=PT168H
                        subject-shards=1
                        most-groups=10000
                        working-memory=0
                        rewind-to=
                        TALLYFLOW_POSTGRES_PASSWORD=""");
    }

    @Test
    void areAllGivenInThisTest() {
        assertThat(IntStream.range(0, EVERYTHING.length / 2).mapToObj(i -> EVERYTHING[2 * i]))
                .containsExactlyElementsOf(
                        Arrays.stream(Option.values()).map(option -> "--" + option.key()).toList());
    }

    /** So that a swap does not compile. */
    @Test
    void haveNoRecordWithTwoPartsOfOneType() {
        assertThat(
                        Stream.concat(
                                nested(MeteringOptions.class),
                                Stream.of(KafkaTopic.class, PostgresConnection.class)))
                .contains(TimeRules.class, StateRules.class, KafkaOptions.class)
                .allSatisfy(type -> assertThat(parts(type)).doesNotHaveDuplicates());
    }

    private static Stream<Class<?>> nested(Class<?> type) {
        return Stream.concat(
                Stream.of(type),
                parts(type).stream()
                        .filter(Class::isRecord)
                        .filter(part -> part.getPackage().equals(type.getPackage()))
                        .flatMap(MeteringOptionsTest::nested));
    }

    private static List<Class<?>> parts(Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .<Class<?>>map(RecordComponent::getType)
                .toList();
    }

    private static String lines(MeteringOptions options) {
        return options.shown().entrySet().stream()
                .map(Object::toString)
                .collect(Collectors.joining("\n"));
    }
}
