package io.tallyflow.results.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.query.PostgresQueryEngine;
import io.tallyflow.results.query.QueryEngine;
import io.tallyflow.results.query.QueryRow;
import io.tallyflow.results.query.UsageQuery;
import io.tallyflow.schemas.meter.Meter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * The same random events in Postgres and in a lake that has settled up to a random instant: both
 * must give the same rows in the same order, or refuse in the same words.
 */
class LakeQueryPropertyTest {

    private static PostgresServer.Database database;
    private static Path warehouse;
    private static SmallLake lake;
    private static int worlds;

    @BeforeContainer
    static void create() throws IOException {
        database = PostgresServer.migrated();
        warehouse = Files.createTempDirectory("lake");
        lake = new SmallLake(database, warehouse);
    }

    @AfterContainer
    static void drop() throws IOException {
        lake.close();
        database.close();
        try (Stream<Path> files = Files.walk(warehouse)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Property(tries = 16, seed = "20250309", shrinking = ShrinkingMode.OFF)
    void answersLikePostgres(@ForAll long seed) throws IOException, SQLException {
        LakeWorld world = new LakeWorld(seed, worlds++);
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            world.writeTo(connection);
            connection.commit();
        }
        world.writeTo(lake);
        LakeView view = LakeView.of(lake.lake());
        List<Meter> meters = List.of(world.meter());
        QueryEngine postgres = new PostgresQueryEngine(database.dataSource());
        QueryEngine iceberg = new LakeQueryEngine(lake.options(), database.dataSource());
        for (int i = 0; i < 6; i++) {
            UsageQuery query = world.query();
            assertThat(answer(iceberg, query))
                    .as("%s of %s", query, world)
                    .isEqualTo(answer(postgres, query));
        }
        assertThat(LakeCells.of(view, meters).values()).isEqualTo(world.values());
    }

    /** Rows, or the refusal. */
    private static Object answer(QueryEngine engine, UsageQuery query) throws IOException {
        List<QueryRow> rows = new ArrayList<>();
        try {
            engine.run(query, rows::add);
        } catch (RequestRefusedException e) {
            return e.getMessage();
        }
        return rows;
    }
}
