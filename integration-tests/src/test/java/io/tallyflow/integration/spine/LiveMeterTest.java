package io.tallyflow.integration.spine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.schema.MeterRequests;
import io.tallyflow.integration.lake.LakeReader;
import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.schemas.meter.MeterFile;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is counted is changed while the job runs, on real servers. */
final class LiveMeterTest extends ServedMetering {

    private static final String OLD =
            """
            meters:
              - {slug: tokens, eventType: t, aggregation: SUM, valueProperty: $.old}
            """;
    private static final String CHANGED_TOKENS =
            "{slug: tokens, eventType: t, aggregation: SUM, valueProperty: $.new,"
                    + " groupBy: {model: $.model}}";

    @Test
    @Timeout(240)
    void countsWhatIsAskedForFromThenOnWithoutARestart() throws Exception {
        try (RunningJob job = run(OLD)) {
            send("a", "10:00:30", "10:10:20");
            awaitCommit(job);
            apply("{slug: calls, eventType: t, aggregation: COUNT}");
            awaitDefinitions(job, 2);
            send("b", "10:10:30", "10:20:00");
            awaitCommit(job);
            assertThat(usage())
                    .containsExactly(
                            "calls 10:10 {} 1",
                            "calls 10:20 {} 1",
                            "tokens 10:00 {} 1",
                            "tokens 10:10 {} 2",
                            "tokens 10:20 {} 1");
            assertThat(ask("select complete_from::text from tallyflow.meter where slug = 'calls'"))
                    .containsExactly("2999-01-01 10:11:00+00");
            apply(CHANGED_TOKENS);
            // The commit that shows it asks that the version before is not counted any more.
            awaitDefinitions(job, 4);
            send("c", "10:20:59.999", "10:21:00", "10:12:30");
            awaitCommit(job);
        }
        try (RunningJob job = run(OLD)) {
            send("d", "10:21:30");
            awaitCommit(job);
            awaitLake(job);
            assertThat(usage())
                    .containsExactly(
                            "calls 10:10 {} 1",
                            "calls 10:12 {} 1",
                            "calls 10:20 {} 2",
                            "calls 10:21 {} 2",
                            "tokens 10:00 {} 1",
                            "tokens 10:10 {} 2",
                            "tokens 10:12 {} 1",
                            "tokens 10:20 {} 2",
                            "tokens 10:21 {\"model\": \"m\"} 200");
            assertThat(stamps())
                    .containsExactly("a 1", "a 1", "b 2", "b 2", "c 4", "c 4", "c 4", "d 4");
            audit();
        }
    }

    private List<String> stamps() throws Exception {
        try (Connection catalog = database().connect();
                LakeReader reader = LakeReader.ofCatalog(catalog)) {
            return reader.rows("events").stream()
                    .map(row -> row.get("id").toString().charAt(0) + " " + row.get("definitions"))
                    .sorted()
                    .toList();
        }
    }

    private void apply(String meter) throws Exception {
        MeterRequests.apply(
                database().dataSource(),
                MeterFile.parse("meters.yaml", "meters: [" + meter + "]"),
                false,
                null);
    }
}
