package io.tallyflow.cli.connect;

import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.local.embedded.LakeAddress;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.RequestFailedException;
import java.nio.file.Path;

/** The lake of servers that run on a data directory. */
public final class EmbeddedLake {

    private EmbeddedLake() {}

    /**
     * How to reach it.
     *
     * @throws RequestFailedException if the servers have told of none
     */
    public static LakeOptions of(Connections connections) {
        String warehouse = connections.warehouse();
        if (warehouse == null) {
            throw new RequestFailedException(
                    "nothing is known of a lake there: name the data directory of running servers"
                            + " with --data-dir");
        }
        return of(connections.postgres(), Path.of(warehouse));
    }

    public static LakeOptions of(PostgresAddress postgres, Path warehouse) {
        return LakeAddress.options(postgres.url(), postgres.user(), postgres.password(), warehouse);
    }
}
