package io.tallyflow.connectors.iceberg.upkeep;

import io.tallyflow.connectors.iceberg.commit.LakeFixture;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Each test has an empty lake of its own, in a folder and with a catalog that go with it. */
public abstract class LakeDaysTest {

    @TempDir private Path folder;

    /** The tables. */
    protected LakeFixture lake;

    /** What is written to them, by days. */
    protected CompactedLake days;

    @BeforeEach
    final void makeTables() throws IOException {
        lake = open(folder);
        days = new CompactedLake(lake, folder);
    }

    /** A lake in a folder. */
    protected LakeFixture open(Path empty) throws IOException {
        return new LakeFixture(empty);
    }

    @AfterEach
    final void dropCatalog() {
        lake.close();
    }
}
