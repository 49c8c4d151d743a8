package io.tallyflow.cli.meters;

import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.CommandRun;
import io.tallyflow.cli.LakeCommandRig;
import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.schemas.stream.LakeRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code tallyflow meters preview} as it is typed. */
final class MetersPreviewCommandTest extends LakeCommandRig {

    MetersPreviewCommandTest() {
        super("meters: [{slug: tokens, eventType: t, aggregation: SUM, valueProperty: $.n}]");
    }

    @Test
    void showsWhatAFileComesToBesideWhatIsInForce() throws Exception {
        try (SmallLake lake = lake()) {
            lake.commit(0, List.of(row("a", 1), row("b", 2), row("a", 4)));
        }
        Path file =
                Files.writeString(
                        directory.resolve("meters.yaml"),
                        """
                        meters:
                          - {slug: tokens, eventType: t, aggregation: SUM, valueProperty: $.twice}
                          - {slug: calls, eventType: t, aggregation: COUNT}
                        """);
        CommandRun run = run("meters preview", file.toString());
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines())
                .containsExactly(
                        "meter   subject  in the file  in force  difference",
                        "tokens  a                 10         5           5",
                        "tokens  b                  4         2           2",
                        "calls   a                  2",
                        "calls   b                  1");
        assertThat(run("meters preview --meter tokens --subject b", file.toString()).out().lines())
                .containsExactly(
                        "meter   subject  in the file  in force  difference",
                        "tokens  b                  4         2           2");
        CommandRun unknown = run("meters preview --meter nothing", file.toString());
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains(file + " has no meter nothing");
        CommandRun within = run("meters preview --from 2026-01-01T00:00:01Z", file.toString());
        assertThat(within.exitCode()).isEqualTo(2);
        assertThat(within.err()).contains("is within a window of tokens");
    }

    @Test
    void needsALake() throws Exception {
        Path file =
                Files.writeString(
                        directory.resolve("meters.yaml"),
                        "meters: [{slug: calls, eventType: t, aggregation: COUNT}]");
        CommandRun run =
                CommandRun.of("meters", "preview", file.toString(), "--postgres-url", address());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("nothing is known of a lake there");
    }

    private CommandRun run(String command, String file) throws Exception {
        return CommandRun.typed(command + " " + file, where());
    }

    private static LakeRow row(String subject, int n) {
        return LakeRow.accepted(
                anEvent()
                        .subject(subject)
                        .id(subject + n)
                        .type("t")
                        .timeMicros(1_772_323_200_000_000L)
                        .data("{\"n\": %d, \"twice\": %d}".formatted(n, 2 * n))
                        .build(),
                0);
    }
}
