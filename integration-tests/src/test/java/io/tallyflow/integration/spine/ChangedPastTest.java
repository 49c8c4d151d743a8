package io.tallyflow.integration.spine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.schema.MeterRequests;
import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.run.Backfill;
import io.tallyflow.operations.run.RunListener;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.schemas.meter.MeterFile;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A definition that was wrong is put right from a time in the past on. */
final class ChangedPastTest extends ServedMetering {

    private static final String WRONG =
            """
            meters:
              - {slug: tokens, eventType: t, aggregation: SUM, valueProperty: $.old}
            """;
    private static final String RIGHT =
            """
            meters:
              - {slug: tokens, eventType: t, aggregation: SUM, valueProperty: $.new,
                 groupBy: {model: $.model}}
            """;

    @Test
    @Timeout(240)
    void isCountedAnewFromThereOnAllAtOnce() throws Exception {
        try (RunningJob job = run(WRONG)) {
            send("a", "10:00:30", "10:10:20");
            awaitCommit(job);
            MeterRequests.apply(
                    database().dataSource(),
                    MeterFile.parse("meters.yaml", RIGHT),
                    false,
                    Instant.parse("2999-01-01T10:05:00Z"));
            awaitDefinitions(job, 2);
            // Into an open window of before, and one that has settled.
            send("b", "10:10:40", "10:20:00", "10:00:50");
            awaitCommit(job);
            assertThat(usage())
                    .as("totals of before")
                    .containsExactly("tokens 10:00 {} 2", "tokens 10:10 {} 2", "tokens 10:20 {} 1");
            assertThat(redefine()).hasSize(1);
            assertThat(usage())
                    .containsExactly(
                            "tokens 10:00 {} 2",
                            "tokens 10:10 {\"model\": \"m\"} 200",
                            "tokens 10:20 {\"model\": \"m\"} 100");
            awaitDefinitions(job, 3);
            send("c", "10:20:30", "10:04:59.999", "10:05:00");
            awaitCommit(job);
            assertThat(usage())
                    .containsExactly(
                            "tokens 10:00 {} 2",
                            "tokens 10:04 {} 1",
                            "tokens 10:05 {\"model\": \"m\"} 100",
                            "tokens 10:10 {\"model\": \"m\"} 200",
                            "tokens 10:20 {\"model\": \"m\"} 200");
            assertThat(ask("select kind || state || events from tallyflow.run"))
                    .containsExactly("redefineshown1");
            assertThat(ask("select value::text from tallyflow.query('tokens')"))
                    .containsExactly("503");
            assertThat(ask("select value::text from tallyflow.query('tokens@1')"))
                    .as("of its time alone, though it has counted later windows, too")
                    .containsExactly("3");
            assertThat(ask("select value::text from tallyflow.query('tokens@2')"))
                    .containsExactly("500");
            assertThat(redefine()).as("once more").isEmpty();
            awaitLake(job);
            audit();
        }
    }

    private List<Backfill.Outcome> redefine() {
        return new Backfill(
                        new PostgresAddress(database().url(), database().user(), null),
                        lakeOptions(),
                        RunLimits.ofMachine(),
                        new RunListener() {})
                .run(Backfill.Request.version("tokens", 2, Duration.ofMinutes(1)));
    }
}
