package io.tallyflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What commands say of addresses before anybody is asked. */
final class AddressesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "meters list --postgres-url postgresql://tallyflow:s3/canary@t@h:1/tallyflow",
                "query calls --postgres-url postgresql://tallyflow:s3?canary#t@h:1/tallyflow",
                "query calls --postgers-url postgresql://tallyflow:canary@h:1/tallyflow",
                "query calls postgresql://tallyflow:canary@h:1/tallyflow",
                "query calls --postgres-url postgresql://h/d?sslmode=canary@x",
                "prepare --postgres-url postgresql://h/d?password=canary",
                "prepare --postgres-url host=h,password=canary",
                "savepoints --postgres-url jdbc:postgresql://u:1/canary@h/d",
                "status --kafka-bootstrap u:canary@h:9092",
                "status --kafka-bootstrap SASL_SSL://u:canary@h:9092",
                "correct --kafka-bootstrap u:canary@h:9092",
                "void --subject s --source s --id i --kafka-bootstrap u:canary@h:9092",
                "import FILE --kafka-bootstrap u:canary@h:9092",
                "submit --cluster http://h:1 --postgres.url jdbc:postgresql://u:1/canary@h/d",
                "submit --cluster http://h:1 jdbc:postgresql://u:1/canary@h/d",
                "submit --cluster http://h:1 --kafka.bootstrap u:canary@h:9092",
                "submit --cluster http://h:1 --lake.catalog jdbc --lake.uri"
                        + " jdbc:postgresql://u:1/canary@h/d"
            })
    void areNotRepeatedWhereAPasswordMayBeInThem(String command) {
        CommandRun run = CommandRun.of(command.split(" "));
        assertThat(run.exitCode()).as(run.err()).isEqualTo(2);
        assertThat(Stream.of(run.err(), run.out())).noneMatch(text -> text.contains("canary"));
        assertThat(run.err().lines()).allMatch(line -> line.startsWith("tallyflow: "));
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:99999, port 99999",
        "localhost, [::1]:9092",
        "::1:9092, [::1]:9092",
        "'h:1, h:2', [::1]:9092",
    })
    void ofBrokersAreWronglyUsedBeforeTheyAreAsked(String bootstrap, String message) {
        CommandRun run =
                CommandRun.of(
                        "status",
                        "--postgres-url",
                        "postgresql://h/d",
                        "--kafka-bootstrap",
                        bootstrap);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("tallyflow: --kafka-bootstrap ")
                .contains(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[::1]:9092", "[fe80::1%eth0]:9092", "127.0.0.1:1,[::1]:2"})
    void ofBrokersMayBeOfIpv6(String bootstrap) {
        CommandRun run =
                CommandRun.of("status", "--data-dir", "nowhere", "--kafka-bootstrap", bootstrap);
        assertThat(run.err()).contains("no servers run on");
        assertThat(run.exitCode()).isEqualTo(1);
    }
}
